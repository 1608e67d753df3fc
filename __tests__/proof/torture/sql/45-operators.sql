-- Operators, families with members of several types, classes, access methods, text search, conversions.
CREATE SCHEMA ops;
CREATE TYPE ops.pair AS (a int, b int);
CREATE FUNCTION ops.compare(ops.pair, ops.pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btrecordcmp($1, $2)';
CREATE FUNCTION ops.compare(ops.pair, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp(($1).a, $2)';
CREATE FUNCTION ops.compare(int, ops.pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($1, ($2).a)';
DO $$
DECLARE op text; name text; l text; r text;
BEGIN
  FOR op, name IN VALUES ('<', 'lt'), ('<=', 'le'), ('=', 'eq'), ('>=', 'ge'), ('>', 'gt') LOOP
    FOR l, r IN VALUES ('ops.pair', 'ops.pair'), ('ops.pair', 'int'), ('int', 'ops.pair') LOOP
      EXECUTE format('CREATE FUNCTION ops.%s(%s, %s) RETURNS bool LANGUAGE sql IMMUTABLE AS ''SELECT ops.compare($1, $2) %s 0''', name, l, r, op);
      EXECUTE format('CREATE OPERATOR ops.#%s (FUNCTION = ops.%s, LEFTARG = %s, RIGHTARG = %s, RESTRICT = scalarltsel, JOIN = scalarltjoinsel%s)', op, name, l, r, CASE WHEN op = '=' AND l = r THEN ', COMMUTATOR = OPERATOR(ops.#=)' END);
    END LOOP;
  END LOOP;
END $$;
-- Its negator does not exist yet, and never will.
CREATE FUNCTION ops.ne(ops.pair, ops.pair) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT ops.compare($1, $2) <> 0';
CREATE OPERATOR ops.#<> (FUNCTION = ops.ne, LEFTARG = ops.pair, RIGHTARG = ops.pair, COMMUTATOR = OPERATOR(ops.#<>), NEGATOR = OPERATOR(ops.##), MERGES, HASHES);
CREATE OPERATOR ops.!@ (FUNCTION = ops.compare, LEFTARG = ops.pair, RIGHTARG = ops.pair);
CREATE FUNCTION ops.sum(ops.pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a + ($1).b';
CREATE OPERATOR ops.@@@ (FUNCTION = ops.sum, RIGHTARG = ops.pair);
CREATE OPERATOR FAMILY ops.pairs USING btree;
CREATE OPERATOR FAMILY ops.lonely USING hash;
CREATE OPERATOR CLASS ops.pair_ops DEFAULT FOR TYPE ops.pair USING btree FAMILY ops.pairs AS
  OPERATOR 1 ops.#<, OPERATOR 2 ops.#<=, OPERATOR 3 ops.#=, OPERATOR 4 ops.#>=, OPERATOR 5 ops.#>, FUNCTION 1 ops.compare(ops.pair, ops.pair);
ALTER OPERATOR FAMILY ops.pairs USING btree ADD
  OPERATOR 1 ops.#<(ops.pair, int), OPERATOR 3 ops.#=(ops.pair, int), FUNCTION 1 (ops.pair, int) ops.compare(ops.pair, int);
CREATE FUNCTION ops.hash(ops.pair) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT hashint4(($1).a)';
CREATE OPERATOR CLASS ops.pair_hash FOR TYPE ops.pair USING hash AS OPERATOR 1 ops.#=, FUNCTION 1 ops.hash(ops.pair);
CREATE ACCESS METHOD torture_gist TYPE INDEX HANDLER gisthandler;
CREATE OPERATOR CLASS ops.own_box DEFAULT FOR TYPE box USING torture_gist AS
  OPERATOR 3 &&(box, box), FUNCTION 1 gist_box_consistent(internal, box, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal),
  FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal), FUNCTION 7 gist_box_same(box, box, internal);
CREATE TABLE ops.pairs (p ops.pair, b box, EXCLUDE USING btree (p ops.pair_ops WITH OPERATOR(ops.#=)));
INSERT INTO ops.pairs SELECT ROW(i, -i)::ops.pair, box(point(i, i), point(0, 1)) FROM generate_series(1, 100) i;
CREATE INDEX ON ops.pairs (p);
CREATE INDEX ON ops.pairs USING torture_gist (b);
CREATE TEXT SEARCH PARSER ops.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH TEMPLATE ops.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY ops."Dictionary" (TEMPLATE = ops.template, accept = false);
CREATE TEXT SEARCH DICTIONARY ops.english (TEMPLATE = snowball, language = english, stopwords = 'english');
CREATE TEXT SEARCH CONFIGURATION ops."Configuration" (PARSER = ops.parser);
ALTER TEXT SEARCH CONFIGURATION ops."Configuration" ADD MAPPING FOR asciiword, word WITH ops."Dictionary", ops.english;
ALTER TEXT SEARCH CONFIGURATION ops."Configuration" ADD MAPPING FOR email WITH simple;
CREATE TABLE ops.documents (body text, v tsvector GENERATED ALWAYS AS (to_tsvector('ops."Configuration"', body)) STORED);
INSERT INTO ops.documents VALUES ('The quick brown foxes jumped'), ('nobody@example.org wrote');
CREATE INDEX ON ops.documents USING gin (v);
CREATE DEFAULT CONVERSION ops.conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE STATISTICS ops.stats (ndistinct, dependencies, mcv) ON id, n, t FROM idx.t;
ALTER STATISTICS ops.stats SET STATISTICS 55;
