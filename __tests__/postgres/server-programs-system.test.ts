import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDebianFamily, readMachine } from '../../src/postgres/programs/machine.js';
import { transpile } from '../support/apt-as-nobody.js';
import { buildRepository, makeKey, serveFolder, type HttpFolder } from '../support/apt-repository.js';
import { missingPrograms } from '../support/clients.js';
import { inLayer, noLayer } from '../support/layer.js';

const folder = await mkdtemp(join(tmpdir(), 'pgkeep-server-system-'));
chmodSync(folder, 0o755);

async function reason(): Promise<string | undefined> {
  if (!isDebianFamily(await readMachine())) return 'needs Debian or Ubuntu';
  const missing = missingPrograms(['gpg', 'gpg-agent', 'apt-ftparchive', 'dpkg-deb', 'apt-get']);
  if (missing.length > 0) return `missing: ${missing.join(', ')}`;
  if (distribution() === undefined) return 'apt has no PostgreSQL server here';
  return noLayer(folder);
}

/** The newest server that apt has here. */
function distribution(): { major: number; version: string } | undefined {
  const run = (args: string[]): string => execFileSync('apt-cache', args, { encoding: 'utf8' });
  const majors = [...run(['pkgnames', 'postgresql-']).matchAll(/^postgresql-(\d+)$/gm)].map((match) =>
    Number(match[1]),
  );
  for (const major of majors.sort((a, b) => b - a)) {
    const version = /Candidate: (\d\S*)/.exec(run(['policy', `postgresql-${major}`]))?.[1];
    if (version !== undefined) return { major, version };
  }
  return undefined;
}

const notRun = await reason();
if (notRun !== undefined) {
  process.stderr.write(`NOT RUN: server-programs-system: ${notRun}\n`);
  rmSync(folder, { recursive: true, force: true });
}

interface Printed {
  server: { major: number; source: string; postgres: string };
  missing: { name: string }[];
  said: string[];
}

(notRun === undefined ? describe : describe.skip)('installing a server into the system', () => {
  const { major, version } = distribution() ?? { major: 0, version: '' };
  let repository: HttpFolder;

  /** A package of our own: an extension that does nothing. */
  function makeExtension(name: string, depends: string): string {
    const root = join(folder, 'package', name);
    const share = join(root, `usr/share/postgresql/${major}/extension`);
    for (const each of [share, join(root, 'DEBIAN')]) mkdirSync(each, { recursive: true });
    writeFileSync(join(share, `${name}.control`), `default_version = '1'\n`);
    writeFileSync(join(share, `${name}--1.sql`), '');
    const fields = [
      `Package: postgresql-${major}-${name}`,
      ...['Version: 1', 'Architecture: all', 'Maintainer: x <x@invalid>', 'Description: x'],
      `Depends: ${depends}`,
    ];
    writeFileSync(join(root, 'DEBIAN/control'), `${fields.join('\n')}\n`);
    const deb = join(folder, `${name}_1_all.deb`);
    execFileSync('dpkg-deb', ['-b', root, deb], { stdio: 'ignore' });
    return deb;
  }

  beforeAll(async () => {
    const key = await makeKey('servers');
    try {
      const debs = [
        makeExtension('pgkeepone', `postgresql-${major}`),
        makeExtension('pgkeeptwo', `postgresql-${major} (>= ${version})`),
        makeExtension('pgkeepthree', 'pgkeep-has-no-such-package'),
      ];
      await buildRepository(join(folder, 'repository'), { debs, suite: 'test-pgdg', key });
    } finally {
      await key.remove();
    }
    repository = await serveFolder(join(folder, 'repository'));
    await transpile(folder);
    const source = { urls: [repository.url], keyAsc: key.asc, suite: 'test-pgdg', component: 'main' };
    writeFileSync(
      join(folder, 'main.js'),
      `import { provideServer } from './postgres/programs/index.js';
       import { folderCache } from './postgres/programs/folder-cache.js';
       import { mkdtempSync } from 'node:fs';
       const tempDir = mkdtempSync('${folder}/temp-');
       const said = [];
       const reporter = new Proxy({}, { get: () => (...words) => void said.push(words.join(' ')) });
       const provided = await provideServer({
         major: ${major}, extensions: process.argv.slice(2), cache: folderCache(() => tempDir + '/cache'), reporter,
         env: process.env, tempDir, apt: ${JSON.stringify(source)},
       });
       console.log(JSON.stringify({ ...provided, said }));`,
    );
    chmodSync(folder, 0o777);
  });
  afterAll(async () => {
    await repository.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const PURGE = `DEBIAN_FRONTEND=noninteractive apt-get purge -qq -y 'postgresql*' >/dev/null 2>&1 || true;`;
  const provide = (...extensions: string[]): string =>
    `${process.execPath} ${folder}/main.js ${extensions.join(' ')}`;
  const CLUSTERS = `ls -d /etc/postgresql/*/* /var/lib/postgresql/*/* 2>/dev/null || true; grep -c '^create_main_cluster' /etc/postgresql-common/createcluster.conf || true;`;
  const inSystem = `/usr/lib/postgresql/${major}/bin/postgres`;

  it('as root: by apt, with extensions, without a cluster; a server that is there is never replaced', async () => {
    const installed = `dpkg-query -W -f '\${Version}\\n' postgresql-${major};`;
    // As if an older server of the user's were there: the second extension wants the newest.
    const older = `sed -i '/^Package: postgresql-${major}$/,/^$/s/^Version: .*/Version: ${major}.0-0/' /var/lib/dpkg/status;`;
    const script = `${PURGE} ${provide('hstore', 'pgkeepone')}; ${CLUSTERS} ${installed} ${older} ${provide('pgkeeptwo', 'pgkeepone', 'pgkeepthree')}; ${installed}`;
    const lines = (await inLayer(folder, script)).trim().split('\n');
    const [first, config, before, second, after] = lines as [string, string, string, string, string];
    expect(lines).toHaveLength(5);
    expect(JSON.parse(first)).toMatchObject({
      server: { major, postgres: inSystem, env: {} },
      missing: [],
    });
    expect(config).toBe('0');
    expect(before).toBe(version);

    const { server, missing, said } = JSON.parse(second) as Printed;
    expect(server.postgres.startsWith(folder)).toBe(true);
    expect(missing.map(({ name }) => name)).toEqual(['pgkeepthree']);
    expect(said.join('\n')).toContain(`would replace postgresql-${major}: not done.`);
    expect(said.join('\n')).toMatch(/cannot install \S+pgkeepthree: .*pgkeep-has-no-such-package/);
    expect(after).toBe(`${major}.0-0`);
  });

  it('as a user with password-less sudo: the same', async () => {
    const user = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
    const script = `${PURGE} echo '#65534 ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/pgkeep-test; ${user} ${provide('pgkeepone')}; ${CLUSTERS}`;
    const [first, config] = (await inLayer(folder, script)).trim().split('\n');
    expect(JSON.parse(first ?? '')).toMatchObject({ server: { postgres: inSystem }, missing: [] });
    expect(config).toBe('0');
  });
});
