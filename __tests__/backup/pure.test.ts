import { describe, expect, it } from '@jest/globals';
import { SchemaHash } from '../../src/backup/fingerprint/schema-hash.js';
import { batches } from '../../src/backup/fingerprint/queries.js';
import { archivedSequences, sequenceFingerprints } from '../../src/backup/fingerprint/sequences.js';
import type { CountedTable } from '../../src/backup/fingerprint/tables.js';
import { idTime, isId, newId } from '../../src/backup/id.js';
import { logKey } from '../../src/backup/layout.js';
import { decodeManifest, encodeManifest, ManifestError, type Manifest } from '../../src/backup/manifest.js';
import { DumpProgress } from '../../src/backup/progress.js';
import { describePart } from '../../src/backup/describe.js';
import { createsDatabase, dumpArgs, isFiltered, schemaDumpArgs } from '../../src/postgres/argv.js';
import { objectKeys, parseToc, tableDataOids } from '../../src/postgres/toc.js';
import { Listener } from '../support/listener.js';

const ALL = {
  content: 'all' as const,
  schemas: [],
  excludeSchemas: [],
  tables: [],
  excludeTables: [],
  excludeTableData: [],
};
const DUMP = {
  format: 'custom' as const,
  selection: ALL,
  jobs: 4,
  lockTimeout: '60000',
  snapshot: '00000003-1B-1',
  conninfo: "dbname='shop'",
  compressionArgs: ['--compress=zstd:1'],
  extraArgs: ['--no-comments'],
};

describe('arguments of pg_dump', () => {
  it('in each format', () => {
    const common = ['--snapshot=00000003-1B-1', '--strict-names', '--lock-wait-timeout=60000'];
    const last = ['--compress=zstd:1', '--no-comments', "--dbname=dbname='shop'"];
    expect(dumpArgs(DUMP)).toEqual(['--format=custom', '--no-password', '--verbose', ...common, ...last]);
    expect(dumpArgs({ ...DUMP, format: 'plain' })).toEqual([
      ...['--format=plain', '--no-password', '--create'],
      ...common,
      ...last,
    ]);
    expect(dumpArgs({ ...DUMP, format: 'directory', folder: '/tmp/x y' })).toEqual([
      ...['--format=directory', '--no-password', '--verbose'],
      ...common,
      ...['--jobs=4', '--no-sync', '--file=/tmp/x y'],
      ...last,
    ]);
  });

  it('take patterns as values, whatever they begin with', () => {
    const selection = { ...ALL, schemas: ['-x'], excludeTables: ['a', '"B c"'], excludeTableData: ['d;e'] };
    expect(dumpArgs({ ...DUMP, selection })).toEqual(
      expect.arrayContaining([
        ...['--schema=-x', '--exclude-table=a', '--exclude-table="B c"', '--exclude-table-data=d;e'],
      ]),
    );
    expect(isFiltered(selection)).toBe(true);
    expect(isFiltered({ ...ALL, content: 'data' })).toBe(false);
  });

  it.each([
    ['plain', ALL, true],
    ['custom', ALL, false],
    ['plain', { ...ALL, content: 'schema' as const }, true],
    ['plain', { ...ALL, content: 'data' as const }, false],
    ['plain', { ...ALL, tables: ['t'] }, false],
  ] as const)('a %s dump of %j makes its own database: %s', (format, selection, expected) => {
    expect(createsDatabase({ format, selection })).toBe(expected);
    expect(dumpArgs({ ...DUMP, format, selection }).includes('--create')).toBe(expected);
  });

  it('for the hash of the definitions select the same, wait a second at most and hold no rows', () => {
    const args = schemaDumpArgs({ ...DUMP, selection: { ...ALL, tables: ['t'] } });
    expect(args).toEqual(
      expect.arrayContaining(['--schema-only', '--lock-wait-timeout=1s', '--table=t', '--no-comments']),
    );
  });
});

