import { describe, expect, it } from '@jest/globals';
import { readInputs } from '../../src/inputs/read.js';
import type {
  BackupInputs,
  CheckMigrationsInputs,
  RestoreInputs,
  VerifyInputs,
} from '../../src/inputs/values.js';

const from = (values: Record<string, string>) => (name: string) => values[name];
const backup = (values: Record<string, string> = {}): BackupInputs =>
  readInputs('backup', from({ storage: 'file:///backups', ...values }));

const restore = (values: Record<string, string> = {}): RestoreInputs =>
  readInputs('restore', from({ storage: 'file:///backups', backup: 'latest', ...values }));
const verify = (values: Record<string, string> = {}): VerifyInputs =>
  readInputs('verify', from({ storage: 'file:///backups', ...values }));

const NOT_PRUNED = {
  artifactRetentionDays: undefined,
  keepLast: undefined,
  keepHourly: undefined,
  keepDaily: undefined,
  keepWeekly: undefined,
  keepMonthly: undefined,
  keepYearly: undefined,
  keepWithin: undefined,
  pruneDryRun: false,
  maxSizeChange: undefined,
};

const NOT_TOLD = {
  githubToken: undefined,
  notifySlack: undefined,
  notifyWebhook: undefined,
  notifyOn: 'failure',
  healthcheckUrl: undefined,
} as const;

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
      ...NOT_PRUNED,
      ...NOT_TOLD,
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
    ['a store twice', { storage: 's3://b/p\ns3://b/p' }, 'same storage twice'],
    ['a store twice, written in two ways', { storage: 's3://my-b/p\ns3://my-b/p/' }, 'same storage twice'],
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

describe('the inputs of a restore', () => {
  it('have these defaults', () => {
    const expected: RestoreInputs = {
      databaseUrl: undefined,
      backup: { kind: 'latest' },
      storage: ['file:///backups'],
      name: undefined,
      label: undefined,
      content: 'all',
      schemas: [],
      tables: [],
      confirm: undefined,
      mode: 'fresh',
      owner: 'auto',
      privileges: 'auto',
      compare: true,
      safetyBackup: undefined,
      identity: undefined,
      passphrase: undefined,
      jobs: 'auto',
      dryRun: false,
      postgresVersion: 'auto',
      postgresBin: undefined,
      ...NOT_TOLD,
    };
    expect(restore()).toEqual(expected);
  });

  it.each<[string, string, keyof RestoreInputs, unknown]>([
    ['backup', 'latest-verified', 'backup', { kind: 'latest-verified' }],
    ['backup', '20261120T020000Z-k3fd', 'backup', { kind: 'id', id: '20261120T020000Z-k3fd' }],
    ['jobs', '4', 'jobs', 4],
    ['jobs', ' auto ', 'jobs', 'auto'],
    ['owner', 'true', 'owner', 'true'],
    ['privileges', 'false', 'privileges', 'false'],
    ['compare', 'false', 'compare', false],
    ['confirm', ' my shop ', 'confirm', 'my shop'],
    ['mode', 'replace', 'mode', 'replace'],
    [
      'safety-backup',
      's3://safe/shop?region=eu-central-1',
      'safetyBackup',
      's3://safe/shop?region=eu-central-1',
    ],
    // As age-keygen writes it.
    [
      'identity',
      '# created: x\n# public key: y\nAGE-SECRET-KEY-1A\n',
      'identity',
      '# created: x\n# public key: y\nAGE-SECRET-KEY-1A',
    ],
  ])('reads %s: %j', (name, text, key, value) => {
    expect(restore({ [name]: text })).toHaveProperty(key, value);
  });

  it.each<[string, Record<string, string>, string]>([
    ['no backup', { backup: '' }, 'Input "backup" is required: The backup: `latest`'],
    [
      'a backup of no kind',
      { backup: 'newest' },
      'Input "backup" is "newest"; allowed: latest, latest-verified, an id',
    ],
    ['a time without a zone', { backup: 'before:2026-11-20T09:00:00' }, 'before:2026-11-20T09:00:00Z'],
    ['a backup at random', { backup: 'random:7d' }, 'verified, not restored'],
    ['another mode', { mode: 'overwrite' }, 'allowed: fresh, replace'],
    ['half of the workers', { jobs: '0.5' }, 'auto, or a whole number from 1 to 64'],
    ['no workers', { jobs: '0' }, 'auto, or a whole number from 1 to 64'],
    ['too many workers', { jobs: '65' }, 'auto, or a whole number from 1 to 64'],
    ['a yes', { owner: 'yes' }, 'allowed: auto, true, false'],
    ['two names to confirm', { confirm: 'shop\nother' }, 'Input "confirm" takes one line'],
    ['tables in the place of all', { mode: 'replace', tables: 'public.a' }, 'Input "tables" restores a part'],
    ['schemas in the place of all', { mode: 'replace', schemas: 'a' }, 'Input "schemas" restores a part'],
    ['rows in the place of all', { mode: 'replace', content: 'data' }, 'Input "content" restores a part'],
    [
      'no rows in the place of all',
      { mode: 'replace', content: 'schema' },
      'Input "content" restores a part',
    ],
    [
      'two keys',
      { identity: 'AGE-SECRET-KEY-1A', passphrase: 'p' },
      '"identity" and "passphrase" are both given',
    ],
    ['a store twice', { storage: 'file:///b\nfile:///b' }, 'same storage twice'],
    ['a placeholder', { name: 'prod-{database}' }, 'restore knows no database'],
    ['a folder for a storage', { 'safety-backup': '/var/backups' }, 'Input "safety-backup" is no storage'],
    ['another kind of storage', { 'safety-backup': 'ftp://host/x' }, 'Input "safety-backup" is no storage'],
    ['several storages', { 'safety-backup': 'file:///a\nfile:///b' }, 'takes one line'],
  ])('refuse %s', (_, values, message) => {
    expect(() => restore(values)).toThrow(message);
  });

  it('never show the credentials in a URL that is refused', () => {
    const read = (): RestoreInputs => restore({ 'safety-backup': 's3://AKIAKEY:hushhush@bucket/p' });
    expect(read).toThrow('Input "safety-backup" is no storage');
    expect(read).not.toThrow(/AKIAKEY|hushhush/);
  });

  it.each<[string, Record<string, string>]>([
    ['a part into a database of its own', { tables: 'public.a', content: 'data' }],
    ['the newest that is verified, in the place of all', { backup: 'latest-verified', mode: 'replace' }],
    ['a passphrase alone', { passphrase: 'p' }],
  ])('let %s pass', (_, values) => {
    expect(() => restore(values)).not.toThrow();
  });
});

