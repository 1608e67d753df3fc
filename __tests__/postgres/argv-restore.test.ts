import { describe, expect, it } from '@jest/globals';
import {
  definitionsArgs,
  entriesArgs,
  pgRestoreArgs,
  psqlScriptArgs,
  type PgRestoreOptions,
} from '../../src/postgres/argv-restore.js';

const PLAIN: PgRestoreOptions = {
  conninfo: 'host=h dbname=d',
  path: '/a b/database.dump',
  jobs: 1,
  content: 'all',
  owner: true,
  privileges: true,
  singleTransaction: false,
};
const always = (...more: string[]): string[] => [
  '--no-password',
  '--verbose',
  ...more,
  '--dbname=host=h dbname=d',
  '/a b/database.dump',
];

describe('the arguments of pg_restore', () => {
  it.each<[Partial<PgRestoreOptions>, string[]]>([
    [{}, always('--no-tablespaces')],
    [{ jobs: 4 }, always('--jobs=4', '--no-tablespaces')],
    [{ section: 'post-data' }, always('--section=post-data', '--no-tablespaces')],
    [{ content: 'schema' }, always('--schema-only', '--no-tablespaces')],
    [{ content: 'data' }, always('--data-only', '--no-tablespaces')],
    [{ useList: '/l' }, always('--use-list=/l', '--no-tablespaces')],
    [{ owner: false, privileges: false }, always('--no-owner', '--no-privileges', '--no-tablespaces')],
    [{ singleTransaction: true }, always('--no-tablespaces', '--single-transaction')],
  ])('with %j', (options, expected) => {
    expect(pgRestoreArgs({ ...PLAIN, ...options })).toEqual(expected);
  });

  it('that only write SQL name no database', () => {
    expect(definitionsArgs('/a')).toEqual(['--schema-only', '--file=-', '/a']);
    expect(entriesArgs('/a', '/l')).toEqual(['--use-list=/l', '--file=-', '/a']);
  });
});

describe('the arguments of psql', () => {
  it('run a script from standard input', () => {
    const args = psqlScriptArgs('dbname=d', { singleTransaction: false });
    expect(args).toEqual(
      expect.arrayContaining(['--no-psqlrc', '--file=-', '--set=ON_ERROR_STOP=off', '--dbname=dbname=d']),
    );
    const whole = psqlScriptArgs('dbname=d', { singleTransaction: true });
    expect(whole).toContain('--set=ON_ERROR_STOP=on');
    // It would commit a script that breaks off.
    expect(whole).not.toContain('--single-transaction');
  });
});
