import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KINDS } from '../../src/backup/fingerprint/kinds.js';
import type { Fingerprint } from '../../src/backup/fingerprint/types.js';
import type { Psql } from '../../src/postgres/psql.js';
import { archivedSchema, restore, Rig, rigMissing, type Published } from '../support/backup-rig.js';
import { testMajors } from '../support/majors.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: fingerprint: ${rigMissing}\n`);

const MORE = [
  // The hash of an enum value is that of its OID, so on reload rows move from one partition to another.
  `CREATE TABLE app.hashed (st app.status, n int) PARTITION BY HASH (st)`,
  `CREATE TABLE app.hashed_0 PARTITION OF app.hashed FOR VALUES WITH (modulus 3, remainder 0) PARTITION BY HASH (n)`,
  `CREATE TABLE app.hashed_0a PARTITION OF app.hashed_0 FOR VALUES WITH (modulus 2, remainder 0)`,
  `CREATE TABLE app.hashed_0b PARTITION OF app.hashed_0 FOR VALUES WITH (modulus 2, remainder 1)`,
  `CREATE TABLE app.hashed_1 PARTITION OF app.hashed FOR VALUES WITH (modulus 3, remainder 1)`,
  `CREATE TABLE app.hashed_2 PARTITION OF app.hashed FOR VALUES WITH (modulus 3, remainder 2)`,
  `INSERT INTO app.hashed SELECT (ARRAY['new','paid','sent'])[1+i%3]::app.status, i FROM generate_series(1,300) i`,
  `CREATE TABLE app.empty (id int PRIMARY KEY, CHECK (id > 0))`,
  `CREATE TABLE app.texts (f float8, m money, b bytea, d timestamptz, i interval, c regclass)`,
  `INSERT INTO app.texts VALUES (1/3.0, 12.5, '\\x00ff', '2026-01-02 03:04:05+06', '1 day 2 hours', 'app.orders')`,
  `CREATE SEQUENCE app.never; CREATE SEQUENCE app.down INCREMENT -1; SELECT nextval('app.down')`,
  `CREATE SEQUENCE app."se t"; SELECT setval('app."se t"', 99, false)`,
];
const VIRTUAL = 'ALTER TABLE app.texts ADD COLUMN v float8 GENERATED ALWAYS AS (f * 3) VIRTUAL';

/** The parts of a fingerprint that a faithful copy has in common with its source. */
function comparable({ tables, objects, largeObjects, materializedViews, sequences }: Fingerprint): object {
  return { tables, objects, largeObjects, materializedViews, sequences };
}

