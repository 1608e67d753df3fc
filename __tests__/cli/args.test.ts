import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
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

  it('reads what a migration check takes', () => {
    const line = 'check-migrations --storage=file:///b --command=make --fail-on=lock --fail-on rewrite';
    expect(parse(`${line} --html=page.html --json`)).toMatchObject({
      command: 'check-migrations',
      inputs: { command: 'make', failOn: ['lock', 'rewrite'], comment: true },
      html: 'page.html',
      json: true,
    });
    expect(parse(line)).toMatchObject({ html: undefined, json: false });
    for (const flag of ['--no-comment', '--approve-label=x'])
      expect(() => parse(`${line} ${flag}`)).toThrow('Unknown option of check-migrations');
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

  it('reads what import takes: any number of files', () => {
    const line = 'import a.sql b/c.dump --storage s3://b/p --taken-at=2025-01-31T02:00:00Z --dry-run --json';
    expect(parse(line, { PGKEEP_SOURCE_PASSPHRASE: 'x' })).toMatchObject({
      command: 'import',
      files: ['a.sql', 'b/c.dump'],
      inputs: {
        name: '{database}',
        takenAt: new Date('2025-01-31T02:00:00Z'),
        sourcePassphrase: 'x',
        opensslIterations: 10_000,
        dryRun: true,
      },
      json: true,
      warnings: [],
    });
    const secret = parse('import a.enc --storage=x --source-passphrase=x') as { warnings: string[] };
    expect(secret.warnings).toEqual([expect.stringContaining('Set PGKEEP_SOURCE_PASSPHRASE instead')]);
    expect(() => parse('import --storage=x')).toThrow('import needs <file...>.');
  });

  it('reads what restore and verify take', () => {
    expect(
      parse('restore --backup latest --storage s3://b/p --mode=replace --confirm shop --json'),
    ).toMatchObject({
      command: 'restore',
      inputs: { backup: { kind: 'latest' }, mode: 'replace', confirm: 'shop', jobs: 'auto' },
      json: true,
      quiet: false,
    });
    expect(parse('verify --storage s3://b/p --checks=a --checks=b --no-control --max-age 26h')).toMatchObject(
      {
        command: 'verify',
        inputs: { backup: { kind: 'latest' }, checks: ['a', 'b'], control: false, maxAge: 93_600_000 },
        json: false,
      },
    );
  });

  it.each([
    ['restore --storage=x', 'Input "backup" is required'],
    ['restore --storage=x --backup=random:7d', 'verified, not restored'],
    [
      'verify 20261120T020000Z-k3fd --storage=x',
      'verify takes options only. Name the backup with --backup=20261120T020000Z-k3fd.',
    ],
    ['restore shop --storage=x --backup=latest', 'Unexpected argument "shop": restore takes options only'],
    ['verify --storage=x --confirm=shop', 'Unknown option of verify "--confirm"'],
    ['backup --storage=x -i key.txt', 'Unknown option of backup "-i"'],
    ['verify --storage=x --no-identity-file', 'Unknown option of verify "--no-identity-file"'],
    ['verify --storage=x -i', 'Option --identity-file needs a value'],
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

describe('--identity-file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-identity-'));
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const identity = (line: string, env: NodeJS.ProcessEnv = {}): unknown => {
    const invocation = parse(`verify --storage=x ${line}`, env);
    if (invocation.command !== 'verify') throw new Error(invocation.command);
    expect(invocation.warnings).toEqual([]);
    return invocation.inputs.identity;
  };

  it('is where the identity comes from, rather than the environment', () => {
    const path = file('key.txt', '# created: now\nAGE-SECRET-KEY-1A\n');
    const text = '# created: now\nAGE-SECRET-KEY-1A';
    expect(identity(`--identity-file=${path}`)).toBe(text);
    expect(identity(`-i ${path}`, { PGKEEP_IDENTITY: 'AGE-SECRET-KEY-1B' })).toBe(text);
    expect(identity('', { PGKEEP_IDENTITY: 'AGE-SECRET-KEY-1B' })).toBe('AGE-SECRET-KEY-1B');
  });

  it('may be several', () => {
    const [a, b] = [file('a', 'AGE-SECRET-KEY-1A'), file('b', 'AGE-SECRET-KEY-1B')];
    expect(identity(`-i ${a} -i ${b}`)).toBe('AGE-SECRET-KEY-1A\nAGE-SECRET-KEY-1B');
  });

  it('is refused where it cannot be, with what is wrong', () => {
    expect(() => identity(`-i ${folder}/none`)).toThrow(`is "${folder}/none": there is no such file.`);
    expect(() => identity(`-i ${folder}`)).toThrow('it cannot be read (EISDIR)');
    const key = file('c', 'AGE-SECRET-KEY-1C');
    expect(() => identity(`-i ${key} --identity=AGE-SECRET-KEY-1D`)).toThrow('are both given');
    expect(() => identity(`-i ${key}`, { PGKEEP_PASSPHRASE: 'p' })).toThrow('"identity" and "passphrase"');
  });
});

describe('secrets on the command line', () => {
  const warnings = (line: string, env: NodeJS.ProcessEnv = {}): string[] => {
    const command = /--(identity|scratch-url)=/.test(line) ? 'verify' : 'backup';
    const invocation = parse(`${command} --storage=x ${line}`, env);
    return 'warnings' in invocation ? invocation.warnings : [];
  };

  it.each([
    ['--database-url=postgres://u:hunter2@h/d', 'PGKEEP_DATABASE_URL'],
    ['--database-url=postgres://h/d?password=hunter2', 'PGKEEP_DATABASE_URL'],
    ['--passphrase=hunter2', 'PGKEEP_PASSPHRASE'],
    ['--scratch-url=postgres://u:hunter2@h/d', 'PGKEEP_SCRATCH_URL'],
    ['--identity=hunter2', 'PGKEEP_IDENTITY'],
  ])('%s is warned of, without showing it', (line, variable) => {
    expect(warnings(line)).toEqual([expect.stringContaining(`Set ${variable} instead`)]);
    expect(warnings(line).join()).not.toContain('hunter2');
  });

  it('says nothing of a URL without a password, nor of the environment', () => {
    expect(warnings('--database-url=postgres://u@h:5432/d')).toEqual([]);
    expect(warnings('--scratch-url=postgres://u@h:5432/d')).toEqual([]);
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
