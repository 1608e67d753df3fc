// Installs packages that the tests use and the project does not, each from a package.json and its lock, once per machine
// and version of the lock file, into the temporary folder: nothing system-wide, and readable by other users.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Waits until no other process is doing the same work; returns a function that lets the next one in. The file holds the
 * id of its process, so that one that was killed keeps nobody waiting for ever.
 */
async function lock(file) {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (ownerIsGone(file)) rmSync(file, { recursive: true, force: true });
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function ownerIsGone(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    // Not written yet.
    if (owner === 0) return false;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/**
 * The folder whose `node_modules` holds what the package in `from` depends on; installs it first where needed. Install
 * scripts do not run; `complete` is called instead.
 * @throws where npm cannot install it: no network, or a platform without these builds.
 */
export async function installPackage(name, from, complete) {
  const lockFile = readFileSync(join(from, 'package-lock.json'));
  const folder = join(
    tmpdir(),
    `pgkeep-${name}-${createHash('sha256').update(lockFile).digest('hex').slice(0, 12)}`,
  );
  const done = join(folder, 'complete');
  if (existsSync(done)) return folder;
  const unlock = await lock(`${folder}.lock`);
  try {
    if (existsSync(done)) return folder;
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(from, file), join(folder, file));
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    complete?.(folder);
    writeFileSync(done, '');
    return folder;
  } finally {
    unlock();
  }
}