// What a restore makes otherwise than it came to be, and yet faithfully.
const ODD = [
  'CREATE TABLE twice (n int); INSERT INTO twice VALUES (1), (1)',
  'CREATE TYPE span AS RANGE (subtype = int4)',
  'CREATE TABLE up (a int); CREATE TABLE down (z int); INSERT INTO down VALUES (1)',
  'ALTER TABLE down ADD a int; ALTER TABLE down INHERIT up; UPDATE down SET a = 2',
  'CREATE TABLE target (id int PRIMARY KEY) PARTITION BY RANGE (id)',
  'CREATE TABLE target_1 PARTITION OF target FOR VALUES FROM (0) TO (10)',
  'CREATE TABLE pointing (id int REFERENCES target) PARTITION BY LIST (id)',
  'CREATE TABLE pointing_1 PARTITION OF pointing FOR VALUES IN (1)',
  'CREATE TABLE pointing_2 (id int, CONSTRAINT own FOREIGN KEY (id) REFERENCES target)',
  'ALTER TABLE pointing ATTACH PARTITION pointing_2 FOR VALUES IN (2)',
  `CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
  'CREATE TRIGGER t AFTER INSERT ON pointing FOR EACH ROW EXECUTE FUNCTION noop()',
  'CREATE MATERIALIZED VIEW below AS SELECT 1 AS x',
  'CREATE MATERIALIZED VIEW above AS SELECT * FROM below',
  'REFRESH MATERIALIZED VIEW below WITH NO DATA',
  'CREATE INDEX onlyparent ON ONLY target (id)',
];

function rowsOf({ tables }: Fingerprint): Record<string, number> {
  return Object.fromEntries(tables.map(({ schema, name, rows }) => [`${schema}.${name}`, rows]));
}

const suite = rigMissing === undefined ? describe.each(testMajors()) : describe.skip.each([0]);

suite('the fingerprint of PostgreSQL %i', (major) => {
  let rig: Rig;
  let source: Psql;
  let published: Published;

  beforeAll(async () => {
    rig = await Rig.start(major);
    source = await rig.shop('shop');
    await source.exec(...MORE, ...(major >= 18 ? [VIRTUAL] : []));
    published = await rig.publish('shop', { fingerprint: 'content' });
  });
  afterAll(() => rig.stop());

  it('counts exactly the rows that the archive holds', () => {
    expect(rowsOf(published.fingerprint)).toEqual({
      'app.cache': 1,
      'app.child': 1,
      'app.customers': 1000,
      'app.empty': 0,
      'app.ev_24': 213,
      'app.ev_25': 287,
      'app.hashed': 300,
      'app.nocols': 1,
      'app.orders': 5000,
      'app.parent': 1,
      'app.texts': 1,
      ['we ird "q"; drop $x.-ta"b\nle \'é:foo']: 2,
    });
    expect(published.fingerprint.tables.find(({ name }) => name === 'hashed')?.partitions).toHaveLength(4);
    expect(published.manifest.totals).toEqual({ tables: 12, rows: 6807 });
  });

  it('knows sequences, materialized views, large objects and extensions', () => {
    const { sequences, materializedViews, largeObjects, extensions, requires } = published.fingerprint;
    expect(sequences.map(({ name, before, after, first }) => [name, before, after, first])).toEqual([
      ['customers_id_seq', '1000', '1000', undefined],
      ['down', '-1', '-1', undefined],
      ['never', null, null, { before: '1', after: '1' }],
      ['orders_id_seq', '5000', '5000', undefined],
      ['se t', null, null, { before: '99', after: '99' }],
    ]);
    expect(materializedViews).toEqual([
      { schema: 'app', name: 'mv', populated: true },
      { schema: 'app', name: 'mv0', populated: false },
    ]);
    expect(largeObjects).toBe(2);
    expect(extensions.map(({ name }) => name)).toEqual(['hstore', 'pg_trgm', 'plpgsql']);
    expect(requires).toEqual({ extensions: [], schemas: [], others: [] });
  });

  it('says which kinds of objects it counted, those of which there are none too', () => {
    const { kinds, objects } = published.fingerprint;
    expect(kinds).toEqual(KINDS);
    expect(KINDS).toEqual(expect.arrayContaining(Object.keys(objects)));
    expect(objects).not.toHaveProperty('transform');
  });

  it("has the hash of the archive's own definitions as schema", async () => {
    expect(published.fingerprint.schema).toBe(await archivedSchema(rig, published));
  });

  it('is that of a restored copy, whatever the order of rows and the settings of the database', async () => {
    const copy = await rig.database('copy');
    await restore(rig, published, 'copy');
    await copy.exec(
      'UPDATE app.orders SET amount = amount WHERE id < 2500',
      `ALTER DATABASE copy SET DateStyle = 'German'`,
      `ALTER DATABASE copy SET IntervalStyle = 'sql_standard'`,
      `ALTER DATABASE copy SET TimeZone = 'Asia/Tokyo'`,
      `ALTER DATABASE copy SET bytea_output = 'escape'`,
      'ALTER DATABASE copy SET extra_float_digits = -10',
      'ALTER DATABASE copy SET quote_all_identifiers = on',
      'ALTER DATABASE copy SET search_path = app',
    );
    const again = await rig.publish('copy', { fingerprint: 'content' });
    expect(comparable(again.fingerprint)).toEqual(comparable(published.fingerprint));

    await copy.exec('UPDATE app.orders SET amount = amount + 0.01 WHERE id = 77');
    const changed = await rig.publish('copy', { fingerprint: 'content' });
    const differing = changed.fingerprint.tables.filter(
      (table, index) => table.content?.high !== again.fingerprint.tables[index]?.content?.high,
    );
    expect(differing.map(({ name, rows }) => [name, rows])).toEqual([['orders', 5000]]);
  });

  it('is that of a restored copy also where a restore makes something else', async () => {
    const odd = await rig.database('odd', 'DROP SCHEMA public CASCADE', 'CREATE SCHEMA public', ...ODD);
    await odd.exec('DROP EXTENSION plpgsql CASCADE', 'CREATE EXTENSION plpgsql', ...ODD.slice(10, 12));
    await expect(odd.exec('CREATE UNIQUE INDEX CONCURRENTLY failed ON twice (n)')).rejects.toThrow();
    const first = await rig.publish('odd', { fingerprint: 'content' });
    expect(first.fingerprint.objects).toMatchObject({ 'foreign key': 1, trigger: 1, index: 3 });
    expect(first.fingerprint.materializedViews.map(({ populated }) => populated)).toEqual([false, false]);
    await rig.database('odd copy');
    await restore(rig, first, 'odd copy');
    const again = await rig.publish('odd copy', { fingerprint: 'content' });
    expect(comparable(again.fingerprint)).toEqual(comparable(first.fingerprint));
  });

  it('names the first superuser and every role that owns or may do something', async () => {
    const named = await rig.database('named', 'CREATE TABLE t (n int)');
    const owner = 'he said "no"; --';
    const roles = ['of default privileges', 'of the database', owner, 'policy', 'reader', 'setting'];
    await named.exec(
      ...[...roles, 'nobody of here'].map((role) => `CREATE ROLE "${role.replaceAll('"', '""')}"`),
      'ALTER TABLE t OWNER TO "he said ""no""; --"',
      'GRANT SELECT (n) ON t TO reader',
      'CREATE POLICY p ON t TO policy USING (true)',
      'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO "of default privileges"',
      'ALTER DATABASE named OWNER TO "of the database"',
      `ALTER ROLE setting IN DATABASE named SET work_mem = '1MB'`,
    );
    const { fingerprint } = await rig.publish('named');
    expect(fingerprint.bootstrapRole).toBe('postgres');
    expect(fingerprint.roles).toEqual([...roles].sort());
  });

  it('hashes generated columns apart', () => {
    const withGenerated = published.fingerprint.tables.filter((table) => table.content?.generated);
    expect(withGenerated.map(({ name }) => name)).toEqual(
      major >= 18 ? ['customers', 'texts'] : ['customers'],
    );
  });
});