describe('a table of contents', () => {
  const entries = parseToc(
    [
      '; Archive created at 2026-11-20 02:00:00 UTC',
      ';     dbname: shop',
      '5; 2615 16385 SCHEMA - app postgres',
      '220; 1259 16390 TABLE app -- 1; 2 3 x postgres',
      '3400; 0 16390 TABLE DATA app orders postgres',
      '3401; 0 0 SEQUENCE SET app orders_id_seq postgres',
      ';',
      '',
    ].join('\n'),
  );

  it('is told apart by OIDs', () => {
    expect(entries.map(({ dumpId }) => dumpId)).toEqual([5, 220, 3400, 3401]);
    expect([...tableDataOids(entries)]).toEqual([16390]);
    expect([...objectKeys(entries)]).toEqual(['2615/16385', '1259/16390']);
  });
});

describe('ids and keys', () => {
  it('sort by time', () => {
    const id = newId(new Date('2026-11-20T02:00:00.999Z'), Uint8Array.of(0, 25, 26, 255));
    expect(id).toBe('20261120T020000Z-az27');
    expect(idTime(id)).toEqual(new Date('2026-11-20T02:00:00Z'));
    expect(logKey('shop', new Date('2026-11-20T02:00:00Z'), '77')).toBe('shop/_log/20261120T020000Z-77.json');
  });

  it.each(['', '_log', '20261120T020000Z', '20261120T020000Z-az21', '20261120T020000Z-az27/x'])(
    '%j is no id',
    (text) => expect(isId(text)).toBe(false),
  );
});

describe('a manifest', () => {
  const manifest = {
    version: 1,
    id: '20261120T020000Z-az27',
    name: 'shop',
    database: 'shop',
    startedAt: 'a',
    snapshotAt: 'b',
    source: {},
    parts: [],
  } as unknown as Manifest;

  it('survives being stored', () => {
    expect(decodeManifest(encodeManifest(manifest), 'x')).toEqual(manifest);
    const extended = { ...manifest, version: 1.4, later: true };
    expect(decodeManifest(Buffer.from(JSON.stringify(extended)), 'x')).toMatchObject({ id: manifest.id });
  });

  it.each([
    ['', /x is empty/],
    ['{', /x is not JSON/],
    ['null', /no "version"/],
    ['{"version":2}', /x has format 2; this pgkeep reads format 1. Use pgkeep v2 or newer/],
    ['{"version":1}', /x is damaged/],
    [JSON.stringify({ ...manifest, source: undefined }), /x is damaged/],
  ])('%s is refused', (text, message) => {
    expect(() => decodeManifest(Buffer.from(text), 'x')).toThrow(ManifestError);
    expect(() => decodeManifest(Buffer.from(text), 'x')).toThrow(message);
  });

  it.each([
    ['database.dump', 'none'],
    ['database.dump.zst.age', 'zstd'],
    ['database.sql.gz', 'gzip'],
    ['database.sql.lz4', 'lz4'],
  ])('says how %s is compressed as a whole: %s', (file, compression) => {
    expect(describePart(file, { bytes: 1, sha256: 'a' }, 'none').compression).toBe(compression);
  });
});

describe('the hash of definitions', () => {
  const digest = (text: string, step = text.length): string => {
    const hash = new SchemaHash();
    for (let at = 0; at < text.length; at += step) hash.update(Buffer.from(text.slice(at, at + step)));
    return hash.digest();
  };
  const entry = (type: string, sql: string): string =>
    `--\n-- Name: x; Type: ${type}; Schema: a; Owner: b\n--\n\n${sql}\n\n\n`;
  const plain = `${entry('TABLE', 'CREATE TABLE a ();')}--\n-- PostgreSQL database dump complete\n--\n\n`;

  it('is the same without the random key, and however the text is cut', () => {
    const keyed = `\\restrict abc\n${plain}\\unrestrict abc\n`;
    for (const step of [1, 2, 3, 7, 1000]) expect(digest(keyed, step)).toBe(digest(plain));
  });

  it('leaves out the refresh of materialized views, even one whose name has a line break', () => {
    const refreshed = `${entry('MATERIALIZED VIEW DATA', 'REFRESH MATERIALIZED VIEW "a\nb";')}${plain}`;
    for (const step of [1, 5, 1000]) expect(digest(refreshed, step)).toBe(digest(plain));
  });

  it('notices every other change', () => {
    const others = [plain.replace('a ()', 'b ()'), `${plain}--`, `${plain}x`, plain.replace('--\n', '')];
    expect(new Set([plain, ...others].map((text) => digest(text))).size).toBe(5);
  });
});

