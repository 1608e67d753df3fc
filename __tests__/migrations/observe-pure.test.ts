import { describe, expect, it } from '@jest/globals';
import { blameAmong } from '../../src/migrations/observe/blame.js';
import { changesOf } from '../../src/migrations/observe/hiding.js';
import { CsvRows, LONGEST_FIELD } from '../../src/migrations/observe/csv.js';
import { heldLocks } from '../../src/migrations/observe/locks.js';
import { blockedBy, modeOf } from '../../src/migrations/observe/modes.js';
import { chosen, defines, type Recorded } from '../../src/migrations/observe/record.js';
import { withoutSecrets } from '../../src/migrations/observe/secrets.js';
import type { LockEvent } from '../../src/migrations/observe/watch.js';
import { LOCK_MODES } from '../../src/migrations/types.js';

describe('the lines of a log', () => {
  const rows = [
    ['a', 'say ""hi""\n, ok', ''],
    ['', 'ünï', 'c'],
    ['""', 'x,y', '\n'],
  ];
  const bytes = Buffer.from(rows.map((row) => `${row.map((field) => `"${field}"`).join(',')}\n`).join(''));
  const expected = rows.map((row) => row.map((field) => field.replaceAll('""', '"')));

  it.each([1, 2, 3, 7, 1000])('are read in pieces of %s bytes', (size) => {
    const reader = new CsvRows(new Set([0, 1, 2]));
    const read: string[][] = [];
    for (let at = 0; at < bytes.length; at += size) read.push(...reader.push(bytes.subarray(at, at + size)));
    expect(read).toEqual(expected);
  });

  it('have fields without quotes, cut fields and other encodings', () => {
    const long = `x${'ü'.repeat(LONGEST_FIELD)}`;
    const reader = new CsvRows(new Set([0, 1, 2]));
    expect(reader.push(Buffer.from(`1,,x\n"${long}",2\n`))).toEqual([
      ['1', '', 'x'],
      [`x${'ü'.repeat(LONGEST_FIELD / 2 - 1)}`, '2'],
    ]);
    expect(new CsvRows(new Set([2])).push(Buffer.from('"a","b","c"\n'))).toEqual([['', '', 'c']]);
    expect(reader.push(Buffer.from('"caf\xe9"\n', 'latin1'))).toEqual([['café']]);
  });
});

describe('a statement without its secrets', () => {
  it.each([
    [`CREATE ROLE a LOGIN PASSWORD 'x''y' CREATEDB`, `CREATE ROLE a LOGIN PASSWORD '***' CREATEDB`],
    [`alter user a with encrypted password E'x\\'y'`, `alter user a with encrypted password '***'`],
    [`ALTER ROLE a PASSWORD $p$x$p$;`, `ALTER ROLE a PASSWORD '***';`],
    [`ALTER ROLE a PASSWORD 'cut`, `ALTER ROLE a PASSWORD '***'`],
    [`DO $$ BEGIN CREATE ROLE a PASSWORD 'x'; END $$`, `DO $$ BEGIN CREATE ROLE a PASSWORD '***'; END $$`],
    [`EXECUTE 'CREATE ROLE a PASSWORD ''xyz'' LOGIN'`, `EXECUTE 'CREATE ROLE a PASSWORD '***' LOGIN'`],
    [`OPTIONS (user 'u', password 'x')`, `OPTIONS (user 'u', password '***')`],
    [
      `CREATE SUBSCRIPTION s CONNECTION 'host=h password=x' PUBLICATION p`,
      `CREATE SUBSCRIPTION s CONNECTION '***' PUBLICATION p`,
    ],
    [`SELECT dblink('host=h password=xyz user=u')`, `SELECT dblink('host=h password=*** user=u')`],
    [`SELECT 'postgres://u:xyz@h/d'`, `SELECT 'postgres://u:***@h/d'`],
    [`ALTER DATABASE d SET "app.jwt_secret" = 'xyz'`, `ALTER DATABASE d SET "app.jwt_secret" = '***'`],
    [`SELECT set_config('app.api_key', 'xyz', false)`, `SELECT set_config('app.api_key', '***', false)`],
    [`ALTER TABLE users ADD password text NOT NULL`, `ALTER TABLE users ADD password text NOT NULL`],
    [`ALTER ROLE a PASSWORD NULL; SELECT 'b'`, `ALTER ROLE a PASSWORD NULL; SELECT 'b'`],
  ])('%s', (sql, expected) => {
    expect(withoutSecrets(sql)).toBe(expected);
  });
});

