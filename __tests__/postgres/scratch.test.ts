import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseIdentity } from '../../src/postgres/scratch/index.js';
import { inspectServer } from '../../src/postgres/server.js';
import { testMajors } from '../support/majors.js';
import { isRoot, libc, processesOf, scratchMissing, ScratchRig, testServer } from './scratch-rig.js';

if (scratchMissing !== undefined) process.stderr.write(`NOT RUN: scratch servers: ${scratchMissing}\n`);
if (!isRoot)
  process.stderr.write('NOT RUN: a folder that the user of a scratch server may not enter: needs root\n');
const suite = scratchMissing === undefined ? describe : describe.skip;

let rig: ScratchRig;
beforeEach(() => {
  rig = new ScratchRig();
});
afterEach(() => rig.stop());

suite.each(testMajors())('a scratch server of PostgreSQL %s', (major) => {
  const other = (provider: string, locale: string, icuRules: string | null = null): DatabaseIdentity => ({
    encoding: 'UTF8',
    collation: { provider, collate: 'C', ctype: 'C', locale, icuRules, version: null },
  });
  const identities: [string, DatabaseIdentity][] = [
    ['C', libc('C')],
    ['an encoding of one byte', libc('C', 'LATIN1')],
    ['no encoding', libc('C', 'SQL_ASCII')],
    ['C.UTF-8 for characters alone', libc('C', 'UTF8', 'C.UTF-8')],
    ...(major >= 15 ? [['ICU', other('icu', 'de-u-co-phonebk')] as [string, DatabaseIdentity]] : []),
    ...(major >= 16
      ? [['ICU with rules', other('icu', 'en', '&V << w <<< W')] as [string, DatabaseIdentity]]
      : []),
    ...(major >= 17 ? [['builtin', other('builtin', 'C.UTF-8')] as [string, DatabaseIdentity]] : []),
    ...(major >= 18
      ? [['builtin, full', other('builtin', 'PG_UNICODE_FAST')] as [string, DatabaseIdentity]]
      : []),
  ];

  it('has the databases and roles that it is asked for, and leaves nothing', async () => {
    const tempDir = rig.folder();
    const server = await testServer(major);
    const scratch = await rig.start({ server, tempDir, bootstrapRole: 'shop_owner' });
    expect(scratch.major).toBe(major);
    for (const [index, [, identity]] of identities.entries()) {
      const name = index === 0 ? 'postgres' : `db ${index}`;
      expect(await scratch.createDatabase(name, identity)).toEqual([]);
      const { encoding, collation } = await rig.ask(scratch, (psql) => inspectServer(psql), name);
      expect({ encoding, collation: { ...collation, version: null } }).toEqual(identity);
    }
    await scratch.createRoles([
      'app',
      'reader',
      'app',
      'pg_monitor',
      'public',
      'none',
      'shop_owner',
      'we "ird\\ rôle\'',
    ]);
    await scratch.createRoles(['app', 'writer']);
    const roles = await rig.ask(scratch, (psql) =>
      psql.query(
        `SELECT json_agg(json_build_array(rolname, rolcanlogin) ORDER BY oid) FROM pg_roles WHERE rolname !~ '^pg_'`,
      ),
    );
    expect(roles).toEqual([
      ['shop_owner', true],
      ['app', false],
      ['reader', false],
      ['we "ird\\ rôle\'', false],
      ['writer', false],
    ]);
    await rig.ask(scratch, (psql) => psql.exec('ALTER DATABASE "db 1" IS_TEMPLATE true'));
    await scratch.dropDatabase('db 1');
    await scratch.dropDatabase('db 1');
    expect(processesOf(tempDir)).not.toEqual([]);
    await scratch.stop();
    expect(readdirSync(tempDir)).toEqual([]);
    expect(processesOf(tempDir)).toEqual([]);
    await scratch.stop();
  });
});

