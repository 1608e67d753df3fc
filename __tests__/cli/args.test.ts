import { describe, expect, it } from '@jest/globals';
import { parseCommandLine, secretsOf, type Invocation } from '../../src/cli/args.js';

const parse = (line: string, env: NodeJS.ProcessEnv = {}): Invocation =>
  parseCommandLine(
    line.split(' ').filter((word) => word !== ''),
    env,
  );

describe('parseCommandLine', () => {
  it.each<[string, Invocation]>([
    ['', { command: 'help', about: undefined }],
    ['--help', { command: 'help', about: undefined }],
    ['-h', { command: 'help', about: undefined }],
    ['help', { command: 'help', about: undefined }],
    ['help list', { command: 'help', about: 'list' }],
    ['backup --help', { command: 'help', about: 'backup' }],
    ['backup --jobs nonsense -h', { command: 'help', about: 'backup' }],
    ['--version', { command: 'version' }],
  ])('%j', (line, expected) => {
    expect(parse(line)).toEqual(expected);
  });

  it.each<[string, object]>([
    ['--format=plain', { format: 'plain' }],
    ['--format plain', { format: 'plain' }],
    ['--no-globals', { globals: false }],
    ['--globals=false', { globals: false }],
    ['--globals', { globals: true }],
    ['--dry-run', { dryRun: true }],
    ['--no-dry-run', { dryRun: false }],
    ['--tables a --tables=b', { tables: ['a', 'b'] }],
    ['--dump-args=--no-comments --dump-args=-x', { dumpArgs: ['--no-comments', '-x'] }],
    ['--databases=-odd', { databases: ['-odd'] }],
    ['--lock-timeout=5m', { lockTimeout: 300_000 }],
  ])('backup %s', (line, expected) => {
    expect(parse(`backup --storage=file:///b ${line}`)).toMatchObject({
      command: 'backup',
      inputs: expected,
    });
  });

  it('reads what list and show take', () => {
    expect(parse('list --storage s3://b/p --label daily --json --no-color -q')).toEqual({
      command: 'list',
      inputs: { storage: ['s3://b/p'], name: undefined, label: 'daily' },
      json: true,
      color: false,
      quiet: true,
      warnings: [],
    });
    expect(parse('show 20261120T020000Z-k3fd --storage s3://b/p')).toMatchObject({
      command: 'show',
      id: '20261120T020000Z-k3fd',
      json: false,
      color: true,
      quiet: false,
    });
  });

  it.each([
    ['bakup', 'Unknown command "bakup". Did you mean "backup"?'],
    ['--versoin', 'Unknown command "--versoin". Did you mean "--version"?'],
    ['backup --lable=x', 'Unknown option of backup "--lable". Did you mean "--label"?'],
    ['backup -x', 'Unknown option of backup "-x"'],
    ['backup --no-label', 'Unknown option of backup "--no-label"'],
    ['list --storage=x --jobs=2', 'Unknown option of list "--jobs"'],
    ['backup --format=plain --format=custom', 'Option --format is given twice'],
    ['backup --globals --no-globals', 'Option --globals is given twice'],
    ['backup --label', 'Option --label needs a value'],
    ['backup --label --dry-run', 'Option --label needs a value'],
    ['backup --dump-args --no-comments', '--dump-args=-x'],
    ['backup --no-globals=true', 'Option --no-globals takes no value'],
    ['backup --storage=x --globals=maybe', 'Input "globals" is "maybe"; allowed: true, false'],
    ['list --storage=x --json=1', 'Option --json is "1"; allowed: true, false'],
    ['backup --storage=x extra', 'Unexpected argument "extra": backup takes options only'],
    ['show --storage=x', 'show needs <id>'],
    ['show a b --storage=x', 'Unexpected argument "b": show takes one <id>'],
    ['backup', 'Input "storage" is required'],
  ])('%s -> %s', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });

  it('takes what stands behind -- for operands', () => {
    expect(parse('show --storage=x -- -id')).toMatchObject({ id: '-id' });
  });
});

describe('the environment', () => {
  const inputs = (line: string, env: NodeJS.ProcessEnv): object | undefined => {
    const invocation = parse(line, env);
    return 'inputs' in invocation ? invocation.inputs : undefined;
  };

  it('gives every input, and a flag wins over it', () => {
    const env = { PGKEEP_STORAGE: 's3://a/b\ns3://c/d', PGKEEP_FORMAT: 'plain', PGKEEP_LOCK_TIMEOUT: '1s' };
    expect(inputs('backup --format=directory', env)).toMatchObject({
      storage: ['s3://a/b', 's3://c/d'],
      format: 'directory',
      lockTimeout: 1000,
    });
    expect(inputs('backup --storage=file:///x', env)).toMatchObject({ storage: ['file:///x'] });
  });

  it('finds the database in DATABASE_URL unless there is one of our own', () => {
    const env = { PGKEEP_STORAGE: 'file:///b', DATABASE_URL: 'postgres://general' };
    expect(inputs('backup', env)).toMatchObject({ databaseUrl: 'postgres://general' });
    expect(inputs('backup', { ...env, PGKEEP_DATABASE_URL: 'postgres://own' })).toMatchObject({
      databaseUrl: 'postgres://own',
    });
    expect(inputs('backup', { ...env, PGKEEP_DATABASE_URL: '' })).toMatchObject({
      databaseUrl: 'postgres://general',
    });
  });

  it('refuses a misspelt variable but not one that is no input', () => {
    expect(() => parse('backup --storage=x', { PGKEEP_PASSFRASE: 'x' })).toThrow(
      'Unknown environment variable PGKEEP_PASSFRASE. Did you mean PGKEEP_PASSPHRASE?',
    );
    expect(inputs('backup --storage=x', { PGKEEP_PGDG_URL: 'http://localhost' })).toBeDefined();
    expect(inputs('list --storage=x', { PGKEEP_JOBS: '2' })).toBeDefined();
  });
});

describe('secrets on the command line', () => {
  const warnings = (line: string, env: NodeJS.ProcessEnv = {}): string[] => {
    const invocation = parse(`backup --storage=x ${line}`, env);
    return 'warnings' in invocation ? invocation.warnings : [];
  };

  it.each([
    ['--database-url=postgres://u:hunter2@h/d', 'PGKEEP_DATABASE_URL'],
    ['--database-url=postgres://h/d?password=hunter2', 'PGKEEP_DATABASE_URL'],
    ['--passphrase=hunter2', 'PGKEEP_PASSPHRASE'],
  ])('%s is warned of, without showing it', (line, variable) => {
    expect(warnings(line)).toEqual([expect.stringContaining(`Set ${variable} instead`)]);
    expect(warnings(line).join()).not.toContain('hunter2');
  });

  it('says nothing of a URL without a password, nor of the environment', () => {
    expect(warnings('--database-url=postgres://u@h:5432/d')).toEqual([]);
    expect(warnings('', { PGKEEP_PASSPHRASE: 'hunter2' })).toEqual([]);
  });

  it('finds the secrets among the inputs', () => {
    const invocation = parse('backup --storage=x', {
      PGKEEP_PASSPHRASE: 'hunter2',
      DATABASE_URL: 'postgres://h',
    });
    expect('inputs' in invocation && secretsOf('backup', invocation.inputs)).toEqual([
      'postgres://h',
      'hunter2',
    ]);
  });
});
