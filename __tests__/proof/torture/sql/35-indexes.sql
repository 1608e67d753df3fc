-- Every access method and option; an index that a failed CREATE INDEX CONCURRENTLY left behind.
CREATE SCHEMA idx;
CREATE TABLE idx.t (id int PRIMARY KEY, n int, t text, j jsonb, a int[], p point, b box, i inet, v tsvector, d timestamptz);
INSERT INTO idx.t SELECT i, i % 7, 'text ' || i, jsonb_build_object('k', i), ARRAY[i, i + 1], point(i, -i), box(point(i, i), point(0, 0)), '10.0.0.1'::inet + i, to_tsvector('simple', 'word' || i), timestamptz '2026-01-01 UTC' + i * interval '1 hour' FROM generate_series(1, 500) i;
CREATE INDEX ON idx.t USING hash (t);
CREATE INDEX ON idx.t USING gin (j jsonb_path_ops);
CREATE INDEX ON idx.t USING gin (a, j) WITH (fastupdate = off, gin_pending_list_limit = 128);
CREATE INDEX ON idx.t USING gist (p, b);
CREATE INDEX ON idx.t USING spgist (p quad_point_ops);
CREATE INDEX ON idx.t USING spgist (i);
CREATE INDEX ON idx.t USING brin (d timestamptz_minmax_ops, n) WITH (pages_per_range = 4, autosummarize = on);
CREATE INDEX ON idx.t USING gist (v tsvector_ops (siglen = 100));
CREATE INDEX partial ON idx.t (n) INCLUDE (t) WHERE n > 3 AND t <> 'it''s';
CREATE INDEX expression ON idx.t ((lower(t) || n::text) text_pattern_ops, (n + 1) DESC);
ALTER INDEX idx.expression ALTER COLUMN 2 SET STATISTICS 99;
CREATE UNIQUE INDEX ON idx.t (t COLLATE kinds.german, n) WITH (fillfactor = 60, deduplicate_items = off);
CREATE TABLE idx.doubled (a int);
INSERT INTO idx.doubled VALUES (1), (1);
\set ON_ERROR_STOP off
CREATE UNIQUE INDEX CONCURRENTLY left_invalid ON idx.doubled (a);
\set ON_ERROR_STOP on
ALTER TABLE idx.t SET (autovacuum_enabled = false);