describe('counting', () => {
  const table = (oid: number, bytes: number | null, columns = 1): CountedTable =>
    ({ oid, bytes, schema: 'a', name: `t${oid}`, columns: Array.from({ length: columns }) }) as CountedTable;

  it('takes small tables together, big ones and unknown ones alone', () => {
    const mib = 1024 * 1024;
    const tables = [table(1, 1), table(2, 60 * mib), table(3, 5 * mib), table(4, null), table(5, 1)];
    expect(batches(tables).map((batch) => batch.map(({ oid }) => oid))).toEqual([[1, 2], [3], [4], [5]]);
    const many = Array.from({ length: 250 }, (_, oid) => table(oid, 0));
    expect(batches(many).map((batch) => batch.length)).toEqual([100, 100, 50]);
    const wide = Array.from({ length: 4 }, (_, oid) => table(oid, 0, 1600));
    expect(batches(wide).map((batch) => batch.length)).toEqual([3, 1]);
  });

  const at = (oid: number, name: string, value: string | null, first?: string) => {
    const sequence = { oid, schema: 's', name, owner: 'o', value };
    return first === undefined ? sequence : { ...sequence, first };
  };

  it('bounds sequences; one that was dropped meanwhile keeps its first value', () => {
    const before = [at(1, 'b', '5'), at(2, 'a', null, '99'), at(3, 'gone', '7'), at(4, 'new', null, '1')];
    const after = [at(1, 'b', '9'), at(2, 'a', '1'), at(4, 'new', null, '1')];
    expect(sequenceFingerprints(before, after)).toEqual([
      { schema: 's', name: 'a', before: null, after: '1', first: { before: '99' } },
      { schema: 's', name: 'b', before: '5', after: '9' },
      { schema: 's', name: 'gone', before: '7', after: '7' },
      { schema: 's', name: 'new', before: null, after: null, first: { before: '1', after: '1' } },
    ]);
    expect(sequenceFingerprints([at(1, 'b', '5')], undefined)).toEqual([
      { schema: 's', name: 'b', before: '5' },
    ]);
  });

  it('takes those sequences that the archive holds, whatever they are called', () => {
    const toc = parseToc(
      [
        '1; 0 0 SEQUENCE SET s a b o',
        '2; 0 0 SEQUENCE SET s line break o',
        '3; 1259 77 SEQUENCE SET s a o',
      ].join('\n'),
    );
    const all = ['a', 'a b', 'b', 'line\nbreak'].map((name, oid) => at(oid, name, '1'));
    const names = archivedSequences(all, { toc, filtered: true }).map(({ name }) => name);
    expect(names).toEqual(['a b', 'line\nbreak']);
    expect(archivedSequences(all.slice(0, 2), { toc, filtered: false })).toHaveLength(2);
  });
});

describe('progress', () => {
  it('goes by the sizes of the tables that were reached', () => {
    const progress = new DumpProgress(
      new Listener(),
      'x',
      new Map([
        ['public.a', 1000],
        ['public.b', 3000],
      ]),
    );
    expect(progress.share()).toBe(0);
    progress.table('public.a');
    progress.wrote(100);
    expect(progress.share()).toBeCloseTo(0.1);
    progress.table('public.b');
    expect(progress.share()).toBeCloseTo(0.25);
    progress.wrote(150);
    expect(progress.share()).toBeCloseTo(0.625);
    progress.wrote(10_000);
    expect(progress.share()).toBe(1);
    expect(new DumpProgress(new Listener(), 'x', new Map()).share()).toBeUndefined();
  });
});
