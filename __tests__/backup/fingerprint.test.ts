import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
];
const VIRTUAL = 'ALTER TABLE app.texts ADD COLUMN v float8 GENERATED ALWAYS AS (f * 3) VIRTUAL';

/** The parts of a fingerprint that a faithful copy has in common with its source. */
function comparable({ tables, objects, largeObjects, materializedViews, sequences }: Fingerprint): object {
  return { tables, objects, largeObjects, materializedViews, sequences };
}

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
    expect(sequences.map(({ name, before, after }) => [name, before, after])).toEqual([
      ['customers_id_seq', '1000', '1000'],
      ['down', '-1', '-1'],
      ['never', null, null],
      ['orders_id_seq', '5000', '5000'],
    ]);
    expect(materializedViews).toEqual([
      { schema: 'app', name: 'mv', populated: true },
      { schema: 'app', name: 'mv0', populated: false },
    ]);
    expect(largeObjects).toBe(2);
    expect(extensions.map(({ name }) => name)).toEqual(['hstore', 'pg_trgm', 'plpgsql']);
    expect(requires).toEqual({ extensions: [], schemas: [], others: [] });
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

  it('hashes generated columns apart', () => {
    const withGenerated = published.fingerprint.tables.filter((table) => table.content?.generated);
    expect(withGenerated.map(({ name }) => name)).toEqual(
      major >= 18 ? ['customers', 'texts'] : ['customers'],
    );
  });
});
