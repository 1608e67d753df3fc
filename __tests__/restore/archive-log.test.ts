import { describe, expect, it } from '@jest/globals';
import { silentReporter } from '../../src/base/reporter.js';
import { PgRestoreLog } from '../../src/restore/archive/run/pg-restore-log.js';
import { PsqlLog } from '../../src/restore/archive/run/psql-log.js';
import { shortStatement } from '../../src/restore/archive/run/statement.js';
import { Listener } from '../support/listener.js';

function read(text: string): PgRestoreLog & { tables: number } {
  let tables = 0;
  const log = new PgRestoreLog({ reporter: silentReporter, onTable: () => (tables += 1) });
  for (const line of text.split('\n')) log.line(line);
  log.end();
  return Object.assign(log, { tables });
}

describe('what pg_restore says', () => {
  it('is told apart: errors with entry and statement, progress, the end', () => {
    const log = read(`pg_restore: connecting to database for restore
pg_restore: creating TABLE "we ird
name"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 11; 2615 16594 SCHEMA app postgres
pg_restore: error: could not execute query: ERROR:  schema "app" already exists
Command was: CREATE SCHEMA app;


pg_restore: processing data for table "app.a"
pg_restore: from TOC entry 3573; 0 16735 TABLE DATA evil postgres
pg_restore: error: COPY failed for table "evil": ERROR:  invalid input syntax for type integer: "x"
CONTEXT:  COPY evil, line 1, column a: "secret row"
pg_restore: error: could not execute query: FEHLER:  Relation »a« existiert nicht
LINE 1: SELECT a
Command was: SELECT a
FROM b;
pg_restore: warning: errors ignored on restore: 3`);
    expect(log.errors).toEqual([
      {
        message: 'schema "app" already exists',
        statement: 'CREATE SCHEMA app;',
        entry: 'SCHEMA app postgres',
        harmless: undefined,
      },
      {
        message: 'invalid input syntax for type integer: "x"',
        statement: undefined,
        entry: 'TABLE DATA evil postgres',
        harmless: undefined,
      },
      {
        message: 'Relation »a« existiert nicht',
        statement: 'SELECT a FROM b;',
        entry: 'TABLE DATA evil postgres',
        harmless: undefined,
      },
    ]);
    expect([log.finished, log.tables, log.fatal]).toEqual([true, 1, []]);
  });

  it('is understood where workers write at the same time', () => {
    const log = read(`pg_restore: pg_restore: finished item 3 TABLE DATA x
from TOC entry 5; 0 1 TABLE DATA a postgres
pg_restore: error: pg_restore: launching item 7 INDEX y
COPY failed for table "a": ERROR:  cannot copy to view "a"
pg_restore: pg_restore: error:  could not execute query: ERROR:  boom
pg_restore: error: COPY failed for table "b": ERROR:  cannot copy to view "b"
pg_restore: warning: errors ignored on restore: 3`);
    expect(log.errors.map(({ message, entry }) => [message, entry])).toEqual([
      ['cannot copy to view "a"', 'TABLE DATA a postgres'],
      ['boom', 'TABLE DATA a postgres'],
      ['cannot copy to view "b"', 'TABLE DATA b'],
    ]);
  });

  it('never loses an error silently', () => {
    const log = read('pg_restore: warning: errors ignored on restore: 4');
    expect(log.errors.map(({ message, harmless }) => [message, harmless])).toEqual([
      ['4 more errors', undefined],
    ]);
    const many = Array.from({ length: 1500 }, () => 'pg_restore: error: could not execute query: ERROR:  x');
    const { errors } = read([...many, 'pg_restore: warning: errors ignored on restore: 1500'].join('\n'));
    expect([errors.length, errors.at(-1)?.message]).toEqual([1001, '500 more errors']);
  });

  it('does not lose one beside another that is harmless', () => {
    const harmless = [
      'pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"',
      'Command was: SET transaction_timeout = 0;',
    ];
    const others = [
      'pg_restore: error: could not write to large object: ERROR:  permission denied',
      'pg_restore: error: could not set "search_path" to "app": ERROR:  out of memory',
      'pg_restore: error: something that no version said before',
      'pg_restore: creating INDEX "public.i"pg_restore: error: could not execute query: ERROR:  torn',
    ];
    for (const line of others) {
      const { errors } = read(
        [...harmless, line, 'pg_restore: warning: errors ignored on restore: 2'].join('\n'),
      );
      expect(errors.map((error) => error.harmless === undefined)).toEqual([false, true]);
    }
  });

  it('says why it ended', () => {
    const log = read(`pg_restore: error: could not uncompress data: incorrect data check
pg_restore: error: a worker process died unexpectedly`);
    expect([log.finished, log.errors]).toEqual([false, []]);
    expect(log.fatal).toEqual([
      'could not uncompress data: incorrect data check',
      'a worker process died unexpectedly',
    ]);
  });

  it.each([
    [
      'unrecognized configuration parameter "transaction_timeout"',
      'SET transaction_timeout = 0;',
      'pg_dump 17',
    ],
    ['unrecognized configuration parameter "app.key"', "SET app.key = 'x';", undefined],
    [
      'unrecognized configuration parameter "transaction_timeout"',
      "CREATE FUNCTION f() RETURNS int SET transaction_timeout TO '0' AS 'SELECT 1';",
      undefined,
    ],
    ['schema "public" already exists', 'CREATE SCHEMA public;', 'Every database'],
    ['schema "app" already exists', 'CREATE SCHEMA app;', undefined],
    ['must be owner of extension plpgsql', "COMMENT ON EXTENSION plpgsql IS 'x';", 'brings its own'],
    ['must be owner of extension plpgsql', 'ALTER EXTENSION plpgsql UPDATE;', undefined],
  ])('%s after %s is harmless: %s', (message, statement, why) => {
    const { errors } = read(
      `pg_restore: error: could not execute query: ERROR:  ${message}\nCommand was: ${statement}\n\n`,
    );
    expect(errors[0]?.harmless).toEqual(why === undefined ? undefined : expect.stringContaining(why));
  });
});

