import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { factsOf, locate, type Policy, type Seen } from '../../src/migrations/judge/index.js';
import type { CommandEnd, Effects, Fact, Statement } from '../../src/migrations/types.js';

const POLICY: Policy = { failOn: ['error', 'data-loss'], maxLockMs: undefined };
const OK: CommandEnd = { outcome: 'succeeded', exitCode: 0, seconds: 2, tail: [] };
const NOTHING: Effects = { rows: [], dropped: [], lost: [], rewritten: [], invalidIndexes: [], notValid: [] };
const orders = { schema: 'public', name: 'orders' };

const statement = (sql: string, more: Partial<Statement> = {}): Statement => ({
  sql,
  atMs: 0,
  ms: 1,
  session: 'a',
  ...more,
});
const failed = (sql: string, sqlstate = '42P07'): Statement =>
  statement(sql, { error: { sqlstate, message: 'relation "x" already exists' } });
const facts = (seen: Partial<Seen>, policy: Partial<Policy> = {}): Fact[] =>
  factsOf(
    {
      command: OK,
      statements: [statement('SELECT 1')],
      locks: [],
      effects: NOTHING,
      openTransactions: 0,
      running: 0,
      silent: false,
      newRoles: [],
      blind: [],
      hiding: [],
      ...seen,
    },
    { ...POLICY, ...policy },
  );

