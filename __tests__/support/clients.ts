import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../src/base/errors.js';
import { silentReporter } from '../../src/base/reporter.js';
import { AptInstaller } from '../../src/postgres/programs/apt/installer.js';
import { folderCache } from '../../src/postgres/programs/folder-cache.js';
import { isDebianFamily, readMachine } from '../../src/postgres/programs/machine.js';
import type { AptSource } from '../../src/postgres/programs/types.js';
import type { Programs } from '../../src/postgres/types.js';
import { repackClients, type Repacked } from './apt-repack.js';
import { buildRepository, makeKey, serveFolder } from './apt-repository.js';
import { debianMirror } from './apt-suite.js';

const ROOTS = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];

/** The newest PostgreSQL client programs of this machine that are not wrappers, or undefined. */
export function systemPrograms(): Programs | undefined {
  const found = ROOTS.filter((root) => existsSync(root))
    .flatMap((root) => readdirSync(root).map((name) => join(root, name)))
    .map((folder) => ({ folder, major: Number(/(\d+)$/.exec(folder)?.[1] ?? 0) }))
    .filter(({ folder, major }) => major >= 13 && existsSync(join(folder, 'bin', 'psql')))
    .sort((a, b) => b.major - a.major)[0];
  if (found === undefined) return undefined;
  return {
    major: found.major,
    version: String(found.major),
    source: 'system',
    path: (name) => join(found.folder, 'bin', name),
    env: {},
  };
}

/** The majors that the tests want clients of. */
const WANTED = [13, 14, 15, 16, 17, 18];

export interface Clients {
  /** A folder for RUNNER_TOOL_CACHE, into which pgkeep itself has installed the clients. */
  cacheDir: string;
  majors: number[];
}

/**
 * Clients of as many majors as this machine can get, installed by pgkeep's own rootless way: those of the distribution
 * and of PostgreSQL's apt repository, and where that cannot be reached, of a signed repository on loopback that is
 * made from other Debian suites (15 s, once per machine). Ready at once when they are there.
 */
export async function provideClients(): Promise<Clients | { notRun: string }> {
  const folder = join(tmpdir(), `pgkeep-clients-${key()}`);
  const done = join(folder, 'clients.json');
  const ready = (): Clients | undefined =>
    existsSync(done) ? (JSON.parse(readFileSync(done, 'utf8')) as Clients) : undefined;
  const there = ready();
  if (there !== undefined) return there;
  if (!isDebianFamily(await readMachine()) || missingPrograms(['apt-get', 'dpkg-deb']).length > 0)
    return { notRun: 'clients are installed by apt, on Debian and Ubuntu only' };
  return exclusively(`${folder}.lock`, async () => {
    const made = ready();
    if (made !== undefined) return made;
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    let clients: Clients;
    try {
      clients = await installAll(folder);
    } catch (error) {
      return { notRun: `clients could not be installed: ${messageOf(error)}` };
    }
    if (clients.majors.length === 0) return { notRun: 'apt has no PostgreSQL clients here' };
    writeFileSync(done, JSON.stringify(clients));
    return clients;
  });
}

async function installAll(folder: string): Promise<Clients> {
  const cacheDir = join(folder, 'cache');
  const majors = new Set(await installFrom(cacheDir, undefined, WANTED));
  if (majors.size < WANTED.length) {
    const repacked = await provideRepacked();
    // Fewer majors for good where repacking is not possible at all; a failure is tried again the next time.
    if ('notRun' in repacked) {
      if (repacked.notRun.startsWith('clients could')) throw new Error(repacked.notRun);
    } else {
      const repository = await mkdtemp(join(tmpdir(), 'pgkeep-repository-'));
      const key = await makeKey('clients for tests');
      try {
        await buildRepository(repository, { debs: repacked.debs, suite: 'test-pgdg', key });
        const server = await serveFolder(repository);
        const source = { urls: [server.url], keyAsc: key.asc, suite: 'test-pgdg', component: 'main' };
        const missing = WANTED.filter((major) => !majors.has(major));
        const found = await installFrom(cacheDir, source, missing).finally(() => server.close());
        for (const major of found) majors.add(major);
      } finally {
        await key.remove();
        await rm(repository, { recursive: true, force: true });
      }
    }
  }
  return { cacheDir, majors: [...majors].sort((a, b) => a - b) };
}

/** Installs every wanted major that there is, and returns which. */
async function installFrom(
  cacheDir: string,
  apt: AptSource | undefined,
  wanted: readonly number[],
): Promise<number[]> {
  const tempDir = await mkdtemp(join(tmpdir(), 'pgkeep-install-'));
  const installer = await AptInstaller.create(
    {
      cache: folderCache(() => cacheDir),
      reporter: silentReporter,
      env: process.env,
      tempDir,
      method: 'rootless',
      ...(apt === undefined ? {} : { apt }),
    },
    await readMachine(),
  );
  try {
    // Asking for one that does not exist makes it look everywhere.
    const offers = (await installer.offers(0)).filter((major) => wanted.includes(major));
    for (const major of offers) await installer.install(major);
    return offers;
  } finally {
    await installer.close();
    await rm(tempDir, { recursive: true, force: true });
  }
}

/** Real client packages for a test's own repository; made once per machine. */
export async function provideRepacked(): Promise<Repacked | { notRun: string }> {
  const missing = missingPrograms([
    ...['patchelf', 'gpg', 'gpg-agent', 'apt-ftparchive', 'dpkg-architecture', 'apt-get', 'dpkg-deb'],
  ]);
  if (missing.length > 0) return { notRun: `missing: ${missing.join(', ')}` };
  if (debianMirror() === undefined)
    return { notRun: 'clients are repacked from a Debian mirror, on Debian only' };
  const folder = join(tmpdir(), `pgkeep-repacked-${key()}`);
  const done = join(folder, 'repacked.json');
  const ready = (): Repacked | undefined =>
    existsSync(done) ? (JSON.parse(readFileSync(done, 'utf8')) as Repacked) : undefined;
  const there = ready();
  if (there !== undefined) return there;
  return exclusively(`${folder}.lock`, async () => {
    const made = ready();
    if (made !== undefined) return made;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    try {
      const repacked = await repackClients(folder);
      writeFileSync(done, JSON.stringify(repacked));
      return repacked;
    } catch (error) {
      return { notRun: `clients could not be repacked: ${messageOf(error)}` };
    }
  });
}

/** Names what was made after what made it, so that a changed recipe starts afresh. */
function key(): string {
  const hash = createHash('sha256');
  const recipe = ['clients.ts', 'apt-repack.ts', 'apt-suite.ts', 'apt-repository.ts'];
  for (const file of recipe) hash.update(readFileSync(fileURLToPath(new URL(file, import.meta.url))));
  if (existsSync('/etc/os-release')) hash.update(readFileSync('/etc/os-release'));
  return hash.digest('hex').slice(0, 12);
}

/** Those of the programs that are not on the `PATH`. */
export function missingPrograms(names: readonly string[]): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}

/** Runs `work` while no other process does the same; a lock left by a killed process is broken after a while. */
async function exclusively<T>(lock: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const owner = statSync(lock, { throwIfNoEntry: false });
      if (owner !== undefined && Date.now() - owner.mtimeMs > 300_000)
        rmSync(lock, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