describe('what psql says', () => {
  it('is told apart, with the entry that a line is in', () => {
    const said = new Listener();
    const log = new PsqlLog(said, (line) => (line < 10 ? 'first' : 'second'));
    for (const line of `psql:<stdin>:5: ERROR:  42P07: relation "a" already exists
LOCATION:  heap_create_with_catalog, heap.c:1159
psql:<stdin>:5: STATEMENT:  CREATE TABLE a (
  b int
);
psql:<stdin>:7: WARNING:  55000: wal_level is insufficient to publish logical changes
psql:<stdin>:7: WARNING:  01000: "wal_level" is insufficient
HINT:  x
LOCATION:  y
psql:<stdin>:12: FEHLER:  22P02: invalid
DETAIL:  a secret row
psql:<stdin>:12: error: invalid command \\.
psql:<stdin>:20: error: connection to server was lost`.split('\n'))
      log.line(line);
    log.end();
    expect(log.errors).toEqual([
      {
        message: 'relation "a" already exists',
        statement: 'CREATE TABLE a ( b int );',
        entry: 'first',
        harmless: undefined,
      },
      { message: 'invalid', statement: undefined, entry: 'second', harmless: undefined },
    ]);
    expect(log.fatal).toEqual(['error: connection to server was lost']);
    expect(said.lines).toEqual([
      'psql: WARNING:  wal_level is insufficient to publish logical changes',
      'psql: WARNING:  "wal_level" is insufficient',
    ]);
  });
});

describe('a statement for people', () => {
  it.each([
    [
      "CREATE USER MAPPING FOR x SERVER s OPTIONS (\n    password 'p');",
      'CREATE USER MAPPING FOR x SERVER s OPTIONS ...',
    ],
    ["CREATE SUBSCRIPTION s CONNECTION 'password=p' PUBLICATION p;", 'CREATE SUBSCRIPTION s CONNECTION ...'],
    ["INSERT INTO t (a) VALUES ('row');", 'INSERT INTO t (a) VALUES ...'],
    ["INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES ('row');", 'INSERT INTO t (a) OVERRIDING SYSTEM...'],
    ["SELECT pg_catalog.lowrite(0, '\\xdead');", 'SELECT pg_catalog.lowrite...'],
    ['CREATE TABLE a (\n\n  b int\n);\n\n', 'CREATE TABLE a ( b int );'],
  ])('%j', (sql, expected) => {
    expect(shortStatement(sql)).toBe(expected);
    expect(shortStatement(`CREATE VIEW v AS SELECT ${'x'.repeat(9000)}`).length).toBeLessThan(310);
  });
});