describe('the inputs of a verification', () => {
  it('have these defaults', () => {
    const expected: VerifyInputs = {
      backup: { kind: 'latest' },
      storage: ['file:///backups'],
      name: undefined,
      label: undefined,
      checks: [],
      expectTables: [],
      maxAge: undefined,
      allowMissingExtensions: [],
      scratchUrl: undefined,
      control: true,
      identity: undefined,
      passphrase: undefined,
      jobs: 'auto',
      postgresVersion: 'auto',
      postgresBin: undefined,
      ...NOT_TOLD,
    };
    expect(verify()).toEqual(expected);
  });

  it.each<[string, string, keyof VerifyInputs, unknown]>([
    ['backup', 'latest-verified', 'backup', { kind: 'latest-verified' }],
    ['backup', 'random:7d', 'backup', { kind: 'random', withinMs: 7 * 86_400_000 }],
    ['max-age', '26h', 'maxAge', 26 * 3_600_000],
    ['max-age', '8d', 'maxAge', 8 * 86_400_000],
    ['max-age', '90m', 'maxAge', 90 * 60_000],
    ['max-age', '4w', 'maxAge', 28 * 86_400_000],
    ['checks', 'SELECT true;\n\n  SELECT 1 = 1  \n', 'checks', ['SELECT true;', 'SELECT 1 = 1']],
    [
      'allow-missing-extensions',
      'pg_net\nsupabase_vault',
      'allowMissingExtensions',
      ['pg_net', 'supabase_vault'],
    ],
    ['control', 'false', 'control', false],
    ['scratch-url', 'postgresql://h/d', 'scratchUrl', 'postgresql://h/d'],
  ])('reads %s: %j', (name, text, key, value) => {
    expect(verify({ [name]: text })).toHaveProperty(key, value);
  });

  it.each<[string, Record<string, string>, string]>([
    ['an age without a unit', { 'max-age': '26' }, 'such as 90m, 26h, 8d or 4w'],
    ['an age in seconds', { 'max-age': '3600s' }, 'such as 90m, 26h, 8d or 4w'],
    ['no age at all', { 'max-age': '0h' }, 'such as 90m, 26h, 8d or 4w'],
    ['an age of ever', { 'max-age': '99999w' }, 'such as 90m, 26h, 8d or 4w'],
    ['a backup at random of ever', { backup: 'random:all' }, 'Input "backup" is "random:all"'],
    [
      'two keys',
      { identity: 'AGE-SECRET-KEY-1A', passphrase: 'p' },
      '"identity" and "passphrase" are both given',
    ],
    ['a placeholder', { name: '{database}' }, 'verify knows no database'],
    [
      'a major for a server that has one',
      { 'scratch-url': 'postgresql://h/d', 'postgres-version': '17' },
      'the server that "scratch-url" names has its own version',
    ],
    [
      'two lines for one URL',
      { 'scratch-url': 'postgresql://u:hush@h/d\nx' },
      'Input "scratch-url" takes one line',
    ],
  ])('refuse %s', (_, values, message) => {
    expect(() => verify(values)).toThrow(message);
    expect(() => verify(values)).not.toThrow(/hush|AGE-SECRET/);
  });
});

