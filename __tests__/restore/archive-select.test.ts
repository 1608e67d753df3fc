import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Psql } from '../../src/postgres/psql.js';
import { restoreInto, rowsHeld, selectEntries, type Selected } from '../../src/restore/archive/index.js';
import { matchesSchema, matchesTable, parsePattern } from '../../src/restore/archive/select/pattern.js';
import type { Format } from '../../src/restore/types.js';
import { ArchiveLab, pairedMajors } from '../support/archives.js';
import { rigMissing } from '../support/backup-rig.js';
import { Listener } from '../support/listener.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: parts of archives: ${rigMissing}\n`);

const signal = new AbortController().signal;

describe('a pattern', () => {
  it.each([
    ['orders', 'public', 'orders', true],
    ['orders', 'app', 'orders', false],
    ['ORDERS', 'public', 'orders', true],
    ['"ORDERS"', 'public', 'orders', false],
    ['"ORDERS"', 'public', 'ORDERS', true],
    ['app.*', 'app', 'a.b', true],
    ['*.orders', 'anything', 'orders', true],
    ['app.order?', 'app', 'orders', true],
    ['app.order?', 'app', 'order', false],
    ['app."order?"', 'app', 'orders', false],
    ['app."a.b"', 'app', 'a.b', true],
    ['app.a.b', 'app', 'a.b', false],
    ['shop.app.orders', 'app', 'orders', true],
    ['other.app.orders', 'app', 'orders', false],
    ['app."say ""hi"""', 'app', 'say "hi"', true],
    ['app.a$b', 'app', 'a$b', true],
    ['app.(a|b)', 'app', 'b', true],
    ['app.[0-9]x', 'app', '7x', true],
    ['app.*', 'app', 'two\nlines', true],
    ['app.?', 'app', '😀', true],
    ['app.order', 'app', 'orders', false],
  ])('%s for %s.%s: %s', (pattern, schema, name, expected) => {
    expect(matchesTable(parsePattern(pattern), schema, name, 'shop')).toBe(expected);
  });

  it.each([
    ['app', 'app', true],
    ['A*', 'app', true],
    ['shop.app', 'app', true],
    ['other.app', 'app', false],
    ['"we ird*"', 'we ird', false],
    ['"we ird"*', 'we ird x', true],
  ])('%s for the schema %s: %s', (pattern, schema, expected) => {
    expect(matchesSchema(parsePattern(pattern), schema, 'shop')).toBe(expected);
  });

  it('is refused where it is none', () => {
    expect(() => parsePattern('app.(')).toThrow('"app.(" is no pattern');
  });
});

const FORMATS: readonly Format[] = ['custom', 'directory'];
const suite =
  rigMissing === undefined
    ? describe.each(pairedMajors().flatMap((major) => FORMATS.map((format) => [major, format] as const)))
    : describe.skip.each([[0, 'custom'] as const]);

