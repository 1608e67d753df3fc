import { describe, expect, it } from '@jest/globals';
import {
  dumpArgs,
  globalsArgs,
  isFiltered,
  listArgs,
  schemaDumpArgs,
  type DumpOptions,
} from '../../src/postgres/argv.js';

const selection = {
  content: 'all' as const,
  schemas: [],
  excludeSchemas: [],
  tables: [],
  excludeTables: [],
  excludeTableData: [],
};
const options: DumpOptions = {
  format: 'custom',
  selection,
  jobs: 1,
  lockTimeout: '60000',
  snapshot: '00000003-0000001B-1',
  conninfo: "dbname='shop'",
  compressionArgs: ['--compress=zstd:1'],
  extraArgs: [],
};

describe('dumpArgs', () => {
  const cases: [string, Partial<DumpOptions>, string[]][] = [
    [
      'custom',
      {},
      [
        '--format=custom',
        '--no-password',
        '--verbose',
        '--snapshot=00000003-0000001B-1',
        '--strict-names',
        '--lock-wait-timeout=60000',
        '--compress=zstd:1',
        "--dbname=dbname='shop'",
      ],
    ],
    [
      'directory, in parallel, to a folder',
      { format: 'directory', jobs: 4, folder: '/tmp/x/database.dir' },
      [
        '--format=directory',
        '--no-password',
        '--verbose',
        '--snapshot=00000003-0000001B-1',
        '--strict-names',
        '--lock-wait-timeout=60000',
        '--jobs=4',
        '--no-sync',
        '--file=/tmp/x/database.dir',
        '--compress=zstd:1',
        "--dbname=dbname='shop'",
      ],
    ],
    [
      'plain, which creates its database and is silent',
      { format: 'plain', compressionArgs: ['--compress=0'] },
      [
        '--format=plain',
        '--no-password',
        '--create',
        '--snapshot=00000003-0000001B-1',
        '--strict-names',
        '--lock-wait-timeout=60000',
        '--compress=0',
        "--dbname=dbname='shop'",
      ],
    ],
    [
      'patterns as they are, even those that look like options',
      {
        selection: {
          ...selection,
          tables: ['-x', '"A b".*'],
          excludeTables: ['a;b'],
          excludeTableData: ['$log'],
        },
        extraArgs: ['--no-comments'],
        compressionArgs: [],
      },
      [
        '--format=custom',
        '--no-password',
        '--verbose',
        '--snapshot=00000003-0000001B-1',
        '--strict-names',
        '--lock-wait-timeout=60000',
        '--table=-x',
        '--table="A b".*',
        '--exclude-table=a;b',
        '--exclude-table-data=$log',
        '--no-comments',
        "--dbname=dbname='shop'",
      ],
    ],
    [
      'schemas, definitions only',
      {
        selection: { ...selection, content: 'schema', schemas: ['app'], excludeSchemas: ['tmp*'] },
        compressionArgs: [],
      },
      [
        '--format=custom',
        '--no-password',
        '--verbose',
        '--snapshot=00000003-0000001B-1',
        '--strict-names',
        '--lock-wait-timeout=60000',
        '--schema-only',
        '--schema=app',
        '--exclude-schema=tmp*',
        "--dbname=dbname='shop'",
      ],
    ],
  ];

  it.each(cases)('%s', (_title, changes, expected) => {
    expect(dumpArgs({ ...options, ...changes })).toEqual(expected);
  });
});

describe('the other argument lists', () => {
  it('dumps definitions of the same selection without waiting for anyone', () => {
    const args = schemaDumpArgs({ ...options, selection: { ...selection, content: 'data', tables: ['t'] } });
    expect(args).toEqual([
      '--format=plain',
      '--no-password',
      '--snapshot=00000003-0000001B-1',
      '--strict-names',
      '--lock-wait-timeout=1s',
      '--schema-only',
      '--table=t',
      "--dbname=dbname='shop'",
    ]);
  });

  it('names the database to pg_dumpall, and leaves passwords out', () => {
    expect(globalsArgs("host='h'", "host=it's")).toEqual([
      '--globals-only',
      '--no-role-passwords',
      '--no-password',
      "--database=dbname='host=it\\'s'",
      "--dbname=host='h'",
    ]);
  });

  it('lists standard input or a folder', () => {
    expect(listArgs()).toEqual(['--list']);
    expect(listArgs('/x')).toEqual(['--list', '/x']);
  });
});

describe('isFiltered', () => {
  it.each(['schemas', 'excludeSchemas', 'tables', 'excludeTables', 'excludeTableData'])('by %s', (name) => {
    expect(isFiltered({ ...selection, [name]: ['x'] })).toBe(true);
    expect(isFiltered({ ...selection, content: 'schema' })).toBe(false);
  });
});
