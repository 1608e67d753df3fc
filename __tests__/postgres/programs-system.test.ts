import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transpile } from '../support/apt-as-nobody.js';
import { buildRepository, makeKey, serveFolder, type HttpFolder } from '../support/apt-repository.js';
import { missingPrograms, provideRepacked } from '../support/clients.js';

const exec = promisify(execFile);

/** Lays a throw-away layer over the whole machine and runs a script in it: nothing that it installs lasts. */
const LAYER = `
set -e
mount -t tmpfs layer "$1"; mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay layer -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"; mount --rbind /dev "$1/root/dev"; mount --rbind ${tmpdir()} "$1/root${tmpdir()}"
exec chroot "$1/root" sh -ec "$2"
`;

async function inLayer(folder: string, script: string): Promise<string> {
  const at = join(folder, 'layer');
  mkdirSync(at, { recursive: true });
  const { stdout } = await exec('unshare', ['--mount', 'bash', '-c', LAYER, 'layer', at, script], {
    maxBuffer: 1 << 24,
  });
  return stdout;
}

const repacked = await provideRepacked();
const folder = await mkdtemp(join(tmpdir(), 'pgkeep-system-'));
chmodSync(folder, 0o755);

async function reason(): Promise<string | undefined> {
  if ('notRun' in repacked) return repacked.notRun;
  const missing = missingPrograms(['unshare', 'chroot', 'setpriv', 'sudo']);
  if (missing.length > 0) return `missing: ${missing.join(', ')}`;
  return inLayer(folder, 'true').then(
    () => undefined,
    (error: unknown) =>
      `no layer can be laid over the machine, which needs root: ${String(error).split('\n')[0]}`,
  );
}

const notRun = await reason();
if (notRun !== undefined) {
  process.stderr.write(`NOT RUN: programs-system: ${notRun}\n`);
  rmSync(folder, { recursive: true, force: true });
}

(notRun === undefined ? describe : describe.skip)('installing into the system', () => {
  let server: HttpFolder;

  beforeAll(async () => {
    const key = await makeKey('system');
    try {
      const debs = 'notRun' in repacked ? [] : repacked.debs;
      await buildRepository(join(folder, 'repository'), { debs, suite: 'test-pgdg', key });
    } finally {
      await key.remove();
    }
    server = await serveFolder(join(folder, 'repository'));
    await transpile(folder);
    const source = { urls: [server.url], keyAsc: key.asc, suite: 'test-pgdg', component: 'main' };
    writeFileSync(
      join(folder, 'main.js'),
      `import { findPrograms } from './postgres/programs/index.js';
       import { folderCache } from './postgres/programs/folder-cache.js';
       import { mkdtempSync, readdirSync } from 'node:fs';
       const tempDir = mkdtempSync('${folder}/temp-');
       const silent = new Proxy({}, { get: () => () => undefined });
       const programs = await findPrograms({
         major: Number(process.argv[2]), cache: folderCache(() => tempDir + '/cache'), reporter: silent,
         env: process.env, tempDir, apt: ${JSON.stringify(source)},
       });
       console.log(JSON.stringify({ ...programs, psql: programs.path('psql'), left: readdirSync(tempDir) }));`,
    );
    chmodSync(folder, 0o777);
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // The machine may have packages that hold libpq5 at their own version.
  const PURGE = `DEBIAN_FRONTEND=noninteractive apt-get purge -qq -y libpq5 'postgresql*' >/dev/null 2>&1 || true;`;
  const STATE = `(find /etc/apt /var/lib/apt/lists -printf '%p %s %T@\\n' | sort | sha256sum)`;

  const expected = (major: number): object => ({
    major,
    source: 'apt.postgresql.org',
    env: {},
    psql: `/usr/lib/postgresql/${major}/bin/psql`,
    left: [],
  });
  const run = (major: number): string => `${process.execPath} ${folder}/main.js ${major}`;

  it('as root: by apt, which keeps its own lists and sources', async () => {
    const lines = (
      await inLayer(folder, `${PURGE} ${STATE}; ${run(17)}; ${STATE}; dpkg -s postgresql-client-17`)
    ).split('\n');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject(expected(17));
    expect(lines[2]).toBe(lines[0]);
    expect(lines.join('\n')).toContain('Status: install ok installed');
  });

  it('as a user with password-less sudo: the same', async () => {
    const user = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
    const out = await inLayer(
      folder,
      `${PURGE} echo '#65534 ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/pgkeep-test; ${user} ${run(18)}`,
    );
    expect(JSON.parse(out)).toMatchObject(expected(18));
  });

  it('where something installed would have to go: into the tool cache instead', async () => {
    const hold = `apt-get purge -qq -y libpq5 >/dev/null 2>&1 || true;
      printf 'Package: hold\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@invalid>\\nConflicts: libpq5\\nDescription: x\\n' > ${folder}/control;
      mkdir -p ${folder}/hold/DEBIAN; cp ${folder}/control ${folder}/hold/DEBIAN/; dpkg-deb -b ${folder}/hold ${folder}/hold.deb >/dev/null; dpkg -i ${folder}/hold.deb >/dev/null;`;
    const out = await inLayer(folder, `${hold} ${run(17)}; dpkg -s hold`);
    const result = JSON.parse(out.split('\n')[0] ?? '') as { psql: string };
    expect(result).toMatchObject({ major: 17, source: 'apt.postgresql.org', left: ['cache'] });
    expect(result.psql.startsWith(folder)).toBe(true);
    expect(out).toContain('Status: install ok installed');
  });

  it('nothing of it lasts', () => {
    expect(() => execFileSync('dpkg', ['-s', 'hold'], { stdio: 'ignore' })).toThrow();
  });
});
