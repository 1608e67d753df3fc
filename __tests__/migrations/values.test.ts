import { expect, it } from '@jest/globals';
import { withoutValues } from '../../src/migrations/values.js';

it.each([
  ["INSERT INTO people (id, name) VALUES (7, 'O''Hara')", "INSERT INTO people (id, name) VALUES (…, '…')"],
  [
    String.raw`UPDATE t1 SET a = E'x\'y', b2 = 1.5e3 WHERE "c 3" = -4`,
    `UPDATE t1 SET a = '…', b2 = … WHERE "c 3" = -…`,
  ],
  ['-- 7\nselect $$it is 7$$, $a$7 $$ 7$a$, x.y7', "-- …\nselect '…', '…', x.y7"],
  ["DELETE FROM t WHERE name = 'cut off here", "DELETE FROM t WHERE name = '…'"],
  [
    String.raw`INSERT INTO t VALUES ('\', 'secret', E'\'', 'more')`,
    `INSERT INTO t VALUES ('…', '…', '…', '…')`,
  ],
  ['SELECT * FROM t WHERE id = $1', 'SELECT * FROM t WHERE id = $1'],
  [
    "WITH x AS (SELECT 1) INSERT INTO t SELECT U&'a' FROM x",
    "WITH x AS (SELECT …) INSERT INTO t SELECT '…' FROM x",
  ],
  [
    "ALTER TABLE t ADD COLUMN a int DEFAULT 7, ADD b text DEFAULT 'new'",
    "ALTER TABLE t ADD COLUMN a int DEFAULT 7, ADD b text DEFAULT 'new'",
  ],
  ["DO $$ BEGIN RAISE 'x'; END $$", "DO $$ BEGIN RAISE 'x'; END $$"],
  [
    "DO $$ BEGIN INSERT INTO t VALUES (1, 'ann; it''s'); ALTER TABLE t ADD b text DEFAULT 'new'; END $$",
    "DO $$ BEGIN INSERT INTO t VALUES (…, '…'); ALTER TABLE t ADD b text DEFAULT 'new'; END $$",
  ],
  [
    "DO LANGUAGE plpgsql $x$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM ('ok', 'update'); ELSE ALTER TABLE t ADD x text REFERENCES u ON UPDATE CASCADE DEFAULT 'y'; END IF; END $x$;",
    "DO LANGUAGE plpgsql $x$ BEGIN IF NOT EXISTS (SELECT … FROM pg_type WHERE typname = '…') THEN CREATE TYPE mood AS ENUM ('ok', 'update'); ELSE ALTER TABLE t ADD x text REFERENCES u ON UPDATE CASCADE DEFAULT 'y'; END IF; END $x$;",
  ],
  [
    "DO $$ DECLARE who text := 'ann'; BEGIN EXECUTE 'UPDATE t SET a = ''ann'''; EXECUTE 'ALTER TABLE t ADD c int",
    "DO $$ DECLARE who text := '…'; BEGIN EXECUTE '…'; EXECUTE 'ALTER TABLE t ADD c int",
  ],
  ["DO 'BEGIN UPDATE t SET a = ''ann''; END'", "DO '…'"],
  ["BEGIN; INSERT INTO t VALUES (1, 'ann'); COMMIT", "BEGIN; INSERT INTO t VALUES (…, '…'); COMMIT"],
  ["PREPARE p AS INSERT INTO t VALUES ('ann')", "PREPARE p AS INSERT INTO t VALUES ('…')"],
  ["DECLARE c CURSOR FOR TABLE t WHERE a = 'ann'", "DECLARE c CURSOR FOR TABLE t WHERE a = '…'"],
  ["EXPLAIN (ANALYZE) UPDATE t SET a = 'ann'", "EXPLAIN (ANALYZE) UPDATE t SET a = '…'"],
  ["explain analyze update t set a = 'ann'", "explain analyze update t set a = '…'"],
  [
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 7 $$',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 7 $$',
  ],
])('%j is shown as %j', (sql, shown) => {
  expect(withoutValues(sql)).toBe(shown);
});
