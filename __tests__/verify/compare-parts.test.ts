import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fingerprint } from '../../src/backup/fingerprint/types.js';
import type { ExactEntry } from '../../src/restore/archive/index.js';
import { split } from '../../src/verify/compare/counting.js';
import type { CompareRequest } from '../../src/verify/compare/index.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { problems, Restored } from '../support/compare-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: comparing parts: ${rigMissing}\n`);

const HSTORE = 'CREATE EXTENSION hstore';

/** A part of the shop, and what must be there before it is restored. */
const PARTS: [what: string, inputs: Record<string, string>, prepared: string[]][] = [
  ['one schema', { schemas: 'app' }, [HSTORE]],
  ['a schema with a hostile name', { schemas: '"we ird ""q""; drop $x"' }, []],
  ['all but a schema', { 'exclude-schemas': 'app' }, []],
  ['all but some rows', { 'exclude-table-data': 'app.orders\napp.mv' }, []],
  ['some tables', { tables: 'app.parent\napp.cache' }, ['CREATE SCHEMA app']],
  ['definitions alone', { content: 'schema' }, []],
  ['what has types with inner parts', { schemas: 'ranges' }, []],
];

function entry(kind: string, tag: string, schema?: string): ExactEntry {
  return { kind, tag, schema, dumpId: 0, definition: '', dependencies: [] };
}

describe('a table in parts', () => {
  const table = {
    oid: 1,
    schema: 's',
    name: 't',
    hashRoot: null,
    condition: null,
    filenode: 1,
    currentFilenode: 1,
    columns: [],
    generatedColumns: [],
  };
  it('has each of its pages in exactly one, and stays whole where it is small', () => {
    const parts = (bytes: number | null, jobs: number): (string | null)[] =>
      split({ ...table, bytes }, jobs).map(({ condition }) => condition);
    expect(parts(96 * 2 ** 20, 3)).toEqual([
      "WHERE ctid < '(4096,0)'::tid",
      "WHERE ctid >= '(4096,0)'::tid AND ctid < '(8192,0)'::tid",
      "WHERE ctid >= '(8192,0)'::tid",
    ]);
    expect(parts(96 * 2 ** 20, 1)).toEqual([null]);
    expect(parts(63 * 2 ** 20, 8)).toEqual([null]);
    expect(parts(null, 8)).toEqual([null]);
    expect(split({ ...table, bytes: 2 ** 30, condition: 'WHERE own' }, 8)).toHaveLength(1);
  });
});

const suite = rigMissing === undefined ? describe.each([13, 16, 18]) : describe.skip.each([0]);

suite('comparing a part of a database of PostgreSQL %i', (major) => {
  let rig: Rig;
  let shop: Restored;

  beforeAll(async () => {
    rig = await Rig.start(major);
    const source = await rig.shop('shop');
    await source.exec('CREATE SCHEMA ranges; CREATE TYPE ranges.span AS RANGE (subtype = int4)');
    shop = await Restored.create(rig, await rig.publish('shop'), 'whole');
  });
  afterAll(() => rig.stop());

  it.each(PARTS)('%s: a faithful copy is equal', async (what, inputs, prepared) => {
    const published = await rig.publish('shop', inputs);
    const part = await Restored.create(rig, published, `part: ${what}`, ...prepared);
    const findings = await part.compare();
    expect(problems(findings)).toEqual([]);
    expect(findings.some(({ kind }) => kind === 'object kind')).toBe(true);
    expect(findings.some(({ kind }) => kind === 'definitions')).toBe(true);
  });

  it('rows in what should be definitions alone are a difference', async () => {
    const published = await rig.publish('shop', { content: 'schema' });
    const bare = await Restored.create(rig, published, 'bare');
    const psql = await rig.psql('bare');
    await psql.exec('INSERT INTO app.parent VALUES (1)');
    expect(problems(await bare.compare())).toEqual(['table app.parent: no rows in the backup / rows']);
  });

  it('only what was asked for', async () => {
    const tables = [{ schema: 'app', name: 'orders' }];
    const findings = await shop.compare({ only: { aspects: ['tables', 'sequences'], tables } });
    expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['table', 'sequence']));
    expect(findings.filter(({ kind }) => kind === 'table').map(({ name }) => name)).toEqual(['app.orders']);
  });

  it('what an archive lacks that was counted is named', async () => {
    const toc = shop.toc.filter(({ text }) => !text.startsWith('VIEW app v '));
    expect(problems(await shop.compare({ toc }))).toEqual([
      'object kind view, in the table of contents: 1 / 0',
    ]);
  });

  it('what the fingerprint did not measure, or is another version, is said and not red', async () => {
    const { fingerprint, manifest } = shop.published;
    const changed: Fingerprint = {
      ...fingerprint,
      extensions: fingerprint.extensions.map((one) =>
        one.name === 'hstore' ? { ...one, version: '0.1' } : one,
      ),
      notMeasured: [
        { what: 'table app.cache', why: 'unlogged tables have no rows on a standby' },
        { what: 'sequences after the dump', why: 'the server went away' },
      ],
    };
    const server = { ...manifest.server, encoding: 'LATIN1', collate: 'de_DE' };
    const otherwise = ['This machine lacks de_DE.'];
    const request: Partial<CompareRequest> = {
      fingerprint: changed,
      manifest: { ...manifest, server },
      otherwise,
      toc: shop.toc,
    };
    const findings = problems(await shop.compare(request));
    expect(findings.map((text) => text.replace(/version 1[.]\d+/, 'version 1'))).toEqual([
      'collation encoding: LATIN1 / UTF8',
      'collation locale: not measured',
      'extension hstore: version 0.1 / version 1 (minor)',
      'table app.cache: not measured',
      'sequence sequences after the dump: not measured',
    ]);
  });

  it('what needs an extension that is missing here is not measured', async () => {
    const leftOut = {
      entries: [
        entry('EXTENSION', 'hstore'),
        entry('TABLE', 'customers', 'app'),
        entry('SEQUENCE', 'customers_id_seq', 'app'),
      ],
      // The foreign key is that of the orders.
      objects: {
        ...{ table: 1, sequence: 1, extension: 1, index: 2 },
        ...{ 'primary key': 1, 'unique constraint': 1, 'foreign key': 1 },
      },
    };
    const psql = await shop.clone('without');
    await psql.exec('DROP TABLE app.customers CASCADE', 'DROP EXTENSION hstore');
    const only = { aspects: ['tables', 'sequences', 'objects', 'extensions'] } as const;
    const findings = await shop.compare({ database: 'without', leftOut, only });
    const found = problems(findings);
    expect(found.filter((text) => !text.endsWith('not measured'))).toEqual([]);
    expect(found).toEqual(
      expect.arrayContaining([
        'extension hstore: not measured',
        'table app.customers: not measured',
        'sequence app.customers_id_seq: not measured',
        'object kind table: not measured',
      ]),
    );
    const fewer = { ...leftOut, objects: { ...leftOut.objects, 'foreign key': 0 } };
    expect(problems(await shop.compare({ database: 'without', leftOut: fewer, only }))).toContain(
      'object kind foreign key: 1 / 0',
    );
    expect(problems(await shop.compare({ database: 'without', only })).length).toBeGreaterThan(5);
  });

  it('rows that need an extension that is missing here are not measured, in their own table alone', async () => {
    const psql = await shop.clone('fewer rows');
    await psql.exec(
      'DELETE FROM app.parent',
      'DELETE FROM app.child',
      `SELECT setval('app.orders_id_seq', 7)`,
    );
    const leftOut = {
      entries: [
        entry('TABLE DATA', 'parent', 'app'),
        entry('TABLE DATA', 'child', 'other'),
        entry('TABLE DATA', 'orders', 'app'),
        entry('SEQUENCE SET', 'orders_id_seq', 'app'),
      ],
      objects: {},
    };
    const only = { aspects: ['tables', 'sequences'] } as const;
    expect(problems(await shop.compare({ database: 'fewer rows', leftOut, only })).sort()).toEqual([
      'sequence app.orders_id_seq: not measured',
      'table app.child: 1 row / 0 rows',
      'table app.parent: not measured',
    ]);
  });

  it('a large table that is hashed in parts is the same table', async () => {
    const source = await rig.database(
      'large',
      'CREATE TABLE big (n int, t text, twice int GENERATED ALWAYS AS (n * 2) STORED)',
    );
    await source.exec(`INSERT INTO big SELECT i, repeat('x', 1000) FROM generate_series(1, 90000) i`);
    await source.close();
    const large = await Restored.create(
      rig,
      await rig.publish('large', { fingerprint: 'content' }),
      'large copy',
    );
    expect(problems(await large.compare({ jobs: 3 }))).toEqual([]);
    const psql = await rig.psql('large copy');
    await psql.exec('UPDATE big SET n = n + 1 WHERE n = 45000');
    expect(problems(await large.compare({ jobs: 3 }))).toEqual([
      'table public.big: 90,000 rows as they were / 90,000 rows, not all of them as they were',
      'generated columns public.big: the values of the source / other values (minor)',
    ]);
  });

  it('a backup without a fingerprint has its definitions compared', async () => {
    const psql = await shop.clone('no fingerprint');
    await psql.exec('DROP VIEW app.v');
    const found = problems(await shop.compare({ database: 'no fingerprint', fingerprint: undefined }));
    expect(found).toEqual(['object view app.v: present / missing', 'table all: not measured']);
  });

  it('a table that cannot be read is named without a word of its content', async () => {
    const psql = await shop.clone('unreadable');
    await psql.exec('ALTER TABLE app.orders RENAME COLUMN amount TO n', 'DROP VIEW app.v');
    const fingerprint = {
      ...shop.published.fingerprint,
      tables: shop.published.fingerprint.tables.map((table) =>
        table.name === 'orders' ? { ...table, condition: `WHERE st::text::int = 1` } : table,
      ),
    };
    const only = { aspects: ['tables'] } as const;
    const findings = await shop.compare({ database: 'unreadable', fingerprint, only });
    expect(problems(findings)).toEqual(['table app.orders: 5,000 rows / it cannot be read']);
    expect(findings.find(({ verdict }) => verdict === 'different')?.why).toBe(
      'reading app.orders ended with SQLSTATE 22P02',
    );
  });
});