suite('a scratch server', () => {
  it.each(['a"b', "o'brien", '-dash', 'two words', 'größe', 'Upper', '$(id)', 'back\\slash', 'x'.repeat(63)])(
    'has %j as the name of its first role and of a database',
    async (name) => {
      const scratch = await rig.start({ bootstrapRole: name });
      await scratch.createDatabase(name, libc('C'));
      const sql = `SELECT json_build_array(current_database(), current_user, (SELECT rolname FROM pg_roles WHERE oid = 10),
        (SELECT count(*) FROM pg_roles WHERE rolname !~ '^pg_'))`;
      expect(await rig.ask(scratch, (psql) => psql.query(sql), name)).toEqual([name, name, name, 1]);
      await scratch.dropDatabase(name);
    },
  );

  it('says that a reserved name cannot be had', async () => {
    const scratch = await rig.start({ bootstrapRole: 'pg_owner' });
    expect(await rig.ask(scratch, (psql) => psql.value('SELECT current_user'))).toBe('pgkeep_bootstrap');
    expect(rig.said.text).toMatch(/PostgreSQL refuses the source's name/);
  });

  it('runs beside another one, and in a folder whose name is too long for a socket', async () => {
    const tempDir = join(rig.folder(), 'a folder with, a long "name" '.repeat(6).trim());
    mkdirSync(tempDir);
    chmodSync(tempDir, 0o755);
    const [one, two] = await Promise.all([rig.start({ tempDir }), rig.start({ tempDir })]);
    const sockets = [one, two].map(({ connection }) => connection.target.host ?? '');
    expect(new Set(sockets).size).toBe(2);
    for (const scratch of [one, two]) {
      await scratch.createDatabase('shop', libc('C'));
      expect(await rig.ask(scratch, (psql) => psql.value('SELECT current_database()'), 'shop')).toBe('shop');
    }
    await Promise.all([one.stop(), two.stop()]);
    expect(readdirSync(tempDir)).toEqual([]);
    expect(sockets.filter((folder) => existsSync(join(folder, '..')))).toEqual([]);
  });

  it('lets nobody in without its password, and no one over the network', async () => {
    const scratch = await rig.start();
    const { connection } = scratch;
    expect(await rig.ask(scratch, (psql) => psql.value('SHOW listen_addresses'))).toBe('');
    const { PGPASSWORD: password, ...env } = connection.env;
    expect(password).toMatch(/^.{32}$/);
    await expect(
      rig.ask({ ...scratch, connection: { ...connection, env } }, () => Promise.resolve()),
    ).rejects.toThrow(/password/);
    expect(connection.conninfo()).not.toContain(password);
    expect(connection.secrets).toContain(password);
  });

  it("has nothing of the user's settings in its connection", async () => {
    process.env['PGOPTIONS'] = '-c work_mem=77MB';
    process.env['PGSERVICE'] = 'theirs';
    process.env['SOME_SECRET'] = 'x';
    try {
      const scratch = await rig.start();
      expect(Object.keys(scratch.connection.env).sort()).toEqual(
        [
          ...['LC_ALL', 'LC_MESSAGES', 'PATH', 'PGAPPNAME', 'PGCONNECT_TIMEOUT', 'PGOPTIONS', 'PGPASSFILE'],
          ...[
            'PGPASSWORD',
            'PGSERVICEFILE',
            'PGSYSCONFDIR',
            ...(process.env['TMPDIR'] === undefined ? [] : ['TMPDIR']),
          ],
        ].sort(),
      );
      expect(scratch.connection.env['PGOPTIONS']).toBe('-c event_triggers=off');
    } finally {
      for (const name of ['PGOPTIONS', 'PGSERVICE', 'SOME_SECRET']) delete process.env[name];
    }
  });

  it('preloads what an extension needs and binds it to its database', async () => {
    const scratch = await rig.start({ extensions: ['pg_stat_statements', 'pg_cron', 'hstore'] });
    // Of the test servers' extensions only this one has to be preloaded.
    expect(await rig.ask(scratch, (psql) => psql.value('SHOW shared_preload_libraries'))).toBe(
      'pg_stat_statements',
    );
    expect(await rig.ask(scratch, (psql) => psql.value('SHOW pg_stat_statements.track'))).toBe('none');
  });

  it('is not kept from working by what runs at every login', async () => {
    const scratch = await rig.start();
    await scratch.createDatabase('shop', libc('C'));
    await rig.ask(
      scratch,
      (psql) =>
        psql.exec(
          `CREATE FUNCTION public.refuse() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''nobody''; END'`,
          'CREATE EVENT TRIGGER refuse ON login EXECUTE FUNCTION public.refuse()',
        ),
      'shop',
    );
    expect(await rig.ask(scratch, (psql) => psql.value('SELECT 1'), 'shop')).toBe('1');
    const env = { ...scratch.connection.env, PGOPTIONS: '' };
    const plain = { ...scratch, connection: { ...scratch.connection, env } };
    await expect(rig.ask(plain, (psql) => psql.value('SELECT 1'), 'shop')).rejects.toThrow(/nobody/);
  });

  (isRoot ? it : it.skip)('moves where its user may enter', async () => {
    const tempDir = rig.folder();
    chmodSync(tempDir, 0o700);
    const scratch = await rig.start({ tempDir });
    expect(rig.said.text).toContain(`files are in /var/tmp: its user nobody may not enter ${tempDir}`);
    const host = scratch.connection.target.host ?? '';
    expect(host).toMatch(/^\/var\/tmp\/pgkeep-scratch-/);
    await scratch.stop();
    expect(existsSync(join(host, '..'))).toBe(false);
  });
});