describe('what is worth attention', () => {
  it('nothing, where nothing happened', () => {
    expect(facts({})).toEqual([]);
    expect(facts({ effects: null })).toEqual([]);
  });

  it.each<[string, Partial<Seen>, Partial<Policy>, [Fact['kind'], boolean, string][]]>([
    [
      'a command that failed, with the last error',
      { command: { ...OK, outcome: 'failed', exitCode: 3 }, statements: [failed('CREATE TABLE x ()')] },
      {},
      [['error', true, 'exit code 3. The server\'s last error: relation "x" already exists']],
    ],
    [
      'a command that is not there',
      { command: { ...OK, outcome: 'not found', exitCode: 127 } },
      {},
      [['error', true, 'not found by the shell']],
    ],
    [
      'a signal',
      { command: { ...OK, outcome: 'failed', exitCode: null } },
      {},
      [['error', true, 'ended by a signal']],
    ],
    [
      'a command that took too long, with what was running',
      {
        command: { ...OK, outcome: 'timed out', seconds: 600 },
        statements: [statement('UPDATE orders SET a = 1', { ms: null })],
      },
      {},
      [['duration', true, 'ended after 10 min']],
    ],
    [
      'a command that took too long, whatever counts',
      { command: { ...OK, outcome: 'timed out', seconds: 600 } },
      { failOn: [] },
      [['duration', true, 'ended after 10 min']],
    ],
    [
      'a failed command that does not count',
      { command: { ...OK, outcome: 'failed', exitCode: 1 } },
      { failOn: [] },
      [['error', false, 'exit code 1. `fail-on` does not ask for `error`, so this does not fail the check.']],
    ],
    [
      'a failed statement of a command that ended well',
      { statements: [failed('CREATE TABLE x ()')] },
      {},
      [['hidden-error', true, 'ended well although']],
    ],
    [
      'a failed look',
      { statements: [failed('/* is it there? */ SELECT 1 FROM x', '42P01')] },
      {},
      [['hidden-error', false, 'went on']],
    ],
    [
      'a failed look by EXISTS',
      { statements: [failed('SELECT EXISTS (SELECT FROM x WHERE (a) = 1)', '42P01')] },
      {},
      [['hidden-error', false, 'went on']],
    ],
    [
      'a failed call',
      { statements: [failed(`SELECT setval('x', (SELECT max(id) FROM y))`, '42P01')] },
      {},
      [['hidden-error', true, 'ended well although']],
    ],
    [
      'a failed look at what is there',
      { statements: [failed('SELECT fill(id) FROM x', '23505')] },
      {},
      [['hidden-error', true, 'ended well although']],
    ],
    ['a command that ran nothing', { statements: [] }, {}, [['not-measured', false, 'ran no statement']]],
    ['a command whose statements have no text', { statements: [], silent: true }, {}, []],
    ['a command that was not seen', { statements: [], blind: ['locks'] }, {}, []],
    [
      'a failure that was gone back from',
      {
        statements: [
          failed('CREATE TABLE x ()'),
          statement('SELECT 1', { session: 'b' }),
          statement('ROLLBACK TO SAVEPOINT s'),
        ],
      },
      {},
      [['hidden-error', false, 'went on']],
    ],
    [
      'a statement that still ran',
      { running: 2 },
      {},
      [['open-transaction', true, 'ended while 2 statements of it still ran']],
    ],
    [
      'errors that were hidden',
      { blind: ['statements'], hiding: ['log_min_messages'] },
      {},
      [['not-measured', true, 'the command changed `log_min_messages`, which hides them']],
    ],
    [
      'errors that were hidden and not asked for',
      { blind: ['statements'], hiding: ['x'] },
      { failOn: [] },
      [],
    ],
    ['an open transaction', { openTransactions: 1 }, {}, [['open-transaction', true, '1 transaction open']]],
    [
      'lost data, each in a sentence',
      {
        effects: {
          ...NOTHING,
          dropped: [
            { table: orders, rows: 3, bytes: 8192 },
            { table: { schema: 'public', name: 'empty' }, rows: 0, bytes: 0 },
          ],
          rows: [
            { table: { schema: 's', name: 'people' }, before: 10, after: 4 },
            { table: { schema: 's', name: 'more' }, before: 1, after: 2 },
            { table: orders, before: 3, after: null },
          ],
          lost: [
            { table: orders, column: 'note', how: 'dropped', values: 2 },
            { table: orders, column: 'void', how: 'dropped', values: 0 },
            { table: orders, column: 'at', how: 'emptied', values: 1 },
            {
              table: orders,
              column: 'sum',
              how: 'retyped',
              values: 3,
              types: { before: 'numeric', after: 'integer' },
            },
          ],
        },
      },
      {},
      [
        ['data-loss', true, 'public.orders is gone, with 3 rows'],
        ['data-loss', true, 's.people has lost 6 rows of 10'],
        ['data-loss', true, 'public.orders.note is gone, with 2 values'],
        ['data-loss', true, 'public.orders.at has lost 1 value, which are NULL'],
        ['data-loss', false, 'integer instead of numeric: its 3 values may have been altered'],
      ],
    ],
    [
      'a rewrite',
      { effects: { ...NOTHING, rewritten: [{ table: orders, bytes: 1e6 }] } },
      { failOn: ['rewrite'] },
      [['rewrite', true, 'public.orders was written anew']],
    ],
    [
      'a rewrite that may be',
      { effects: { ...NOTHING, rewritten: [{ table: orders, bytes: 1e6 }] } },
      {},
      [['rewrite', false, 'written anew']],
    ],
    [
      'what is not usable',
      {
        effects: {
          ...NOTHING,
          invalidIndexes: [{ index: orders, table: orders }],
          notValid: [{ constraint: 'c', table: orders }],
        },
      },
      {},
      [
        ['invalid-index', true, 'is invalid'],
        ['not-valid', false, 'NOT VALID'],
      ],
    ],
    [
      'what was asked for and could not be seen; what was not asked for is no fact',
      { blind: ['statements', 'locks', 'rows'] },
      {},
      [
        ['not-measured', true, 'failed unseen'],
        ['not-measured', true, 'may be lost'],
      ],
    ],
    [
      'locks that could not be watched, where a limit is set',
      { blind: ['locks'] },
      { failOn: [], maxLockMs: 500 },
      [['not-measured', true, 'Locks could not be watched']],
    ],
    ['roles', { newRoles: ['app', 'ops'] }, {}, [['new-role', false, '2 roles: app, ops']]],
  ])('%s', (_, seen, policy, expected) => {
    const found = facts(seen, policy);
    expect(found.map(({ kind, fails }) => [kind, fails])).toEqual(
      expected.map(([kind, fails]) => [kind, fails]),
    );
    found.forEach(({ message }, index) => expect(message).toContain(expected[index]?.[2]));
  });

  it.each([
    ['DROP TABLE "orders"', { dropped: [{ table: orders, rows: 3, bytes: 0 }] }, 1],
    ['DROP TABLE orders_old', { dropped: [{ table: orders, rows: 3, bytes: 0 }] }, undefined],
    [
      'TRUNCATE orders_2024',
      {
        rows: [{ table: orders, before: 3, after: 1, fewerIn: [{ schema: 'public', name: 'orders_2024' }] }],
      },
      1,
    ],
    ['delete from public.orders', { rows: [{ table: orders, before: 3, after: 1 }] }, 1],
    [
      'ALTER TABLE orders DROP COLUMN note',
      { lost: [{ table: orders, column: 'note', how: 'dropped' as const, values: 1 }] },
      1,
    ],
    [
      'ALTER TABLE orders DROP COLUMN notes',
      { lost: [{ table: orders, column: 'note', how: 'dropped' as const, values: 1 }] },
      undefined,
    ],
    [
      'UPDATE orders SET a = NULL',
      { lost: [{ table: orders, column: 'a', how: 'emptied' as const, values: 1 }] },
      1,
    ],
  ])('%j did it: %j, %j', (sql, effects, index) => {
    const statements = [statement('SELECT 1'), statement(sql), statement('COMMIT')];
    expect(facts({ statements, effects: { ...NOTHING, ...effects } })[0]?.statement).toBe(index);
  });

  it('a name that looks like a pattern is found', () => {
    const table = { schema: 'public', name: 'a.b*(c' };
    const statements = [statement('DROP TABLE "a.b*(c"')];
    const effects = { ...NOTHING, dropped: [{ table, rows: 1, bytes: 0 }] };
    expect(facts({ statements, effects })[0]?.statement).toBe(0);
  });

  it.each<[number, Partial<Policy>, boolean]>([
    [50, {}, false],
    [40, { maxLockMs: 30 }, true],
    [900, {}, false],
    [5000, {}, false],
    [900, { failOn: ['lock'] }, false],
    [1100, { failOn: ['lock'] }, true],
    [300, { maxLockMs: 200 }, true],
    [200, { maxLockMs: 200 }, false],
    [1100, { failOn: ['lock'], maxLockMs: 2000 }, false],
  ])('a lock of %d ms under %j fails: %s', (longestMs, policy, fails) => {
    const lock = {
      table: orders,
      mode: 'ACCESS EXCLUSIVE',
      ms: longestMs,
      longestMs,
      blocks: 'reads and writes',
      statement: 0,
    } as const;
    const statements = [statement('ALTER TABLE orders ALTER COLUMN a SET NOT NULL')];
    expect(facts({ locks: [lock], statements }, policy)).toEqual([
      expect.objectContaining({
        kind: 'lock',
        fails,
        statement: 0,
        advice: expect.stringContaining('NOT VALID'),
      }),
    ]);
  });

  it('leaves out locks that nobody notices', () => {
    const lock = {
      table: orders,
      mode: 'ACCESS EXCLUSIVE',
      ms: 49,
      longestMs: 49,
      blocks: 'reads and writes',
    } as const;
    expect(facts({ locks: [lock] })).toEqual([]);
  });

  it('leaves out locks that hinder no application', () => {
    const lock = {
      table: orders,
      mode: 'SHARE UPDATE EXCLUSIVE',
      ms: 9e4,
      longestMs: 9e4,
      blocks: 'schema changes',
    } as const;
    expect(facts({ locks: [lock] }, { maxLockMs: 1 })).toEqual([]);
  });
});

