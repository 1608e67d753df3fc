import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transpile } from '../support/apt-as-nobody.js';
import { buildRepository, makeKey, serveFolder, type HttpFolder } from '../support/apt-repository.js';
import { provideRepacked } from '../support/clients.js';
import { inLayer, noLayer } from '../support/layer.js';

const repacked = await provideRepacked();
const folder = await mkdtemp(join(tmpdir(), 'pgkeep-system-'));
chmodSync(folder, 0o755);

const notRun = 'notRun' in repacked ? repacked.notRun : await noLayer(folder);
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