suite('parts of an archive of PostgreSQL %i in %s', (major, format) => {
  let lab: ArchiveLab;
  let archive: Awaited<ReturnType<ArchiveLab['dump']>>;
  let count = 0;

  beforeAll(async () => {
    lab = await ArchiveLab.start(major);
    await lab.shop.exec(
      'CREATE TABLE app."b c" (id int CONSTRAINT "d e" PRIMARY KEY, b int CONSTRAINT u UNIQUE)',
      'CREATE TABLE app.b (id int CONSTRAINT "c d e" PRIMARY KEY, n int CONSTRAINT "c u" REFERENCES app."b c")',
      'CREATE INDEX ON app.ev (x)',
      'CREATE UNIQUE INDEX ON app.ev_24 (at)',
      `COMMENT ON COLUMN app.orders.amount IS 'net'`,
      `COMMENT ON CONSTRAINT "c d e" ON app.b IS 'it'`,
      'CREATE SCHEMA "S.2"',
      'CREATE TABLE "S.2"."T;1\n--" (id serial)',
      'INSERT INTO "S.2"."T;1\n--" SELECT FROM generate_series(1, 3)',
      'CREATE VIEW "S.2".v AS SELECT * FROM "S.2"."T;1\n--"',
    );
    archive = await lab.dump(format, 'shop');
  });
  afterAll(() => lab.stop());

  const select = (chosen: {
    tables?: string[];
    schemas?: string[];
    content?: 'all' | 'schema' | 'data';
    beside?: boolean;
  }): Promise<Selected> =>
    selectEntries({
      archive,
      programs: lab.programs,
      signal,
      tables: [],
      schemas: [],
      content: 'all',
      beside: false,
      ...chosen,
    });
  const texts = ({ entries }: Selected): string[] =>
    entries.map(({ text }) => text.replace(/ (postgres|o'w "n;er)?$/, ''));
  async function restored(selected: Selected): Promise<Psql> {
    const database = `part_${(count += 1)}`;
    const psql = await lab.rig.database(database);
    const { errors } = await restoreInto({
      archive,
      database,
      programs: lab.programs,
      connection: lab.connection(),
      entries: [...selected.needs, ...selected.entries],
      jobs: 2,
      content: 'all',
      owner: true,
      privileges: true,
      singleTransaction: false,
      estimatedBytes: null,
      reporter: new Listener(),
      signal,
      neutralised: false,
    });
    expect(errors).toEqual([]);
    return psql;
  }

  it('are a table with all that belongs to it', async () => {
    const selected = await select({ tables: ['app.orders'] });
    expect(texts(selected).sort()).toEqual(
      [
        'ACL app COLUMN orders.amount',
        'ACL app TABLE orders',
        'COMMENT app COLUMN orders.amount',
        'CONSTRAINT app orders orders_pkey',
        'DEFAULT app orders id',
        'INDEX app orders_at_idx',
        'POLICY app orders p',
        'POLICY app orders p ON x TO evil',
        'ROW SECURITY app orders',
        'SEQUENCE OWNED BY app orders_id_seq',
        'SEQUENCE SET app orders_id_seq',
        'SEQUENCE app orders_id_seq',
        'STATISTICS app st',
        'TABLE DATA app orders',
        'TABLE app orders',
      ].sort(),
    );
    expect(selected.leftOut.sort()).toEqual([
      'Foreign key "orders_customer_fkey" of app.orders is not restored: the table that it refers to, app.customers, is not.',
      'Large objects are not restored: they belong to no table.',
      'Trigger "orders tr" in schema "app" is not restored: its function app.trg() is not.',
      'schema "app" is not restored and must be there already: table app.orders needs it.',
      'type app.status is not restored and must be there already: table app.orders needs it.',
    ]);
    // A new database gets what they need.
    expect((await select({ tables: ['app.orders'], beside: true })).leftOut.sort()).toEqual(
      selected.leftOut.filter((sentence) => !sentence.includes('must be there already')),
    );
    const psql = await restored(selected);
    expect(await psql.value('SELECT count(*) FROM app.orders')).toBe('5000');
    expect(await psql.value(`SELECT nextval('app.orders_id_seq')`)).toBe('5001');
  });

  it('bring a foreign key along with both its tables', async () => {
    const selected = await select({ tables: ['app.orders', 'app.customers'] });
    expect(texts(selected)).toContain('FK CONSTRAINT app orders orders_customer_fkey');
    expect(texts(selected)).toContain('SEQUENCE SET app customers_id_seq');
    expect(texts(selected)).toContain('CHECK CONSTRAINT app customers x');
    const psql = await restored(selected);
    expect(await psql.value('SELECT count(*) FROM app.customers')).toBe('1000');
    expect(await psql.value(`SELECT count(*) FROM pg_constraint WHERE contype = 'f'`)).toBe('1');
  });

  it('are told apart whatever the names hold', async () => {
    const b = await select({ tables: ['app.b'] });
    expect(texts(b).sort()).toEqual([
      'COMMENT app CONSTRAINT "c d e" ON b',
      'CONSTRAINT app b c d e',
      'TABLE DATA app b',
      'TABLE app b',
    ]);
    const bc = await select({ tables: ['app."b c"'] });
    expect(texts(bc).sort()).toEqual([
      'CONSTRAINT app b c d e',
      'CONSTRAINT app b c u',
      'TABLE DATA app b c',
      'TABLE app b c',
    ]);
    const psql = await restored(bc);
    expect(
      await psql.value(
        `SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'app."b c"'::regclass AND contype IN ('p', 'u')`,
      ),
    ).toBe('d e,u');
    const odd = await restored(await select({ tables: ['"we ird ""q""; drop $x"."-ta""b\nle \'é:foo"'] }));
    expect(await odd.value('SELECT count(*) FROM "we ird ""q""; drop $x"."-ta""b\nle \'é:foo"')).toBe('2');
  });

  it('hold the rows of just these tables', async () => {
    // In a listing, rows of `b c` read like those of a table `b` of the role `c`.
    const { entries } = await select({ tables: ['app."b c"', '"S.2".*'] });
    expect([...(await rowsHeld(archive, entries))].sort()).toEqual([
      JSON.stringify(['S.2', 'T;1\n--']),
      JSON.stringify(['app', 'b c']),
    ]);
    expect(await rowsHeld(archive, [])).toEqual(new Set());
  });

  it('are partitions with their table', async () => {
    const selected = await select({ tables: ['app.ev'] });
    const psql = await restored(selected);
    expect(await psql.value('SELECT count(*) FROM app.ev')).toBe('500');
    expect(await psql.value(`SELECT count(*) FROM pg_inherits`)).toBe(
      await lab.shop.value(
        `SELECT count(*) FROM pg_inherits WHERE inhrelid::regclass::text ~ '^(app[.])?ev_'`,
      ),
    );
  });

  it('are a schema with everything in it', async () => {
    const selected = await select({ schemas: ['"S.2"'] });
    const psql = await restored(selected);
    expect(await psql.value('SELECT count(*) FROM "S.2".v')).toBe('3');
    const app = await restored(await select({ schemas: ['app', 'public'] }));
    expect(await app.value(`SELECT count(*) FROM pg_class WHERE relnamespace = 'app'::regnamespace`)).toBe(
      await lab.shop.value(`SELECT count(*) FROM pg_class WHERE relnamespace = 'app'::regnamespace`),
    );
    expect(
      await app.value(`SELECT count(*) FROM pg_constraint c WHERE connamespace = 'app'::regnamespace`),
    ).toBe(
      await lab.shop.value(`SELECT count(*) FROM pg_constraint c WHERE connamespace = 'app'::regnamespace`),
    );
    expect(await app.value(`SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal`)).toBe('1');
    expect(await app.value(`SELECT nspacl::text FROM pg_namespace WHERE nspname = 'app'`)).toBe(
      await lab.shop.value(`SELECT nspacl::text FROM pg_namespace WHERE nspname = 'app'`),
    );
  });

  it('may be definitions or rows alone', async () => {
    expect(texts(await select({ tables: ['app.b'], content: 'data' }))).toEqual(['TABLE DATA app b']);
    expect(texts(await select({ tables: ['app.b'], content: 'schema' }))).not.toContain('TABLE DATA app b');
  });

  it('must be there, and what is near is named', async () => {
    await expect(select({ tables: ['app.b', 'orders'] })).rejects.toThrow(
      'Nothing in the backup matches "orders" of the input "tables". Near are: app.orders.',
    );
    await expect(select({ tables: ['app.ordres'] })).rejects.toThrow('Near are: app.orders.');
    await expect(select({ schemas: ['ap'] })).rejects.toThrow('Near are: app.');
    await expect(select({ schemas: ['zzzzzz'] })).rejects.toThrow(/"schemas"\.$/);
  });
});

(rigMissing === undefined ? describe : describe.skip)('a plain dump', () => {
  it('has no parts', async () => {
    const programs = undefined as never;
    await expect(
      selectEntries({
        archive: { format: 'plain', path: '/' },
        programs,
        signal,
        tables: ['a'],
        schemas: [],
        content: 'all',
        beside: false,
      }),
    ).rejects.toThrow('plain format has no table of contents');
  });
});
