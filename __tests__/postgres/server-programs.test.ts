import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/base/errors.js';
import { silentReporter } from '../../src/base/reporter.js';
import { folderCache, provideServer } from '../../src/postgres/programs/index.js';
import { isDebianFamily, readMachine, type Machine } from '../../src/postgres/programs/machine.js';
import type { FindOptions } from '../../src/postgres/programs/types.js';
import { missingPrograms } from '../support/clients.js';
import { tryServer } from '../support/server-run.js';
import { serverPrograms } from '../support/servers.js';

const real = await readMachine();
const own = await serverPrograms(17);
const older = await serverPrograms(16);

function suite(name: string, why: string | undefined): typeof describe | typeof describe.skip {
  if (why === undefined) return describe;
  process.stderr.write(`NOT RUN: server-programs: ${name}: ${why}\n`);
  return describe.skip;
}

let temp: string;
let options: FindOptions;
let said: string[];
let warnings: string[];

beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'pgkeep-server-test-'));
  // A server runs as another user when we are root.
  chmodSync(temp, 0o755);
  said = [];
  warnings = [];
  options = {
    cache: folderCache(() => join(temp, 'cache')),
    reporter: {
      ...silentReporter,
      info: (message) => void said.push(message),
      warn: (message) => void warnings.push(message),
    },
    env: process.env,
    tempDir: temp,
    method: 'rootless',
    apt: null,
    machine: { ...real, root: join(temp, 'nowhere') },
  };
});

afterEach(async () => {
  await rm(temp, { recursive: true, force: true });
});

/** A machine without a package manager that we know, on which only these folders of programs are. */
function machineWith(...servers: (typeof own)[]): Machine {
  const os = { id: 'other', like: [], version: '1', codename: '', prettyName: 'Other Linux 1' };
  const root = join(temp, 'root');
  const parent = join(root, 'usr/lib/postgresql');
  for (const server of servers) {
    if (server === undefined) continue;
    const folder = join(parent, String(server.major), 'bin');
    linkServer(folder, server);
  }
  options.env = { PATH: '/nowhere' };
  return { platform: 'linux', os, root };
}

function linkServer(folder: string, server: NonNullable<typeof own>): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['initdb', 'postgres'] as const) symlinkSync(server[name], join(folder, name));
}

suite('found', own === undefined || older === undefined ? 'no test servers here' : undefined)(
  'a server that is there',
  () => {
    it('of exactly that major, with the extensions that its own folder has', async () => {
      const machine = machineWith(own, older);
      const extensions = ['hstore', 'uuid-ossp', 'vector', '../../x', 'plpgsql', 'hstore'];
      const found = await provideServer({ ...options, machine, major: 17, extensions });
      expect(found.server).toMatchObject({ major: 17, version: own?.version, source: 'system', env: {} });
      expect(found.server.postgres).toBe(join(machine.root, 'usr/lib/postgresql/17/bin/postgres'));
      expect(found.missing.map(({ name }) => name)).toEqual(['vector', '../../x']);
      expect(found.missing[0]?.why).toContain('pgkeep knows no package of it for Other Linux 1');
      expect(warnings).toEqual([]);
      await tryServer(found.server, ['create extension hstore']);
    });

    it('of the nearest newer major with a warning, of an older one never', async () => {
      const machine = machineWith(own);
      const found = await provideServer({ ...options, machine, major: 16, extensions: [] });
      expect(found).toMatchObject({ server: { major: 17 }, missing: [] });
      expect(warnings).toEqual([
        expect.stringMatching(/server of PostgreSQL 17\.\d+ is used instead of one of 16/),
      ]);
      await expect(provideServer({ ...options, machine, major: 18, extensions: [] })).rejects.toThrow(
        /server programs of PostgreSQL 18 or newer \(postgres, initdb\) on Other Linux 1\.\nTried: the folders of the system; the tool cache\.\nInstall [^]*`scratch-url`/,
      );
    });

    it('postgres-bin: that folder and nothing else', async () => {
      const bin = join(temp, 'bin');
      linkServer(bin, own as NonNullable<typeof own>);
      const found = await provideServer({ ...options, bin, major: 17, extensions: ['citext', 'pg_cron'] });
      expect(found.server).toMatchObject({ source: 'postgres-bin', postgres: join(bin, 'postgres') });
      expect(found.missing).toEqual([
        { name: 'pg_cron', why: expect.stringContaining('postgres-bin lacks it') },
      ]);
      await tryServer(found.server, ['create extension citext']);
      await expect(tryServer(found.server, ['create extension pg_cron'])).rejects.toThrow(/pg_cron/);

      await provideServer({ ...options, bin, major: 16, extensions: [] });
      expect(warnings).toEqual([expect.stringContaining('because postgres-bin names it')]);
      await expect(provideServer({ ...options, bin, major: 18, extensions: [] })).rejects.toThrow(
        /older than the 18 that is needed/,
      );
      await rm(join(bin, 'initdb'));
      const failure = provideServer({ ...options, bin, major: 17, extensions: [] });
      await expect(failure).rejects.toThrow(UserError);
      await expect(failure).rejects.toThrow(/has no initdb\. .*postgres-bin out; or .*scratch-url/);
    });
  },
);

