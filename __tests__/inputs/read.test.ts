import { describe, expect, it } from '@jest/globals';
import { readInputs } from '../../src/inputs/read.js';
import type { BackupInputs } from '../../src/inputs/values.js';

const from = (values: Record<string, string>) => (name: string) => values[name];
const backup = (values: Record<string, string> = {}): BackupInputs =>
  readInputs('backup', from({ storage: 'file:///backups', ...values }));

describe('readInputs', () => {
  it('fills in the defaults', () => {
    const expected: BackupInputs = {
      databaseUrl: undefined,
      databases: [],
      storage: ['file:///backups'],
      name: '{database}',
      label: undefined,
      format: 'custom',
      content: 'all',
      schemas: [],
      excludeSchemas: [],
      tables: [],
      excludeTables: [],
      excludeTableData: [],
      globals: true,
      dumpArgs: [],
      fingerprint: 'rows',
      compression: { method: 'zstd' },
      recipients: [],
      passphrase: undefined,
      jobs: 1,
      lockTimeout: 60_000,
      dryRun: false,
      postgresVersion: 'auto',
      postgresBin: undefined,
    };
    expect(backup()).toEqual(expected);
  });

  it('takes an empty or blank input for one that is absent', () => {
    expect(backup({ format: '', jobs: ' ', globals: '\n', label: '  ' })).toEqual(backup());
  });

  it('gives list and show no name of their own', () => {
    expect(readInputs('list', from({ storage: 's3://b/p', label: 'daily' }))).toEqual({
      storage: ['s3://b/p'],
      name: undefined,
      label: 'daily',
    });
    expect(readInputs('show', from({ storage: 's3://b/p', name: 'shop' }))).toEqual({
      storage: ['s3://b/p'],
      name: 'shop',
    });
    expect(() => readInputs('list', from({ storage: 's3://b/p', name: '{database}' }))).toThrow(
      'list knows no database',
    );
  });

  it.each([
    ['globals', 'false', 'globals', false],
    ['globals', 'TRUE', 'globals', true],
    ['dry-run', 'True', 'dryRun', true],
    ['jobs', '4', 'jobs', 4],
    ['lock-timeout', '500ms', 'lockTimeout', 500],
    ['lock-timeout', '5m', 'lockTimeout', 300_000],
    ['lock-timeout', '24h', 'lockTimeout', 86_400_000],
    ['compression', 'zstd:19', 'compression', { method: 'zstd', level: 19 }],
    ['compression', 'gzip:1', 'compression', { method: 'gzip', level: 1 }],
    ['compression', 'lz4', 'compression', { method: 'lz4' }],
    ['compression', 'none', 'compression', { method: 'none' }],
    ['postgres-version', '17', 'postgresVersion', 17],
    ['fingerprint', 'content', 'fingerprint', 'content'],
    ['tables', 'public.a\r\n\n  "b c"  \n#odd\n', 'tables', ['public.a', '"b c"', '#odd']],
    ['label', ' daily ', 'label', 'daily'],
  ])('reads %s: %j', (name, text, key, value) => {
    expect(backup({ format: 'directory', [name]: text })).toHaveProperty(key, value);
  });

  it.each([
    ['globals', 'yes', 'allowed: true, false'],
    ['globals', '1', 'allowed: true, false'],
    ['globals', 'tRUE', 'allowed: true, false'],
    ['jobs', '0', 'from 1 to 64'],
    ['jobs', '65', 'from 1 to 64'],
    ['jobs', '4.0', 'from 1 to 64'],
    ['jobs', '0x10', 'from 1 to 64'],
    ['jobs', '-1', 'from 1 to 64'],
    ['lock-timeout', '60', 'such as 500ms'],
    ['lock-timeout', '0s', 'such as 500ms'],
    ['lock-timeout', '25h', 'up to 24h'],
    ['lock-timeout', '1 min', 'such as 500ms'],
    ['compression', 'zstd:0', 'zstd:1 to zstd:19'],
    ['compression', 'zstd:20', 'zstd:1 to zstd:19'],
    ['compression', 'gzip:10', 'gzip:1 to gzip:9'],
    ['compression', 'lz4:1', 'lz4, none'],
    ['compression', 'xz', 'lz4, none'],
    ['compression', 'zstd:', 'lz4, none'],
    ['format', 'tar', 'allowed: custom, directory, plain'],
    ['format', 'Custom', 'allowed: custom, directory, plain'],
    ['content', 'both', 'allowed: all, schema, data'],
    ['fingerprint', 'true', 'allowed: none, rows, content'],
    ['postgres-version', '9.6', 'auto, or a major version'],
    ['postgres-version', '17.2', 'auto, or a major version'],
    ['label', 'a\nb', 'takes one line; it has 2 lines'],
    ['name', 'a\0b', 'NUL'],
  ])('refuses %s: %j', (name, text, message) => {
    expect(() => backup({ [name]: text })).toThrow(message);
    expect(() => backup({ [name]: text })).toThrow(`Input "${name}"`);
  });

  it('says what a missing storage is', () => {
    expect(() => readInputs('backup', from({}))).toThrow('Input "storage" is required: Where backups live');
  });

  it('never shows a secret that it refuses', () => {
    const read = (): BackupInputs => backup({ passphrase: 'correct horse\nbattery staple' });
    expect(read).toThrow('Input "passphrase" takes one line');
    expect(read).not.toThrow(/horse|staple/);
  });
});

describe('inputs that contradict each other', () => {
  it.each<[string, Record<string, string>, string]>([
    ['two ways to encrypt', { recipients: 'age1x', passphrase: 'pass' }, '"recipients" and "passphrase"'],
    ['parallel custom', { jobs: '2' }, 'only in the directory format'],
    ['parallel plain', { jobs: '2', format: 'plain' }, 'only in the directory format'],
    ['several databases in one family', { databases: 'a\nb', name: 'prod' }, 'Put {database} into the name'],
    ['all databases in one family', { databases: '*', name: 'prod' }, 'Put {database} into the name'],
    ['all and some', { databases: '*\na' }, 'holds * (all databases) and names'],
    ['a database twice', { databases: 'a\na' }, 'names "a" twice'],
    ['a store twice', { storage: 's3://b/p\ns3://b/p' }, 'same URL twice'],
    ['another placeholder', { name: '{db}' }, 'only {database}'],
    ['tables and schemas', { tables: 't', schemas: 's' }, '"tables" and "schemas"'],
    ['tables and exclude-schemas', { tables: 't', 'exclude-schemas': 's' }, '"tables" and "exclude-schemas"'],
    ['rows of no rows', { content: 'schema', 'exclude-table-data': 't' }, 'holds no rows'],
    ['an argument of ours', { 'dump-args': '--no-comments\n--file=/tmp/x' }, '"--file" is refused'],
  ])('refuses %s', (_, values, message) => {
    expect(() => backup(values)).toThrow(message);
  });

  it.each<[string, Record<string, string>]>([
    ['a parallel directory', { jobs: '8', format: 'directory' }],
    ['one database in a named family', { databases: 'a', name: 'prod' }],
    ['all databases, a family each', { databases: '*', name: 'prod-{database}' }],
    ['tables without some', { tables: 's.*', 'exclude-tables': 's.log', 'exclude-table-data': 's.cache' }],
    ['only rows', { content: 'data', 'exclude-table-data': 'log' }],
  ])('lets %s pass', (_, values) => {
    expect(() => backup(values)).not.toThrow();
  });
});
