// Installs the real servers that the tests, the demo and the bench use (package.json beside this file), once per
// machine and version of the lock file, into the temporary folder: nothing system-wide, and readable by the
// unprivileged user that PostgreSQL must run as when we are root.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

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
 * The folder whose `node_modules` holds `pg13` to `pg18` and `node24`; installs it first where needed (10 s).
 * @throws where npm cannot install it: no network, or a platform without these builds.
 */
export async function installServers() {
  const lockFile = readFileSync(join(here, 'package-lock.json'));
  const folder = join(
    tmpdir(),
    `pgkeep-servers-${createHash('sha256').update(lockFile).digest('hex').slice(0, 12)}`,
  );
  const done = join(folder, 'complete');
  if (existsSync(done)) return folder;
  const unlock = await lock(`${folder}.lock`);
  try {
    if (existsSync(done)) return folder;
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(here, file), join(folder, file));
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    for (const major of majors()) {
      // The packages' own install script: it only makes the links between versions of shared libraries.
      execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], {
        cwd: join(folder, 'node_modules', `pg${major}`),
      });
    }
    writeFileSync(done, '');
    return folder;
  } finally {
    unlock();
  }
}

/** The majors of PostgreSQL servers in package.json, in order. */
export function majors() {
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  return Object.keys(dependencies)
    .filter((name) => /^pg\d+$/.test(name))
    .map((name) => Number(name.slice(2)))
    .sort((a, b) => a - b);
}

// When this is loaded, and not in the time of the first test or hook that needs them, which is limited. Who asks for them
// then is told why there are none.
await installServers().catch(() => undefined);
