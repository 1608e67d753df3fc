import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Psql } from '../../src/postgres/psql.js';
import { outputsOf, redReasons } from '../../src/restore/result.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { until } from '../support/children.js';
import { newestMajors } from '../support/majors.js';
import { databasesOf, messagesOf, restoring } from '../support/restore-rig.js';

const majors = rigMissing === undefined ? newestMajors() : [];
if (majors.length === 0) process.stderr.write(`NOT RUN: replace: ${rigMissing ?? 'no server'}\n`);
const suite = majors.length === 0 ? describe.skip.each([0]) : describe.each(majors);

/** A name whose first 25 bytes end inside of a character, and which is as long as a name can be. */
const LONG = `${'x'.repeat(24)}é${'y'.repeat(37)}`;

suite('replacing a database of a managed server on PostgreSQL %s', (major) => {
  let rig: Rig;
  let admin: Psql;

  const url = (database: string, user = 'owner'): string => rig.server.url(database, user, 'secret');
  const as = (database: string, user: string): Promise<Psql> => rig.psql(database, user, 'secret');

  /** A database as an application's owner makes it, with a role that uses it. */
  const application = async (name: string): Promise<void> => {
    await (await rig.database(name)).close();
    await admin.exec(
      `ALTER DATABASE "${name}" OWNER TO owner`,
      `REVOKE ALL ON DATABASE "${name}" FROM PUBLIC`,
      `GRANT CONNECT ON DATABASE "${name}" TO app`,
      `ALTER DATABASE "${name}" SET work_mem = '9MB'`,
      `ALTER ROLE app IN DATABASE "${name}" SET search_path = data, public`,
    );
    const owner = await as(name, 'owner');
    await owner.exec(
      'CREATE SCHEMA data',
      // Since PostgreSQL 15 only the owner of the database may.
      'CREATE TABLE public.plain (a int)',
      'GRANT USAGE ON SCHEMA data TO app',
      'ALTER DEFAULT PRIVILEGES IN SCHEMA data GRANT SELECT, INSERT ON TABLES TO app',
      'ALTER DEFAULT PRIVILEGES IN SCHEMA data GRANT USAGE ON SEQUENCES TO app',
      'CREATE TABLE data.things (id serial PRIMARY KEY, what text)',
      "INSERT INTO data.things (what) VALUES ('one'), ('two')",
    );
    await owner.close();
  };

  const backup = async (name: string): Promise<{ storage: string; id: string }> => {
    const published = await rig.publish(name, { 'database-url': url(name) });
    return {
      storage: `file://${published.folder.split('/').slice(0, -2).join('/')}`,
      id: published.manifest.id,
    };
  };

  beforeAll(async () => {
    rig = await Rig.start(major, { wal_level: 'logical', max_prepared_transactions: 5 });
    admin = await rig.psql();
    await admin.exec(
      "CREATE ROLE owner LOGIN CREATEDB PASSWORD 'secret'",
      "CREATE ROLE app LOGIN PASSWORD 'secret'",
      "CREATE ROLE poor LOGIN PASSWORD 'secret'",
      'GRANT pg_signal_backend TO owner',
      // As the administrators of managed servers are, who made the other roles.
      "CREATE ROLE manager LOGIN CREATEDB CREATEROLE PASSWORD 'secret'",
      'GRANT owner TO manager',
      'GRANT app TO manager WITH ADMIN OPTION',
      'GRANT pg_signal_backend TO manager',
    );
  }, 180_000);

  afterAll(() => rig?.stop());

  it.each(['live', LONG])('lets the application go on working in %s', async (name) => {
    await application(name);
    const { storage, id } = await backup(name);
    const owner = await as(name, 'owner');
    await owner.exec('DELETE FROM data.things');
    await owner.close();
    const ownedBy = (): Promise<string> =>
      admin.value(`SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '${name}'`);
    const app = await as(name, 'app');
    expect(await app.value('SELECT count(*) FROM data.things')).toBe('0');
    const { result, error } = await restoring(rig, {
      storage,
      'database-url': url(name, 'manager'),
      mode: 'replace',
      confirm: name,
    });
    expect(messagesOf(error)).toBe('undefined');
    const old = `${name === LONG ? 'x'.repeat(24) : name}_before_${id}`;
    expect(result).toMatchObject({
      outcome: 'restored',
      database: name,
      previousDatabase: old,
      matches: true,
    });
    expect(result?.notes).toHaveLength(1);
    expect(await ownedBy()).toBe('owner');
    const again = await as(name, 'app');
    // The rig's sessions set a search_path of their own.
    await again.exec('RESET search_path');
    expect(await again.value('SELECT current_setting($$search_path$$)')).toBe('data, public');
    expect(await again.value('SELECT current_setting($$work_mem$$)')).toBe('9MB');
    await again.exec("INSERT INTO things (what) VALUES ('three')");
    expect(await again.value('SELECT count(*) FROM things')).toBe('3');
    const newOwner = await as(name, 'owner');
    await newOwner.exec('CREATE TABLE data.later (a int)');
    await newOwner.close();
    await again.exec('INSERT INTO data.later VALUES (1)');
    await again.close();
    await app.close();
    // Nobody else may connect, as before.
    await expect(as(name, 'poor')).rejects.toThrow(/CONNECT/);
  });

  it("makes a database that is its old owner's, with what he has in schema public", async () => {
    await application('handed');
    const { storage } = await backup('handed');
    const { result, error } = await restoring(rig, { storage, 'database-url': url('elsewhere', 'manager') });
    expect(messagesOf(error)).toBe('undefined');
    expect(result).toMatchObject({ outcome: 'restored', matches: true });
    const facts = `SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'elsewhere'`;
    expect(await admin.value(facts)).toBe('owner');
    const psql = await rig.psql('elsewhere');
    expect(await psql.value(`SELECT tableowner FROM pg_tables WHERE tablename = 'plain'`)).toBe('owner');
    await psql.close();
  });

  it('tells of settings of other roles that it may not make', async () => {
    await application('set');
    const { storage } = await backup('set');
    const asked = { storage, 'database-url': url('set'), mode: 'replace', confirm: 'set' };
    const { result } = await restoring(rig, asked);
    expect(result?.outcome).toBe('restored');
    expect(result?.notes.join('\n')).toContain(
      'may not make these settings of the database again: search_path of role app.',
    );
  });

  it('says what to grant to a role that may not', async () => {
    await application('theirs');
    const { storage } = await backup('theirs');
    await admin.exec('GRANT CONNECT ON DATABASE theirs TO poor', 'ALTER ROLE poor NOCREATEDB');
    const asked = { storage, 'database-url': url('theirs', 'poor'), mode: 'replace', confirm: 'theirs' };
    const { error } = await restoring(rig, asked);
    expect(messagesOf(error)).toContain('ALTER ROLE "poor" CREATEDB');
    expect(messagesOf(error)).toContain('GRANT "owner" TO "poor"');
    expect(messagesOf(error)).not.toContain('GRANT CONNECT');
  });

  it('gives nothing to owners whose rights the role does not have itself', async () => {
    await application('given');
    const { storage } = await backup('given');
    await admin.exec(
      `CREATE ROLE aloof LOGIN CREATEDB NOINHERIT PASSWORD 'secret'`,
      major >= 16 ? 'GRANT owner TO aloof WITH INHERIT FALSE, SET TRUE' : 'GRANT owner TO aloof',
    );
    const before = await databasesOf(rig);
    const asked = { storage, 'database-url': url('taken', 'aloof') };
    const { error } = await restoring(rig, { ...asked, owner: 'true' });
    expect(messagesOf(error)).toMatch(/"aloof" may not act for these owners: "owner".*WITH INHERIT TRUE/);
    expect(await databasesOf(rig)).toEqual(before);
    const { result, error: none, said } = await restoring(rig, { ...asked, privileges: 'false' });
    expect(messagesOf(none)).toBe('undefined');
    expect(result).toMatchObject({ outcome: 'restored', matches: true });
    expect(said.warnings.join('\n')).toContain('Owners are not restored');
  });

  it('refuses where roles of the backup are missing, and goes on without them when told', async () => {
    await admin.exec('CREATE ROLE leaver');
    await application('gone');
    const owner = await as('gone', 'owner');
    await owner.exec('GRANT SELECT ON data.things TO leaver');
    await owner.close();
    const { storage } = await backup('gone');
    await admin.exec('DROP DATABASE gone', 'DROP ROLE leaver');
    await (await rig.database('gone', 'CREATE TABLE other (a int)')).close();
    await admin.exec('ALTER DATABASE gone OWNER TO owner');
    const asked = { storage, 'database-url': url('gone'), mode: 'replace', confirm: 'gone' };
    const { error } = await restoring(rig, asked);
    expect(messagesOf(error)).toContain(
      'Privileges cannot be restored: these roles, which have privileges, are not there: "leaver".',
    );
    const without = await restoring(rig, { ...asked, privileges: 'false' });
    expect(messagesOf(without.error)).toBe('undefined');
    expect(without.result?.plan.privileges).toBe(false);
    const fresh = await restoring(rig, { storage, 'database-url': url('anew') });
    expect(messagesOf(fresh.error)).toBe('undefined');
    expect(fresh.said.warnings.join('\n')).toContain(
      'Privileges are not restored: these roles, which have privileges, are not there: "leaver".',
    );
  });

  it('says what breaks of replication, and goes on only when that is confirmed', async () => {
    await application('read');
    const { storage } = await backup('read');
    const psql = await rig.psql('read');
    await psql.exec("SELECT pg_create_logical_replication_slot('cdc', 'pgoutput')");
    await psql.exec(
      "CREATE SUBSCRIPTION feed CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false)",
    );
    await psql.close();
    const asked = { storage, 'database-url': url('read'), mode: 'replace' };
    const { error } = await restoring(rig, asked);
    expect(messagesOf(error)).toContain('Logical replication slots read "read" ("cdc")');
    const { result, said } = await restoring(rig, { ...asked, confirm: 'read' });
    expect(said.warnings.join('\n')).toContain('Subscriptions fill "read" ("feed")');
    expect(result?.previousDatabase).toMatch(/^read_before_/);
    const prepared = await rig.psql('read');
    await prepared.exec('BEGIN', 'SELECT txid_current()', "PREPARE TRANSACTION 'p'");
    await prepared.close();
    const refused = await restoring(rig, { ...asked, confirm: 'read' });
    expect(messagesOf(refused.error)).toContain(
      '"read" has prepared transactions ("p"), with which it cannot be renamed',
    );
  });

  /** A function that index builds call: immutable in name only. */
  const meddling = (body: string): string[] => [
    `CREATE FUNCTION data.really(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN ${body}; RETURN x; END $$`,
    'CREATE FUNCTION data.seemingly(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN data.really(x); END $$',
  ];

  it('keeps the target when the restored copy differs from the fingerprint', async () => {
    await application('differs');
    const owner = await as('differs', 'owner');
    await owner.exec(
      'CREATE TABLE data.audit (x int)',
      ...meddling('INSERT INTO data.audit VALUES (x)'),
      'CREATE INDEX ON data.things (data.seemingly(id))',
    );
    await owner.close();
    const { storage } = await backup('differs');
    const before = await databasesOf(rig);
    const asked = { storage, 'database-url': url('differs'), mode: 'replace', confirm: 'differs', jobs: '1' };
    const { result, error } = await restoring(rig, asked);
    expect(messagesOf(error)).toBe('undefined');
    expect(result).toMatchObject({ outcome: 'differs', database: null, matches: false });
    expect(result?.findings).toMatchObject([
      { kind: 'table', name: 'data.audit', expected: '2 rows', found: '4 rows' },
    ]);
    expect(redReasons(result!).map(({ message }) => message)).toEqual([
      expect.stringContaining('Database "differs" is as it was, and the restored copy was dropped.'),
    ]);
    expect(outputsOf(result!)).toMatchObject({ matches: 'false', 'restored-database': null });
    expect(await databasesOf(rig)).toEqual(before);
    const unchecked = await restoring(rig, { ...asked, compare: 'false' });
    expect(unchecked.result).toMatchObject({ outcome: 'restored', database: 'differs', matches: null });
    expect(outputsOf(unchecked.result!)).toMatchObject({ matches: 'not compared' });
  });

  it('leaves the target as it was when the connection breaks in the middle', async () => {
    await application('cut');
    const owner = await as('cut', 'owner');
    await owner.exec(
      // At the source it takes no time.
      ...meddling("IF current_database() <> 'cut' THEN PERFORM pg_sleep(60); END IF"),
      'CREATE INDEX slow ON data.things (data.seemingly(id))',
    );
    await owner.close();
    const { storage } = await backup('cut');
    const before = await databasesOf(rig);
    // With one job: of several, what the one says that was cut off may be lost.
    const asked = { storage, 'database-url': url('cut'), mode: 'replace', confirm: 'cut', jobs: '1' };
    const restore = restoring(rig, asked);
    await until('the index is built', async () => {
      const ended = await admin.value(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'cut_restoring%' AND query LIKE 'CREATE INDEX slow%'`,
      );
      return ended === 't' ? true : undefined;
    });
    const { error } = await restore;
    expect(messagesOf(error)).toMatch(/Someone ended the session|connection/);
    expect(await databasesOf(rig)).toEqual(before);
    const psql = await as('cut', 'app');
    expect(await psql.value('SELECT count(*) FROM data.things')).toBe('2');
    await psql.close();
  });

  it('stays in the tablespace of the target', async () => {
    const folder = join(rig.server.folder, 'elsewhere');
    mkdirSync(folder);
    chownSync(folder, statSync(rig.server.folder).uid, statSync(rig.server.folder).gid);
    await admin.exec(`CREATE TABLESPACE elsewhere LOCATION '${folder}'`);
    await application('moved');
    await admin.exec('ALTER DATABASE moved SET TABLESPACE elsewhere');
    const { storage } = await backup('moved');
    const asked = { storage, 'database-url': url('moved'), mode: 'replace', confirm: 'moved' };
    const where = (): Promise<string> =>
      admin.value(
        `SELECT spcname FROM pg_database d JOIN pg_tablespace t ON t.oid = dattablespace WHERE datname = 'moved'`,
      );
    const refused = await restoring(rig, asked);
    expect(refused.said.warnings.join('\n')).toContain('stays in the default tablespace');
    expect(await where()).toBe('pg_default');
    await admin.exec(
      'GRANT CREATE ON TABLESPACE elsewhere TO owner',
      'ALTER DATABASE moved SET TABLESPACE elsewhere',
    );
    const { error } = await restoring(rig, asked);
    expect(messagesOf(error)).toBe('undefined');
    expect(await where()).toBe('elsewhere');
  });

  it('drops what an interrupted restore had left', async () => {
    await application('left');
    const { storage } = await backup('left');
    await (await rig.database('left_restoring_x')).close();
    await admin.exec(
      'ALTER DATABASE left_restoring_x OWNER TO owner',
      `COMMENT ON DATABASE left_restoring_x IS 'pgkeep: unfinished restore of left'`,
    );
    await (await rig.database('left_restoring_y')).close();
    const { error } = await restoring(rig, {
      storage,
      'database-url': url('left'),
      mode: 'replace',
      confirm: 'left',
    });
    expect(messagesOf(error)).toBe('undefined');
    const databases = await databasesOf(rig);
    expect(databases).not.toContain('left_restoring_x');
    expect(databases).toContain('left_restoring_y');
  });
});
