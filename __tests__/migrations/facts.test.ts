import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CancelledError } from '../../src/base/errors.js';
import {
  DatabaseGoneError,
  diffSchemas,
  effectsOf,
  namesOf,
  newRoles,
  readSchema,
  takeFacts,
} from '../../src/migrations/facts/index.js';
import type { Effects, Named, Rehearsal } from '../../src/migrations/types.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { borderMajors } from '../support/majors.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: facts of a migration: ${rigMissing}\n`);

const BEFORE = [
  'CREATE SCHEMA app',
  'CREATE TABLE app.orders (id int PRIMARY KEY, note text, amount numeric(10,2), "odd ""name" text DEFAULT \'x\')',
  "INSERT INTO app.orders SELECT i, CASE WHEN i % 2 = 0 THEN 'n' END, i FROM generate_series(1, 100) i",
  'CREATE TABLE app.empty (a int)',
  'CREATE TABLE app.ev (at date NOT NULL, v int, double int GENERATED ALWAYS AS (v * 2) STORED) PARTITION BY RANGE (at)',
  "CREATE TABLE app.ev_1 PARTITION OF app.ev FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  'CREATE TABLE app.ev_2 (v int, at date NOT NULL, double int GENERATED ALWAYS AS (v * 2) STORED)',
  "ALTER TABLE app.ev ATTACH PARTITION app.ev_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
  "INSERT INTO app.ev SELECT date '2025-12-01' + i, i FROM generate_series(1, 60) i",
  'CREATE MATERIALIZED VIEW app.mv AS SELECT count(*) FROM app.orders',
  'CREATE MATERIALIZED VIEW app.unfilled AS SELECT 1 WITH NO DATA',
  'CREATE TABLE app.parent (a int)',
  'CREATE TABLE app.child () INHERITS (app.parent)',
  'INSERT INTO app.parent VALUES (1); INSERT INTO app.child VALUES (2)',
  'SELECT lo_create(4711), lo_create(4712)',
  'CREATE TABLE app.hidden (a int)',
  'INSERT INTO app.hidden VALUES (1); ALTER TABLE app.hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
  'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE app.far (a int) SERVER s',
  'CREATE TABLE app.dupes (a int); INSERT INTO app.dupes VALUES (1), (1)',
];

/** What a migration does, what it tells of the data, and which objects are otherwise. */
const MIGRATIONS: Record<
  string,
  [sql: string[], told: string[], schema: string[] | ((major: number) => string[])]
> = {
  nothing: [[], [], []],
  'a table renamed and moved to another schema': [
    ['ALTER TABLE app.orders RENAME TO purchases', 'ALTER TABLE app.purchases SET SCHEMA public'],
    [],
    [
      'removed TABLE app.orders',
      'removed CONSTRAINT app.orders orders_pkey',
      'changed MATERIALIZED VIEW app.mv',
      'added TABLE public.purchases',
      'added CONSTRAINT public.purchases orders_pkey',
    ],
  ],
  'a table dropped': [
    ['DROP TABLE app.orders CASCADE', 'DROP TABLE app.empty'],
    ['app.empty: 0 > null', 'app.orders: 100 > null', 'dropped app.empty: 0', 'dropped app.orders: 100'],
    [
      'removed TABLE app.empty',
      'removed TABLE app.orders',
      'removed MATERIALIZED VIEW app.mv',
      'removed CONSTRAINT app.orders orders_pkey',
    ],
  ],
  'columns renamed, dropped, emptied and retyped': [
    [
      'ALTER TABLE app.orders RENAME "odd ""name" TO fine',
      'ALTER TABLE app.orders DROP COLUMN note',
      'ALTER TABLE app.orders ALTER amount TYPE int',
      'UPDATE app.orders SET fine = NULL WHERE id <= 10',
    ],
    [
      'dropped app.orders.note: 50',
      'retyped app.orders.amount: 100 numeric(10,2) > integer',
      'emptied app.orders.odd "name: 10',
      'rewritten app.orders',
    ],
    ['changed TABLE app.orders'],
  ],
  'a table made anew': [
    [
      'CREATE TABLE app.orders_new (note text, amount numeric(12,2), id int)',
      'INSERT INTO app.orders_new SELECT note, amount, id FROM app.orders',
      'DROP TABLE app.orders CASCADE',
      'ALTER TABLE app.orders_new RENAME TO orders',
    ],
    ['retyped app.orders.amount: 100 numeric(10,2) > numeric(12,2)', 'dropped app.orders.odd "name: 100'],
    [
      'removed MATERIALIZED VIEW app.mv',
      'removed CONSTRAINT app.orders orders_pkey',
      'changed TABLE app.orders',
    ],
  ],
  'rows deleted and a table truncated': [
    [
      'DELETE FROM app.orders WHERE id > 90',
      'TRUNCATE app.hidden',
      'DELETE FROM ONLY app.parent',
      'SELECT lo_unlink(4711)',
    ],
    [
      'app.hidden: 1 > 0',
      'app.orders: 100 > 90',
      'app.parent: 1 > 0',
      'pg_catalog.pg_largeobject_metadata: 2 > 1',
    ],
    [],
  ],
  partitions: [
    [
      'ALTER TABLE app.ev DETACH PARTITION app.ev_2',
      'ALTER TABLE app.ev RENAME v TO w',
      "DELETE FROM app.ev_2 WHERE at < '2025-12-04'",
      'UPDATE app.ev_2 SET v = NULL WHERE v = 31 OR v = 30',
    ],
    ['app.ev: 60 > 58', 'emptied app.ev.v: 1'],
    (major) =>
      major === 13
        ? ['changed TABLE app.ev', 'changed TABLE app.ev_1', 'changed TABLE app.ev_2']
        : ['removed TABLE ATTACH app.ev_2', 'changed TABLE app.ev', 'changed TABLE app.ev_1'],
  ],
  'tables rewritten': [
    [
      'VACUUM FULL app.orders',
      'VACUUM FULL app.ev',
      'VACUUM FULL app.empty',
      'REFRESH MATERIALIZED VIEW app.mv',
    ],
    ['rewritten app.ev', 'rewritten app.orders', 'rewritten app.mv'],
    [],
  ],
  'an index that could not be made and constraints that hold for new rows': [
    [
      '-CREATE UNIQUE INDEX CONCURRENTLY dupes_a ON app.dupes (a)',
      'ALTER TABLE app.dupes ADD CONSTRAINT few CHECK (a < 9) NOT VALID',
      'ALTER TABLE app.dupes ADD CONSTRAINT own FOREIGN KEY (a) REFERENCES app.orders NOT VALID',
      'ALTER TABLE app.dupes ADD CONSTRAINT fine CHECK (a < 10)',
    ],
    ['invalid app.dupes_a on app.dupes', 'not valid few on app.dupes', 'not valid own on app.dupes'],
    ['changed TABLE app.dupes', 'added CHECK CONSTRAINT app.dupes few', 'added FK CONSTRAINT app.dupes own'],
  ],
  'grants, owners, functions and settings': [
    [
      'CREATE ROLE "a reader"',
      'GRANT SELECT ON app.orders TO "a reader"',
      'ALTER TABLE app.empty OWNER TO "a reader"',
      "CREATE FUNCTION app.f() RETURNS text LANGUAGE sql AS E'SELECT \\'\n--\n-- Name: x; Type: TABLE; Schema: app; Owner: o\n--\n\\''",
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database()); END $$",
    ],
    ['new role a reader'],
    [
      'changed TABLE app.empty',
      'added DATABASE PROPERTIES {database}',
      'added FUNCTION app.f()',
      'added ACL app.orders',
    ],
  ],
  'an extension': [
    ['CREATE EXTENSION hstore SCHEMA app', 'ALTER TABLE app.empty ADD h app.hstore'],
    [],
    ['changed TABLE app.empty', 'added EXTENSION hstore', 'added COMMENT hstore'],
  ],
};

const title = ({ schema, name }: Named): string => `${schema}.${name}`;

function told({ rows, dropped, lost, rewritten, invalidIndexes, notValid }: Effects): string[] {
  return [
    ...rows
      .filter(({ before, after }) => before !== after)
      .map((each) => `${title(each.table)}: ${each.before} > ${each.after}`),
    ...dropped.map((each) => `dropped ${title(each.table)}: ${each.rows}`),
    ...lost.map(
      ({ how, table, column, values, types }) =>
        `${how} ${title(table)}.${column}: ${values}${types === undefined ? '' : ` ${types.before} > ${types.after}`}`,
    ),
    ...rewritten.map((each) => `rewritten ${title(each.table)}`),
    ...invalidIndexes.map(({ index, table }) => `invalid ${title(index)} on ${title(table)}`),
    ...notValid.map(({ constraint, table }) => `not valid ${constraint} on ${title(table)}`),
  ];
}

(rigMissing === undefined ? describe.each(borderMajors()) : describe.skip.each([0]))(
  'the facts of a migration on PostgreSQL %i',
  (major) => {
    let rig: Rig;
    beforeAll(async () => {
      rig = await Rig.start(major);
      await (await rig.database('before', ...BEFORE)).close();
    });
    afterAll(() => rig?.stop());

    let count = 0;
    /** A copy of the database. */
    async function copy(): Promise<Rehearsal> {
      const database = `copy ${(count += 1)}`;
      const admin = await rig.psql();
      await admin.exec(`CREATE DATABASE "${database}" TEMPLATE before`);
      await admin.close();
      return rehearsal(database);
    }

    const rehearsal = (database: string): Rehearsal => ({
      programs: rig.programs,
      connection: parseConnection(rig.server.url(), process.env),
      database,
      signal: new AbortController().signal,
    });

    it.each(Object.entries(MIGRATIONS))('%s', async (_, [sql, effects, schema]) => {
      const place = await copy();
      const [before, schemaBefore] = await Promise.all([takeFacts(place), readSchema(place)]);
      const psql = await rig.psql(place.database);
      for (const statement of sql) {
        if (statement.startsWith('-')) await expect(psql.exec(statement.slice(1))).rejects.toThrow();
        else await psql.exec(statement);
      }
      await psql.close();
      const [after, schemaAfter] = await Promise.all([takeFacts(place), readSchema(place)]);
      const roles = newRoles(before, after).map((name) => `new role ${name}`);
      expect([...told(effectsOf(before, after)), ...roles]).toEqual(effects);
      const changes = diffSchemas(schemaBefore, schemaAfter);
      expect(changes.map(({ change, kind, name }) => `${change} ${kind} ${name}`)).toEqual(
        (typeof schema === 'function' ? schema(major) : schema).map((line) =>
          line.replace('{database}', place.database),
        ),
      );
      expect(changes.filter(({ diff }) => diff.length === 0)).toEqual([]);
    });

    it('are those of what the backup holds', async () => {
      const facts = await takeFacts(rehearsal('before'));
      const names = facts.tables.map(
        ({ name, kind, rows, root }) => `${name} ${kind} ${rows}${root === null ? '' : ' part'}`,
      );
      expect(names).toEqual([
        'child table 1',
        'dupes table 2',
        'empty table 0',
        'ev partitioned table 0',
        'ev_1 table 30 part',
        'ev_2 table 30 part',
        'hidden table 1',
        'mv materialized view 0',
        'orders table 100',
        'parent table 1',
        'unfilled materialized view 0',
      ]);
      const orders = facts.tables.find(({ name }) => name === 'orders');
      expect(orders?.columns.map(({ name, type, values }) => [name, type, values])).toEqual([
        ['id', 'integer', 100],
        ['note', 'text', 50],
        ['amount', 'numeric(10,2)', 100],
        ['odd "name', 'text', 100],
      ]);
      expect(orders?.bytes).toBeGreaterThan(orders?.fileBytes ?? 0);
      expect(namesOf(facts).get(orders?.oid ?? 0)).toEqual({ schema: 'app', name: 'orders' });
      expect(facts.notMeasured).toEqual([
        'The rows of 1 foreign table (app.far) were not counted: they are on another server.',
      ]);
    });

    it('count tables with as many columns as there may be', async () => {
      const columns = Array.from({ length: 1600 }, (_, n) => `c${n} int2`).join(', ');
      const place = await copy();
      const psql = await rig.psql(place.database);
      for (const name of ['a', 'b', 'c', 'd']) await psql.exec(`CREATE TABLE wide_${name} (${columns})`);
      await psql.exec('INSERT INTO wide_b (c7, c1599) VALUES (1, 1), (2, NULL)');
      await psql.close();
      const wide = (await takeFacts(place)).tables.find(({ name }) => name === 'wide_b');
      expect(wide?.rows).toBe(2);
      expect(
        wide?.columns.filter(({ values }) => values !== 0).map(({ name, values }) => [name, values]),
      ).toEqual([
        ['c7', 2],
        ['c1599', 1],
      ]);
    });

    it('have of the tables of extensions only those rows that are not their own', async () => {
      const place = await copy();
      const psql = await rig.psql(place.database);
      await psql.exec(
        'CREATE EXTENSION hstore; CREATE TABLE member (a int); CREATE TABLE config (a int)',
        'INSERT INTO member VALUES (1); INSERT INTO config VALUES (1), (2), (3)',
        'ALTER EXTENSION hstore ADD TABLE member; ALTER EXTENSION hstore ADD TABLE config',
        `UPDATE pg_extension SET extconfig = ARRAY['config'::regclass::oid], extcondition = ARRAY['WHERE config.a > 1'] WHERE extname = 'hstore'`,
      );
      await psql.close();
      const { tables } = await takeFacts(place);
      const found = tables.filter(({ schema }) => schema === 'public');
      expect(found.map(({ name, rows }) => `${name} ${rows}`)).toEqual(['config 2']);
    });

    (major >= 18 ? it : it.skip)('know a NOT NULL that old rows do not keep to', async () => {
      const place = await copy();
      const before = await takeFacts(place);
      const psql = await rig.psql(place.database);
      await psql.exec(
        'ALTER TABLE app.orders ADD CONSTRAINT noted NOT NULL note NOT VALID',
        'ALTER TABLE app.orders ADD CONSTRAINT loose CHECK (id > 50) NOT ENFORCED',
      );
      await psql.close();
      const after = await takeFacts(place);
      expect(told(effectsOf(before, after))).toEqual(['not valid noted on app.orders']);
      const orders = after.tables.find(({ name }) => name === 'orders');
      expect(orders?.columns.find(({ name }) => name === 'note')?.values).toBe(50);
    });

    it('leave out a table that cannot be read, and say so', async () => {
      const place = await copy();
      const psql = await rig.psql(place.database);
      const path = await psql.value("SELECT pg_relation_filepath('app.hidden')");
      const data = await psql.value('SHOW data_directory');
      await psql.close();
      rmSync(`${data}/${path}`);
      const facts = await takeFacts(place);
      expect(facts.tables.find(({ name }) => name === 'hidden')?.rows).toBeNull();
      expect(facts.tables.find(({ name }) => name === 'orders')?.rows).toBe(100);
      expect(facts.notMeasured).toContain(
        'The rows of table app.hidden could not be counted: reading it failed (SQLSTATE 58P01).',
      );
    });

    it('cannot be had of a database that was dropped or renamed', async () => {
      const place = await copy();
      const admin = await rig.psql();
      await admin.exec(`ALTER DATABASE "${place.database}" RENAME TO "other ${place.database}"`);
      await admin.close();
      const gone = 'The command dropped or renamed the database "copy';
      await expect(takeFacts(place)).rejects.toThrow(gone);
      await expect(readSchema(place)).rejects.toThrow(DatabaseGoneError);
    });

    it('are not waited for by a run that is told to stop', async () => {
      const place = { ...rehearsal('before'), signal: AbortSignal.abort() };
      await expect(takeFacts(place)).rejects.toThrow(CancelledError);
      await expect(readSchema(place)).rejects.toThrow(CancelledError);
    });
  },
);