describe('the inputs of a migration check', () => {
  const checked = (values: Record<string, string> = {}): CheckMigrationsInputs =>
    readInputs('check-migrations', from({ storage: 'file:///backups', command: 'make migrate', ...values }));

  it('have these defaults', () => {
    const expected: CheckMigrationsInputs = {
      storage: ['file:///backups'],
      name: undefined,
      label: undefined,
      backup: { kind: 'latest-verified' },
      identity: undefined,
      passphrase: undefined,
      allowMissingExtensions: [],
      command: 'make migrate',
      workingDirectory: '.',
      sanitize: undefined,
      failOn: ['error', 'data-loss'],
      maxDuration: 1_800_000,
      maxLockDuration: undefined,
      approveLabel: undefined,
      comment: true,
      jobs: 'auto',
      postgresVersion: 'auto',
      postgresBin: undefined,
      githubToken: undefined,
    };
    expect(checked()).toEqual(expected);
  });

  it.each<[string, string, keyof CheckMigrationsInputs, unknown]>([
    ['command', 'npm ci\nnpm run migrate\n', 'command', 'npm ci\nnpm run migrate'],
    ['fail-on', 'lock\n\n  rewrite \n', 'failOn', ['lock', 'rewrite']],
    ['fail-on', ' \n', 'failOn', ['error', 'data-loss']],
    ['max-duration', '90s', 'maxDuration', 90_000],
    ['max-lock-duration', '500ms', 'maxLockDuration', 500],
    ['comment', 'false', 'comment', false],
    ['working-directory', 'apps/shop', 'workingDirectory', 'apps/shop'],
  ])('reads %s: %j', (name, text, key, value) => {
    expect(checked({ [name]: text })).toHaveProperty(key, value);
  });

  it.each<[string, Record<string, string>, string]>([
    ['no command', { command: '' }, 'Input "command" is required'],
    ['a command with a NUL', { command: 'a\0b' }, 'Input "command" holds a NUL'],
    [
      'something unknown to fail on',
      { 'fail-on': 'error\ndataloss' },
      'Input "fail-on" is "dataloss"; allowed: error, data-loss, rewrite, lock, one a line.',
    ],
    ['a list on one line', { 'fail-on': 'error, lock' }, 'Input "fail-on" is "error, lock"'],
    ['two keys', { identity: 'AGE-SECRET-KEY-1A', passphrase: 'x' }, 'both given'],
    ['a storage twice', { storage: 'file:///a\nfile:///a' }, 'same storage twice'],
    ['a placeholder', { name: '{database}' }, 'check-migrations knows no database'],
    ['a folder of two lines', { 'working-directory': 'a\nb' }, 'takes one line'],
  ])('refuse %s', (_, values, message) => {
    expect(() => checked(values)).toThrow(message);
  });
});