describe('settings by which a statement hides errors', () => {
  it.each<[string, string[]]>([
    ['SET log_min_messages = panic', ['log_min_messages']],
    [`set local "log_min_messages" to 'FATAL'`, ['log_min_messages']],
    ['ALTER ROLE app SET log_min_messages TO log', ['log_min_messages']],
    [`SELECT set_config('log_min_messages', 'panic', false)`, ['log_min_messages']],
    [`UPDATE pg_settings SET setting = 'panic' WHERE name = 'log_min_messages'`, ['log_min_messages']],
    [`SET lc_messages = 'de_DE.UTF-8'`, ['lc_messages']],
    ['SET update_process_title = off', ['update_process_title']],
    ['SET log_min_messages = warning', []],
    ['RESET log_min_messages', []],
    ['SET log_min_messages TO DEFAULT', []],
    [`SET lc_messages = 'en_US.UTF-8'`, []],
    ['SHOW log_min_messages', []],
    // What is on the server's command line is stronger.
    ['ALTER SYSTEM SET log_min_messages = panic', []],
    ['SET client_min_messages = panic', []],
    ['SET log_min_duration_statement = 0', []],
    ['SET log_statement = none', []],
  ])('%s', (sql, names) => {
    expect(changesOf(sql).hiding).toEqual(names);
  });
});

describe('what matters of statements', () => {
  it.each([
    ['CREATE TABLE t()', true],
    ['-- first\n/* second */ alter table t add x int', true],
    ['BEGIN; ALTER TABLE t ADD x int; COMMIT', true],
    [`INSERT INTO t VALUES ('create')`, false],
    ['SELECT 1 -- ; DROP TABLE t', false],
  ])('%s', (sql, expected) => {
    expect(defines(sql)).toBe(expected);
  });

  it('is listed in order: failures, what locks are told of, changes of the schema, the longest', () => {
    const record = (order: number, some: Partial<Recorded> = {}): Recorded => ({
      ...{ sql: 'SELECT 1', atMs: order, ms: 1, session: 's', pid: 1, order, wanted: false },
      ...some,
    });
    const records = [
      record(1, { ms: 50 }),
      record(2, { error: { sqlstate: '42601', message: 'syntax error' } }),
      record(3, { ms: 60 }),
      record(4, { wanted: true }),
      record(5, { sql: 'DROP TABLE t' }),
      record(6, { ms: null }),
    ];
    const orders = (most: number): number[] => chosen(records, most).map(({ order }) => order);
    expect([1, 2, 3, 4, 5, 6].map((most) => orders(most).at(-1))).toEqual([2, 6, 6, 6, 6, 6]);
    expect(orders(3)).toEqual([2, 4, 6]);
    expect(orders(4)).toEqual([2, 4, 5, 6]);
    expect(orders(5)).toEqual([2, 3, 4, 5, 6]);
  });
});

describe('lock modes', () => {
  it('are known by the names of pg_locks', () => {
    expect(modeOf('AccessExclusiveLock')).toBe('ACCESS EXCLUSIVE');
    expect(modeOf('ShareUpdateExclusiveLock')).toBe('SHARE UPDATE EXCLUSIVE');
    expect(modeOf('SIReadLock')).toBeUndefined();
  });

  it('block what the documentation says', () => {
    expect(LOCK_MODES.map(blockedBy)).toEqual([
      ...['schema changes', 'schema changes', 'schema changes', 'schema changes'],
      ...['writes', 'writes', 'writes', 'reads and writes'],
    ]);
  });
});