const debian =
  isDebianFamily(real) && missingPrograms(['apt-get', 'dpkg-deb']).length === 0
    ? undefined
    : 'needs Debian or Ubuntu';

suite('unpacked', debian)('a server that apt unpacks into the tool cache', () => {
  /** Older than what any distribution has: its own is the nearest newer. */
  const OLD = 10;

  it('runs, with an extension, as a user who is not root; and is found there the next time', async () => {
    const wanted = ['hstore', 'hypopg', 'pgkeep_no_such_extension', 'supabase_vault'];
    const found = await provideServer({ ...options, major: OLD, extensions: wanted });
    const { server } = found;
    expect(server.source).toBe('distribution');
    expect(server.postgres.startsWith(join(temp, 'cache'))).toBe(true);
    expect(found.missing.map(({ name }) => name)).toEqual(['pgkeep_no_such_extension', 'supabase_vault']);
    expect(found.missing[0]?.why).toContain('apt has no package');
    expect(said.join('\n')).toMatch(
      /^Installing postgresql-\d+ \S+, postgresql-\d+-hypopg from \S+ into the tool cache\.$/m,
    );
    const statements = ['create extension hstore', 'create extension hypopg'];
    const version = 'select current_setting($$server_version_num$$)';
    expect(await tryServer(server, [...statements, version])).toContain(`"${server.major}`);

    // Neither LLVM nor what is for LLVM, no clients and no perl.
    const root = server.postgres.split('/usr/lib/postgresql/')[0] ?? '';
    const all = readdirSync(root, { recursive: true, encoding: 'utf8' });
    expect(all.filter((name) => /libLLVM|\/bitcode|bin\/psql|perl5|include\//.test(name))).toEqual([]);
    expect(readdirSync(temp)).toEqual(['cache']);

    said = [];
    const again = await provideServer({ ...options, major: server.major, extensions: ['hstore', 'hypopg'] });
    expect(again).toEqual({ server: { ...server, source: 'tool-cache' }, missing: [] });
    expect(said).toEqual([]);

    // Another set of packages is another entry; the first is left as it is.
    const more = await provideServer({ ...options, major: server.major, extensions: ['hypopg', 'pgtap'] });
    expect(more.missing).toEqual([]);
    expect(more.server.postgres).not.toBe(server.postgres);
    expect(existsSync(server.postgres)).toBe(true);
    await tryServer(more.server, ['create extension pgtap']);

    // What apt does not have is no reason to unpack the same once more.
    said = [];
    const none = await provideServer({
      ...options,
      major: server.major,
      extensions: ['hypopg', 'pgtap', 'pgkeep_no_such_extension'],
    });
    expect(none.server).toEqual({ ...more.server, source: 'tool-cache' });
    expect(said.join('\n')).not.toContain('Installing');
  });
});
