import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CancelledError } from '../../src/base/errors.js';
import type { Psql } from '../../src/postgres/psql.js';
import { outputsOf, redReasons, resultText } from '../../src/restore/result.js';
import { requireNoSessions, Rig, rigMissing } from '../support/backup-rig.js';
import { until } from '../support/children.js';
import { newestMajors } from '../support/majors.js';
import { Listener } from '../support/listener.js';
import { databasesOf, messagesOf, restoring } from '../support/restore-rig.js';

const majors = rigMissing === undefined ? newestMajors() : [];
if (majors.length === 0) process.stderr.write(`NOT RUN: restore: ${rigMissing ?? 'no server'}\n`);
const suite = majors.length === 0 ? describe.skip.each([0]) : describe.each(majors);

suite('restore on PostgreSQL %s', (major) => {
  let rig: Rig;
  let admin: Psql;
  let storage: string;
  let id: string;
  let rows: string;

  const url = (database: string): string => rig.server.url(database);
  const countIn = async (database: string): Promise<string> => {
    const psql = await rig.psql(database);
    try {
      return await psql.value('SELECT count(*) FROM app.orders');
    } finally {
      await psql.close();
    }
  };

  beforeAll(async () => {
    rig = await Rig.start(major, { wal_level: 'logical', max_prepared_transactions: 5 });
    admin = await rig.psql();
    const shop = await rig.shop('shop');
    rows = await shop.value('SELECT count(*) FROM app.orders');
    await shop.close();
    const published = await rig.publish('shop');
    id = published.manifest.id;
    storage = `file://${published.folder.split('/').slice(0, -2).join('/')}`;
  }, 180_000);

  afterAll(() => rig?.stop());

  let before: string[];
  beforeEach(async () => {
    before = await databasesOf(rig);
  });
  afterEach(async () => {
    for (const name of await databasesOf(rig))
      if (!before.includes(name)) await admin.exec(`DROP DATABASE "${name}" WITH (FORCE)`);
    await requireNoSessions(rig);
    expect(readdirSync(rig.folder).filter((name) => name.startsWith('pgkeep-'))).toEqual([]);
  });

  it('makes the database where there is none', async () => {
    const { result, error } = await restoring(rig, { storage, 'database-url': url('fresh') });
    expect(messagesOf(error)).toBe('undefined');
    expect(result).toMatchObject({
      outcome: 'restored',
      database: 'fresh',
      previousDatabase: null,
      matches: true,
    });
    expect(result?.totals.different).toBe(0);
    expect(outputsOf(result!)).toMatchObject({
      'backup-id': id,
      'restored-database': 'fresh',
      matches: 'true',
    });
    expect(redReasons(result!)).toEqual([]);
    expect(resultText(result!, { namesToo: true })).toContain('is restored in database "fresh"');
    expect(await countIn('fresh')).toBe(rows);
    expect(await databasesOf(rig)).toEqual([...before, 'fresh'].sort());
  });

  it('takes the place of an empty database, and keeps its settings and grants', async () => {
    await (await rig.database('fresh')).close();
    await admin.exec(
      'DROP ROLE IF EXISTS guest',
      'CREATE ROLE guest',
      'REVOKE CONNECT ON DATABASE fresh FROM PUBLIC',
      'GRANT CONNECT ON DATABASE fresh TO guest',
      "ALTER DATABASE fresh SET work_mem = '7MB'",
      `ALTER DATABASE fresh SET search_path = "$user", app, "odd, name"`,
      `ALTER ROLE guest IN DATABASE fresh SET statement_timeout = '3s'`,
      `COMMENT ON DATABASE fresh IS 'ours'`,
      'ALTER DATABASE fresh CONNECTION LIMIT 42',
    );
    const { error } = await restoring(rig, { storage, 'database-url': url('fresh') });
    expect(messagesOf(error)).toBe('undefined');
    expect(await countIn('fresh')).toBe(rows);
    expect(await databasesOf(rig)).toEqual([...before, 'fresh'].sort());
    expect(
      await admin.query(
        `SELECT json_build_object('comment', shobj_description(oid, 'pg_database'), 'limit', datconnlimit, 'rights', (SELECT json_agg(a::text ORDER BY a::text COLLATE "C") FROM unnest(datacl) a)) FROM pg_database WHERE datname = 'fresh'`,
      ),
    ).toEqual({
      comment: 'ours',
      limit: 42,
      rights: ['=T/postgres', 'guest=c/postgres', 'postgres=CTc/postgres'],
    });
    expect(
      await admin.query(
        `SELECT json_agg(c ORDER BY c) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) c WHERE datname = 'fresh'`,
      ),
    ).toEqual(['search_path="$user", app, "odd, name"', 'statement_timeout=3s', 'work_mem=7MB']);
  });

  it('refuses a target that is not empty, also when confirmed', async () => {
    await (await rig.database('full', 'CREATE TABLE mine (a int)')).close();
    for (const confirm of ['', 'full']) {
      const { error } = await restoring(rig, { storage, 'database-url': url('full'), confirm });
      expect(messagesOf(error)).toContain(
        '"full" is not empty (it holds table public.mine), and mode is fresh',
      );
    }
    const psql = await rig.psql('full');
    expect(await psql.value('SELECT count(*) FROM mine')).toBe('0');
    await psql.close();
  });

  it('names no table in the log of a public repository', async () => {
    await (await rig.database('full', 'CREATE TABLE mine (a int)')).close();
    const asked = { storage, 'database-url': url('full'), content: 'schema', confirm: 'full' };
    const part = { ...asked, content: 'data', tables: 'app.orders' };
    for (const isPublic of [false, true]) {
      const said = new Listener();
      const refused = await restoring(rig, { ...asked, confirm: '' }, { isPublic, said });
      const missing = await restoring(rig, part, { isPublic, said });
      const all = [messagesOf(refused.error), messagesOf(missing.error), said.text].join('\n');
      expect(all.includes('public.mine')).toBe(!isPublic);
      expect(all.includes('app.orders')).toBe(!isPublic);
      expect(all).toContain('set confirm: full');
    }
  });

  it('replaces a database that is in use, and keeps the old one', async () => {
    const application = await rig.database(
      'live',
      'CREATE TABLE mine (a int)',
      'INSERT INTO mine VALUES (1)',
    );
    const asked = { storage, 'database-url': url('live'), mode: 'replace' };
    const unconfirmed = await restoring(rig, asked);
    expect(messagesOf(unconfirmed.error)).toContain(
      '"live" is not empty: it holds table public.mine. To go on, set confirm: live',
    );
    const wrong = await restoring(rig, { ...asked, confirm: 'life' });
    expect(messagesOf(wrong.error)).toContain(
      'confirm is "life", but database-url names the database "live"',
    );
    const { result, error } = await restoring(rig, { ...asked, confirm: 'live' });
    expect(messagesOf(error)).toBe('undefined');
    const old = `live_before_${id}`;
    expect(result).toMatchObject({
      outcome: 'restored',
      database: 'live',
      previousDatabase: old,
      matches: true,
    });
    await expect(application.value('SELECT 1')).rejects.toThrow();
    expect(await countIn('live')).toBe(rows);
    const kept = await rig.psql(old);
    expect(await kept.value('SELECT a FROM mine')).toBe('1');
    await kept.close();
    expect(await databasesOf(rig)).toEqual([...before, 'live', old].sort());
    const again = await restoring(rig, { ...asked, confirm: 'live' });
    expect(again.result?.previousDatabase).toBe(`${old}-2`);
  });

  it('asks for a confirmation before it touches the source of the backup', async () => {
    const { error } = await restoring(rig, { storage, 'database-url': url('shop'), mode: 'replace' });
    expect(messagesOf(error)).toContain(`"shop" is the very database that backup ${id} was made of`);
    expect(await countIn('shop')).toBe(rows);
  });

  it('plans without changing anything, and says what is newer than the latest', async () => {
    await (await rig.database('live', 'CREATE TABLE mine (a int)')).close();
    const newer = join(fileURLToPath(storage), 'shop', '20990101T000000Z-aaaa');
    mkdirSync(newer);
    writeFileSync(join(newer, 'database.dump'), 'half of it');
    const { result, error } = await restoring(rig, {
      storage,
      backup: 'latest',
      'database-url': url('live'),
      mode: 'replace',
      'dry-run': 'true',
    });
    rmSync(newer, { recursive: true });
    expect(messagesOf(error)).toBe('undefined');
    expect(result?.outcome).toBe('planned');
    expect(result?.passedOver).toEqual([
      expect.stringMatching(/^shop\/20990101T000000Z-aaaa in .* has no manifest/),
    ]);
    expect(result?.plan).toMatchObject({ way: 'beside', mode: 'replace', blockers: [] });
    expect(result?.plan.unconfirmed).toHaveLength(1);
    expect(redReasons(result!)).toEqual([]);
    expect(resultText(result!, { namesToo: true })).toContain('Nothing was changed');
    expect(await databasesOf(rig)).toEqual([...before, 'live'].sort());
  });

  it('restores chosen tables, also beside others', async () => {
    const target = await rig.database('full', 'CREATE TABLE mine (a int)', 'CREATE SCHEMA app');
    await target.close();
    const asked = { storage, 'database-url': url('full'), tables: 'app.ev*' };
    const unconfirmed = await restoring(rig, asked);
    expect(messagesOf(unconfirmed.error)).toContain('set confirm: full');
    const { result, error } = await restoring(rig, { ...asked, confirm: 'full' });
    expect(messagesOf(error)).toBe('undefined');
    expect(result).toMatchObject({ outcome: 'restored', matches: true });
    expect(result?.plan.way).toBe('in place');
    const again = await restoring(rig, { ...asked, confirm: 'full' });
    expect(messagesOf(again.error)).toContain(
      'in the target already, and nothing of it is overwritten: app.ev',
    );
    const none = await restoring(rig, { ...asked, tables: 'ev', confirm: 'full' });
    expect(messagesOf(none.error)).toContain('app.ev');
    const fresh = await restoring(rig, { ...asked, 'database-url': url('fresh'), tables: 'app.customers' });
    expect(messagesOf(fresh.error)).toBe('undefined');
    expect(fresh.result).toMatchObject({ database: 'fresh', matches: true });
    // A new database gets what they need, too.
    expect(fresh.result?.plan.warnings.join('\n')).not.toContain('must be there already');
  });

  it('leaves nothing when it is cancelled', async () => {
    // An index that takes a minute to build anywhere but at the source.
    const slow = await rig.database(
      'slow',
      `CREATE FUNCTION slowly(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
        $$ BEGIN IF current_database() <> 'slow' THEN PERFORM pg_sleep(60); END IF; RETURN $1; END $$`,
      'CREATE TABLE t (a int)',
      'INSERT INTO t VALUES (1)',
      'CREATE INDEX ON t (slowly(a))',
    );
    await slow.close();
    const { folder } = await rig.publish('slow');
    const stop = new AbortController();
    const restore = restoring(
      rig,
      { storage: `file://${folder.split('/').slice(0, -2).join('/')}`, 'database-url': url('fresh') },
      { signal: stop.signal },
    );
    await until('the index is built', async () => {
      const building = await admin.value(
        `SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE 'CREATE INDEX%'`,
      );
      return building === '0' ? undefined : true;
    });
    expect(await databasesOf(rig)).not.toEqual([...before, 'slow'].sort());
    stop.abort();
    const { error } = await restore;
    expect(error).toBeInstanceOf(CancelledError);
    expect(await databasesOf(rig)).toEqual([...before, 'slow'].sort());
  });

  it('lets only one restore into a target at a time', async () => {
    const both = await Promise.all([
      restoring(rig, { storage, 'database-url': url('fresh') }),
      restoring(rig, { storage, 'database-url': url('fresh') }),
    ]);
    const errors = both.filter(({ error }) => error !== undefined);
    expect(errors).toHaveLength(1);
    expect(messagesOf(errors[0]?.error)).toMatch(/Another restore into database "fresh" is at work/);
    expect(await countIn('fresh')).toBe(rows);
  });

  it('makes a safety backup first, or does nothing', async () => {
    await (await rig.database('live', 'CREATE TABLE mine (a int)')).close();
    const asked = { storage, 'database-url': url('live'), mode: 'replace', confirm: 'live' };
    const refused = await restoring(rig, { ...asked, 'safety-backup': 'file:///proc/nowhere' });
    expect(messagesOf(refused.error)).toContain('could not be backed up first');
    expect(await databasesOf(rig)).toEqual([...before, 'live'].sort());
    const safe = rig.storage();
    const { result } = await restoring(rig, { ...asked, 'safety-backup': safe.url });
    const { name = '', id: safetyId = '' } = result?.safetyBackup ?? {};
    expect(name).toMatch(/^live-safety-[0-9a-f]{6}$/);
    expect(readdirSync(`${safe.folder}/${name}`)).toContain(safetyId);
    expect(resultText(result!, { namesToo: false })).toContain(`Safety backup: ${name}/${safetyId} in `);
    // Several targets take turns in one storage, and each has a family of its own.
    await (await rig.database('other', 'CREATE TABLE theirs (a int)')).close();
    const other = { ...asked, 'database-url': url('other'), confirm: 'other', 'safety-backup': safe.url };
    const second = await restoring(rig, other);
    expect(messagesOf(second.error)).toBe('undefined');
    const third = await restoring(rig, { ...asked, 'safety-backup': safe.url });
    expect(messagesOf(third.error)).toBe('undefined');
    expect(third.result?.safetyBackup?.name).toBe(name);
    expect(readdirSync(safe.folder).sort()).toEqual([name, second.result?.safetyBackup?.name].sort());
  });

  it('restores as a role whose transactions would be read-only', async () => {
    await (await rig.database('frozen', 'CREATE SCHEMA app')).close();
    await admin.exec(
      "CREATE ROLE reader LOGIN SUPERUSER PASSWORD 'secret'",
      'ALTER ROLE reader SET default_transaction_read_only = on',
      'ALTER DATABASE frozen SET default_transaction_read_only = on',
    );
    try {
      const as = (database: string): string => rig.server.url(database, 'reader', 'secret');
      const fresh = await restoring(rig, { storage, 'database-url': as('fresh') });
      expect(messagesOf(fresh.error)).toBe('undefined');
      expect(fresh.result).toMatchObject({ outcome: 'restored', matches: true });
      // In place, of a database that has it set, with a role that has it not.
      const part = { storage, 'database-url': url('frozen'), tables: 'app.ev*', confirm: 'frozen' };
      const inPlace = await restoring(rig, part);
      expect(messagesOf(inPlace.error)).toBe('undefined');
      expect(inPlace.result?.plan.way).toBe('in place');
      const replaced = { storage, 'database-url': as('frozen'), mode: 'replace', confirm: 'frozen' };
      const { result, error } = await restoring(rig, replaced);
      expect(messagesOf(error)).toBe('undefined');
      expect(result).toMatchObject({ outcome: 'restored', matches: true });
    } finally {
      await admin.exec(
        'DROP DATABASE IF EXISTS fresh',
        'ALTER ROLE reader RESET default_transaction_read_only',
      );
    }
  });

  it('replaces the database postgres, from another one', async () => {
    const { result, error } = await restoring(rig, {
      storage,
      'database-url': url('postgres'),
      mode: 'replace',
      confirm: 'postgres',
    });
    try {
      expect(messagesOf(error)).toBe('undefined');
      expect(await countIn('postgres')).toBe(rows);
    } finally {
      await admin.close();
      admin = await rig.psql('shop');
      if (result?.previousDatabase !== undefined)
        await admin.exec(
          'DROP DATABASE postgres WITH (FORCE)',
          `ALTER DATABASE "${result.previousDatabase}" RENAME TO postgres`,
        );
      await admin.close();
      admin = await rig.psql();
    }
  });

  it.each([
    ['a slot reads', "SELECT pg_create_logical_replication_slot('idle', 'pgoutput')", '(idle)'],
    [
      'has rights on functions of the server',
      'GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO pg_monitor',
      'rights were granted in it',
    ],
    [
      'has rights on columns of the server',
      'GRANT SELECT (rolname) ON pg_catalog.pg_authid TO pg_monitor',
      'rights were granted in it',
    ],
  ])('keeps an empty database that %s', async (_, statement, why) => {
    await (await rig.database('prepared', statement)).close();
    const { result } = await restoring(rig, {
      storage,
      'database-url': url('prepared'),
      confirm: 'prepared',
    });
    expect(result).toMatchObject({ outcome: 'restored', previousDatabase: `prepared_before_${id}` });
    expect(result?.notes.join('\n')).toContain(why);
  });

  it('keeps an empty database that has extensions', async () => {
    await (await rig.database('extended', 'CREATE EXTENSION hstore')).close();
    const { result } = await restoring(rig, { storage, 'database-url': url('extended') });
    expect(result).toMatchObject({ outcome: 'restored', previousDatabase: `extended_before_${id}` });
    expect(result?.notes.join('\n')).toContain('It has extensions');
  });

  // The key of a passphrase takes seconds to make, for each file anew, and knows nothing of the server.
  const once = major === majors.at(-1) ? it : it.skip;
  once('makes a safety backup that opens with the key of the backup', async () => {
    const encrypted = rig.storage();
    const passphrase = 'correct horse battery staple';
    await rig.backup({ 'database-url': url('shop'), storage: encrypted.url, passphrase });
    await (await rig.database('live', 'CREATE TABLE mine (a int)', 'INSERT INTO mine VALUES (1)')).close();
    const safe = rig.storage();
    const wrong = { storage: encrypted.url, 'database-url': url('live'), mode: 'replace', confirm: 'live' };
    const refused = await restoring(rig, { ...wrong, passphrase: 'another one' });
    expect(messagesOf(refused.error)).toContain('passphrase');
    const { error } = await restoring(rig, { ...wrong, passphrase, 'safety-backup': safe.url });
    expect(messagesOf(error)).toBe('undefined');
    const back = await restoring(rig, { storage: safe.url, 'database-url': url('back'), passphrase });
    expect(messagesOf(back.error)).toBe('undefined');
    const psql = await rig.psql('back');
    expect(await psql.value('SELECT a FROM mine')).toBe('1');
    await psql.close();
  });
});