describe('locks that were held', () => {
  const orders = { schema: 'public', name: 'orders' };
  const event = (at: number, taken: string[], gone: string[], first = false): LockEvent => ({
    ...{ at, before: at - 10, first, taken, gone },
  });
  const told = (...events: LockEvent[]): unknown[] =>
    heldLocks(
      { events, until: 1000, tables: new Map([[1, orders]]), owners: new Map([[2, 1]]) },
      () => undefined,
    ).map(({ lock: { table, ...lock } }) => [table.name, ...Object.values(lock)]);

  it('are added up by transactions, and their longest is told', () => {
    const [first, second] = ['1 77 3/1 AccessExclusiveLock', '1 77 3/2 AccessExclusiveLock'];
    expect(told(event(100, [first], []), event(140, [second], [first]), event(240, [], [second]))).toEqual([
      ['orders', 'ACCESS EXCLUSIVE', 120, 90, 'reads and writes'],
    ]);
  });

  it('overlap when several sessions hold them, or a table and its index are held', () => {
    const [table, index] = ['1 77 3/1 ShareLock', '2 78 4/1 ShareRowExclusiveLock'];
    expect(
      told(
        event(100, [table], []),
        event(150, [index], []),
        event(210, [], [table]),
        event(310, [], [index]),
      ),
    ).toEqual([['orders', 'SHARE ROW EXCLUSIVE', 200, 200, 'writes']]);
  });

  it('that block less are told where they were held longer', () => {
    const [short, long, weak] = [
      '1 7 3/1 AccessExclusiveLock',
      '1 7 3/2 ShareLock',
      '1 7 3/3 AccessShareLock',
    ];
    expect(
      told(
        event(100, [short], []),
        event(120, [long], [short]),
        event(520, [weak], [long]),
        event(620, [], [weak]),
      ),
    ).toEqual([
      ['orders', 'ACCESS EXCLUSIVE', 10, 10, 'reads and writes'],
      ['orders', 'SHARE', 390, 390, 'writes'],
    ]);
  });

  it('end when watching does', () => {
    expect(told(event(100, ['1 7 3/1 AccessExclusiveLock'], []))).toEqual([
      ['orders', 'ACCESS EXCLUSIVE', 900, 900, 'reads and writes'],
    ]);
  });

  it('are not taken to be held while nobody looked', () => {
    const [kept, other] = ['1 7 3/1 AccessExclusiveLock', '9 1 1/1 ShareLock'];
    expect(told(event(100, [kept], [], true), event(200, [other], []), event(300, [kept], [], true))).toEqual(
      [['orders', 'ACCESS EXCLUSIVE', 800, 700, 'reads and writes']],
    );
  });
});

describe('what took a lock', () => {
  const record = (order: number, atMs: number, ms: number | null, sql: string, pid = 7): Recorded => ({
    ...{ sql, atMs, ms, session: `s${pid}`, pid, order, wanted: false },
  });
  const records = [
    record(1, 10, 1, 'LOCK a$b'),
    record(2, 11, 0, 'ALTER TABLE a ADD x int'),
    record(3, 11, 1, 'ALTER TABLE a1 ADD x int'),
    record(4, 12, null, 'SELECT pg_sleep(1)'),
    record(5, 12, null, 'ALTER TABLE a ADD y int', 8),
    record(6, 1, 1, 'ALTER TABLE a ADD z int', 10),
    record(7, 12, 1, 'SET log_statement = none', 11),
    record(8, 12, 1, 'SELECT f()', 12),
  ];

  it.each([
    ['the latest that names the table', 'a', 7, 11.9, 20, 2],
    ['with all that is special in a name', 'a$b', 7, 5, 20, 1],
    ['the latest of all', 'b', 7, 11.9, 20, 4],
    ['what had ended before does not count', 'a', 7, 13, 20, 4],
    ['nor when nothing else is known', 'a', 10, 15, 20, undefined],
    ['what can take no lock does not count', 'a', 11, 11, 20, undefined],
    ['nor what is before a statement that the log does not have', 'b', 12, 11, 20, undefined],
    ['what began later does not count', 'b', 7, 10, 11.5, 3],
    ['another process', 'a', 8, 10, 20, 5],
    ['nobody knows', 'a', 9, 10, 20, undefined],
  ])('%s', (_, name, pid, before, at, expected) => {
    const table = { schema: 'public', name };
    const looks = { before: 1000 + before, at: 1000 + at };
    expect(blameAmong(records, 1000, new Set([12]))(pid, looks, table)?.order).toBe(expected);
  });
});
