import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Psql } from '../../src/postgres/psql.js';
import { Rig, rigMissing, type Published } from '../support/backup-rig.js';
import { newestMajors } from '../support/majors.js';
import { databasesOf, messagesOf, restoring } from '../support/restore-rig.js';

const majors = rigMissing === undefined ? newestMajors() : [];
if (majors.length === 0) process.stderr.write(`NOT RUN: fresh: ${rigMissing ?? 'no server'}\n`);
const suite = majors.length === 0 ? describe.skip.each([0]) : describe.each(majors);

suite('restoring as a role that may create no database, on PostgreSQL %s', (major) => {
  let rig: Rig;
  let admin: Psql;

  const url = (database: string): string => rig.server.url(database, 'poor', 'secret');
  const storageOf = ({ folder }: Published): string => `file://${folder.split('/').slice(0, -2).join('/')}`;
  const poor = (database: string): Promise<Psql> => rig.psql(database, 'poor', 'secret');

  /** An empty database of the role's own. */
  const empty = async (name: string, ...statements: string[]): Promise<void> => {
    await (await rig.database(name)).close();
    await admin.exec(`ALTER DATABASE ${name} OWNER TO poor`);
    if (statements.length === 0) return;
    const psql = await poor(name);
    await psql.exec(...statements);
    await psql.close();
  };

  const contents = async (name: string): Promise<string[]> => {
    const psql = await rig.psql(name);
    const tables = await psql.query<string[]>(
      `SELECT coalesce(json_agg(relname ORDER BY relname), '[]') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    );
    await psql.close();
    return tables;
  };

  const TABLES = [
    'CREATE TABLE a (id int PRIMARY KEY, what text)',
    "INSERT INTO a SELECT i, 'row ' || i FROM generate_series(1, 100) i",
    'CREATE TABLE b (id int PRIMARY KEY)',
    'INSERT INTO b VALUES (1)',
  ];

  beforeAll(async () => {
    // As few locks as can be, so that few tables are too many for one transaction.
    rig = await Rig.start(major, { max_locks_per_transaction: 10, max_connections: 20 });
    admin = await rig.psql();
    await admin.exec("CREATE ROLE poor LOGIN PASSWORD 'secret'");
  }, 180_000);

  afterAll(() => rig?.stop());

  it.each(['custom', 'directory', 'plain'])(
    'restores a %s backup in one transaction into an empty database of its own',
    async (format) => {
      const name = `source_${format}`;
      await empty(name, ...TABLES);
      const storage = storageOf(await rig.publish(name, { format }));
      await empty(`target_${format}`);
      const { result, error, said } = await restoring(rig, {
        storage,
        'database-url': url(`target_${format}`),
      });
      expect(messagesOf(error)).toBe('undefined');
      expect(result).toMatchObject({ outcome: 'restored', matches: true, previousDatabase: null });
      expect(result?.plan.way).toBe('in place');
      expect(said.warnings.join('\n')).toContain('in one transaction');
      expect(said.text).not.toContain('psql: WARNING');
      expect(await contents(`target_${format}`)).toEqual(['a', 'b']);
    },
  );

  it('leaves the target empty when something fails', async () => {
    await empty('faulty', ...TABLES);
    await admin.exec('CREATE ROLE other');
    const psql = await rig.psql('faulty');
    await psql.exec('CREATE TABLE c (a int)', 'ALTER TABLE c OWNER TO other');
    await psql.close();
    const storage = storageOf(await rig.publish('faulty'));
    await empty('spotless');
    const forced = { storage, 'database-url': url('spotless'), owner: 'true' };
    const refused = await restoring(rig, forced);
    expect(messagesOf(refused.error)).toContain(
      'Owners cannot be restored: role "poor" may not act for these owners: ',
    );
    // What only shows when it is done: the role may no more create anything.
    const taken = await rig.psql('spotless');
    await taken.exec('REVOKE CREATE ON SCHEMA public FROM PUBLIC', 'ALTER SCHEMA public OWNER TO postgres');
    await taken.close();
    const { error } = await restoring(rig, { storage, 'database-url': url('spotless') });
    expect(messagesOf(error)).toMatch(/permission denied for schema public/);
    expect(await contents('spotless')).toEqual([]);
    await admin.exec('DROP DATABASE faulty', 'DROP ROLE other');
  });

  it('refuses more tables than locks, before anything is restored', async () => {
    await empty('many');
    const psql = await poor('many');
    for (let at = 0; at < 120; at += 1) await psql.exec(`CREATE TABLE t${at} (id int PRIMARY KEY, t text)`);
    await psql.close();
    const storage = storageOf(await rig.publish('many'));
    await empty('crowded');
    const { error } = await restoring(rig, { storage, 'database-url': url('crowded') });
    expect(messagesOf(error)).toContain(
      "would hold about 480 locks: the server's lock table has room for 200",
    );
    expect(await contents('crowded')).toEqual([]);
  });

  it('cannot make the database', async () => {
    await empty('source', ...TABLES);
    const storage = storageOf(await rig.publish('source'));
    const before = await databasesOf(rig);
    const { error } = await restoring(rig, { storage, 'database-url': url('nowhere') });
    expect(messagesOf(error)).toContain('There is no database "nowhere", and the role may not make it.');
    expect(messagesOf(error)).toContain('ALTER ROLE "poor" CREATEDB');
    expect(await databasesOf(rig)).toEqual(before);
  });

  it('puts rows into empty tables that are there', async () => {
    await empty('rows', ...TABLES);
    const whole = await rig.publish('rows');
    const { url: storage } = rig.storage();
    const schema = await rig.backup({ 'database-url': rig.server.url('rows'), storage, content: 'schema' });
    const rowsOnly = await rig.backup({ 'database-url': rig.server.url('rows'), storage, content: 'data' });
    const schemaId = schema.result?.results[0]?.manifest.id;
    expect(rowsOnly.error).toBeUndefined();
    await empty('filled');
    const nothing = await restoring(rig, { storage, 'database-url': url('filled') });
    expect(messagesOf(nothing.error)).toContain(`Restore backup ${schemaId} with content: schema first`);
    await empty('tables');
    const definitions = await restoring(rig, {
      storage,
      'database-url': url('tables'),
      backup: schemaId ?? '',
      owner: 'false',
    });
    expect(messagesOf(definitions.error)).toBe('undefined');
    expect(definitions.result?.matches).toBe(true);
    const asked = { storage, 'database-url': url('tables'), confirm: 'tables' };
    const { result, error } = await restoring(rig, asked);
    expect(messagesOf(error)).toBe('undefined');
    expect(result).toMatchObject({ outcome: 'restored', matches: true });
    expect(result?.plan.content).toBe('data');
    const twice = await restoring(rig, asked);
    expect(messagesOf(twice.error)).toContain('these have rows: public.a, public.b');
    const part = await restoring(rig, {
      storage: storageOf(whole),
      'database-url': url('filled'),
      tables: 'a',
      content: 'data',
    });
    expect(messagesOf(part.error)).toContain('these are not: public.a');
  });
});