describe('a table that is emptied and filled again', () => {
  it.each<[string, number, string, Fact['kind'][]]>([
    ['small, as tools note how far they are', 24_576, 'TRUNCATE "public"."orders"', []],
    ['large', 1e6, 'TRUNCATE "public"."orders"', ['rewrite']],
    ['small, but another one was emptied', 24_576, 'TRUNCATE lines', ['rewrite']],
    ['small, but it was not emptied', 24_576, 'VACUUM FULL orders', ['rewrite']],
  ])('%s', (_, bytes, sql, kinds) => {
    const effects = { ...NOTHING, rewritten: [{ table: orders, bytes }] };
    const found = facts({ effects, statements: [statement(sql)] }, { failOn: ['rewrite'] });
    expect(found.map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('where a statement stands', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pgkeep-locate-'));
    mkdirSync(join(folder, 'migrations'));
    mkdirSync(join(folder, 'node_modules'));
    const file = (path: string, text: string): void => writeFileSync(join(folder, path), text);
    file('migrations/1.sql', '-- first\nCREATE TABLE a (\n  x int\n);\n\nDROP TABLE b CASCADE;\n');
    file('migrations/2.ts', 'await db.sql`\n  ALTER TABLE c\n    ADD COLUMN d int;\n`;\n');
    file('migrations/3.sql', 'COMMIT;\nDROP TABLE twice;\n😀 DROP TABLE twice;');
    file(
      'migrations/4.sql',
      '/*\n  Warnings: all is lost.\n*/\n-- AlterTable\nALTER TABLE e DROP f;\n-- the end',
    );
    file('node_modules/4.sql', 'DROP TABLE hidden;');
    file('read.me', 'DROP TABLE unread;');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['CREATE TABLE a (x int)', undefined],
    ['CREATE TABLE a ( x int )', { path: join('migrations', '1.sql'), line: 2 }],
    ['DROP TABLE b CASCADE', { path: join('migrations', '1.sql'), line: 6 }],
    ['ALTER TABLE c ADD COLUMN d int', { path: join('migrations', '2.ts'), line: 2 }],
    [
      '-- first\nCREATE TABLE a (\n  x int\n);\n\nDROP TABLE b CASCADE;\n',
      { path: join('migrations', '1.sql'), line: 2 },
    ],
    [
      '/*\n  Warnings: all is lost.\n*/\n-- AlterTable\nALTER TABLE e DROP f',
      { path: join('migrations', '4.sql'), line: 5 },
    ],
    ['ALTER TABLE e DROP f;\n-- the end', { path: join('migrations', '4.sql'), line: 5 }],
    ['-- AlterTable\n', { path: join('migrations', '4.sql'), line: 4 }],
    ['DROP TABLE twice', undefined],
    ['COMMIT', undefined],
    ['DROP TABLE hidden', undefined],
    ['DROP TABLE unread', undefined],
  ])('%j: %j', async (sql, place) => {
    expect(await locate(folder, [sql])).toEqual([place]);
  });
});

describe('statements within a transaction that has failed', () => {
  const cause = failed('ALTER TABLE t ADD UNIQUE (a)');
  const consequence = statement('UPDATE migrations_lock SET locked = 0', {
    error: { sqlstate: '25P02', message: 'current transaction is aborted' },
  });
  const told = (seen: Partial<Seen>) =>
    facts(seen).map(({ message, statement: index }) => ({ message, index }));

  it.each<[string, CommandEnd]>([
    ['hides it', OK],
    ['fails', { ...OK, outcome: 'failed', exitCode: 1 }],
  ])('are not told beside the error that they follow from, when the command %s', (_, command) => {
    const [fact, ...others] = told({ command, statements: [cause, consequence, consequence] });
    expect(others).toEqual([]);
    expect(fact?.index).toBe(0);
    expect(fact?.message).toContain('already exists');
  });

  it('are told where the error itself was not seen', () => {
    expect(told({ statements: [consequence] })).toHaveLength(1);
  });
});
