-- Views and materialised views on each other, rules, and definitions that stand on what is only made later.
CREATE SCHEMA views;
CREATE SCHEMA "Search Path";
CREATE TABLE "Search Path"."select" ("from" int, "group" text);
INSERT INTO "Search Path"."select" SELECT i, 'g' || i % 3 FROM generate_series(1, 30) i;
CREATE VIEW views.plain AS SELECT id, m, f FROM kinds.used WHERE id < 50;
CREATE VIEW views.barrier WITH (security_barrier) AS SELECT * FROM views.plain WHERE id > 5 WITH LOCAL CHECK OPTION;
CREATE VIEW views.renamed (a, "B b", "select") AS SELECT * FROM views.barrier;
ALTER VIEW views.renamed ALTER COLUMN a SET DEFAULT 7;
CREATE MATERIALIZED VIEW views.first WITH (fillfactor = 80) AS SELECT a, count(*) FROM views.renamed GROUP BY a;
CREATE UNIQUE INDEX ON views.first (a);
CREATE VIEW views.on_first AS SELECT sum(count) AS s FROM views.first;
CREATE MATERIALIZED VIEW views.second AS SELECT s, now()::date > '2000-01-01' AS later FROM views.on_first;
CREATE MATERIALIZED VIEW views.on_unfilled AS SELECT 1 AS a WITH NO DATA;
CREATE MATERIALIZED VIEW views.no_data AS SELECT * FROM views.first WITH NO DATA;
GRANT SELECT ON views.on_first TO torture_reader;
-- Works from any search_path only because the function sets its own.
CREATE FUNCTION views.looks_up() RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = "Search Path" AS $$ BEGIN RETURN (SELECT count(*) FROM "select"); END $$;
SET search_path = "Search Path", pg_catalog;
CREATE MATERIALIZED VIEW views.with_path AS SELECT "group", count(*), views.looks_up() FROM "select" GROUP BY "group" ORDER BY 1;
RESET search_path;
-- Needs the primary key, which is made after the data: the view is made twice.
CREATE VIEW views.by_key AS SELECT t.*, count(*) FROM idx.t GROUP BY id;
CREATE VIEW views.on_by_key AS SELECT id FROM views.by_key;
CREATE MATERIALIZED VIEW views.of_by_key AS SELECT count(*) FROM views.on_by_key;
-- Two views that refer to each other.
CREATE VIEW views.ping AS SELECT 1 AS a;
CREATE VIEW views.pong AS SELECT a FROM views.ping;
CREATE OR REPLACE VIEW views.ping AS SELECT 1 AS a WHERE EXISTS (SELECT FROM views.plain);
CREATE RECURSIVE VIEW views.numbers (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 10;
CREATE VIEW views.windows AS SELECT id, sum(n) OVER w, rank() OVER (PARTITION BY n ORDER BY t ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES), GROUPING(n) AS g
  FROM idx.t GROUP BY GROUPING SETS ((id, n, t), ()) WINDOW w AS (ORDER BY id RANGE 3 PRECEDING);
CREATE VIEW views.odd AS SELECT xmlelement(name "a b", xmlattributes(1 AS "x:y"), 'é<>') AS x, ROW(1, 2)::ops.pair AS p, '{"a": [1]}'::jsonb -> 'a' AS j,
  (ARRAY[[1, 2], [3, 4]])[1:2][1:1] AS s, interval '1 year 2 mons -3 days' AS i, E'\\ '' \n' AS e, U&'\0441' AS u, 1.0 AS n, 'NaN'::float8 AS f, 'a' COLLATE kinds.german AS c,
  (ROW(1, 2)::ops.pair) OPERATOR(ops.#=) (ROW(1, 2)::ops.pair) AS o, timestamptz '2026-01-01 00:00 UTC' AT TIME ZONE 'Asia/Kathmandu' AS z
  FROM (VALUES (1), (2)) AS "values" ("column") LEFT JOIN LATERAL (SELECT "column" + 1 AS "user") l ON true;
CREATE TABLE views.ruled (a int, b text);
CREATE TABLE views.log (what text, a int);
CREATE RULE logged AS ON UPDATE TO views.ruled WHERE old.a <> new.a DO ALSO (INSERT INTO views.log VALUES ('update', new.a); INSERT INTO views.log VALUES ('from', old.a));
CREATE RULE "no delete" AS ON DELETE TO views.ruled DO INSTEAD NOTHING;
CREATE RULE elsewhere AS ON INSERT TO views.ruled WHERE new.a < 0 DO INSTEAD INSERT INTO views.log VALUES ('it''s', new.a);
INSERT INTO views.ruled VALUES (1, 'one'), (-1, 'goes to the log'), (2, 'two');
UPDATE views.ruled SET a = 3 WHERE a = 2;
ALTER TABLE views.ruled DISABLE RULE "no delete";
ALTER TABLE views.ruled ENABLE REPLICA RULE logged;
CREATE VIEW views.writable AS SELECT a, b FROM views.ruled;
CREATE RULE "write" AS ON INSERT TO views.writable DO INSTEAD INSERT INTO views.ruled VALUES (new.a, new.b) RETURNING a, b;
