-- Domains, enums, ranges, composite, base and shell types; casts; collations.
CREATE SCHEMA kinds;
CREATE COLLATION kinds.german (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
CREATE COLLATION kinds.nocase (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE COLLATION kinds.plain (PROVIDER = libc, LOCALE = 'C');
CREATE COLLATION kinds.copy FROM "C";
CREATE TYPE kinds.mood AS ENUM ('sad', 'ok', 'happy', 'it''s', '"quoted"', 'ünïcödé', '');
ALTER TYPE kinds.mood ADD VALUE 'between' BEFORE 'happy';
ALTER TYPE kinds.mood RENAME VALUE 'ok' TO 'O K';
CREATE TYPE kinds.nothing AS ENUM ();
CREATE TYPE kinds.point3 AS (x float8, y float8, z float8, label text COLLATE "C");
CREATE TYPE kinds.empty AS ();
CREATE TYPE kinds.nested AS (p kinds.point3[], m kinds.mood);
CREATE TYPE kinds.floats AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE FUNCTION kinds.text_length(text, text) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT (length($1) - length($2))::float8';
CREATE TYPE kinds.texts AS RANGE (subtype = text, collation = "C", subtype_diff = kinds.text_length);
CREATE DOMAIN kinds.positive AS int DEFAULT 1 NOT NULL CONSTRAINT above_zero CHECK (VALUE > 0) CONSTRAINT below CHECK (VALUE < 1000000);
CREATE DOMAIN kinds.even AS kinds.positive CHECK (VALUE % 2 = 0);
CREATE DOMAIN kinds.words AS text[] CHECK (array_length(VALUE, 1) < 10);
CREATE DOMAIN kinds.near AS kinds.point3 CHECK ((VALUE).x < 100);
CREATE DOMAIN kinds.sorted AS text COLLATE kinds.german;
CREATE DOMAIN kinds.unchecked AS int;
CREATE TABLE kinds.unchecked_rows (v kinds.unchecked);
INSERT INTO kinds.unchecked_rows VALUES (-1), (1);
ALTER DOMAIN kinds.unchecked ADD CONSTRAINT later CHECK (VALUE > 0) NOT VALID;
CREATE TYPE kinds.shell;
CREATE TYPE kinds.base;
CREATE FUNCTION kinds.base_in(cstring) RETURNS kinds.base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION kinds.base_out(kinds.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE kinds.base (INPUT = kinds.base_in, OUTPUT = kinds.base_out, LIKE = int4, DEFAULT = '42', CATEGORY = 'N', DELIMITER = ';');
CREATE CAST (kinds.base AS int4) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (int4 AS kinds.base) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (kinds.mood AS kinds.point3) WITH INOUT;
CREATE FUNCTION kinds.x(kinds.point3) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).x::int';
CREATE CAST (kinds.point3 AS int) WITH FUNCTION kinds.x(kinds.point3) AS ASSIGNMENT;
CREATE TABLE kinds.used (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  m kinds.mood DEFAULT 'sad', n kinds.nested, p kinds.point3[], f kinds.floats, t kinds.texts, e kinds.even, w kinds.words,
  near kinds.near, s kinds.sorted, b kinds.base DEFAULT '7', bs kinds.base[], nothing kinds.nothing, em kinds.empty,
  nocase text COLLATE kinds.nocase UNIQUE, CHECK (m <> 'it''s' OR id > 0)
);
INSERT INTO kinds.used (m, n, p, f, t, e, w, near, s, b, bs, em, nocase)
  SELECT (enum_range(NULL::kinds.mood))[1 + i % 8],
    ROW(ARRAY[ROW(i, 'NaN', '-Infinity', E'a "b", (c)\n\\')::kinds.point3, NULL], NULL)::kinds.nested,
    ARRAY[ROW(1, 2, 3, NULL)::kinds.point3], kinds.floats(i, i + 0.1), kinds.texts('a', 'b' || i, '[]'), 2 * i,
    ARRAY['x', NULL, 'NULL', ''], ROW(i % 100, 1, 2, '')::kinds.point3, 'Straße ' || i, i, ARRAY[1, i]::int[]::kinds.base[], ROW()::kinds.empty, 'N' || i
  FROM generate_series(1, 200) i;
INSERT INTO kinds.used (e, f) VALUES (2, 'empty'), (4, '[,)'), (6, '[-Infinity,NaN)');
CREATE TABLE kinds.typed OF kinds.point3 (x NOT NULL, PRIMARY KEY (y));
INSERT INTO kinds.typed VALUES (1, 2, 3, 'of a type');
