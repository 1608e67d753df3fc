-- Functions, procedures, aggregates, window functions, transforms and a language.
CREATE SCHEMA fn;
CREATE FUNCTION fn.defaults(a int, b text DEFAULT 'it''s; $$ \ ', VARIADIC c int[] DEFAULT '{}') RETURNS text
  LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER LEAKPROOF COST 77 PARALLEL RESTRICTED
  SET search_path = fn, pg_temp SET work_mem = '1MB' SET DateStyle FROM CURRENT
  AS $body$ BEGIN RETURN a || b || '$$' || $x$ \n $x$ || array_length(c, 1); END $body$;
CREATE FUNCTION fn.rows_out(IN a int, OUT b int, INOUT c text DEFAULT NULL) RETURNS SETOF record LANGUAGE sql ROWS 42 AS 'SELECT a, c';
CREATE FUNCTION fn.tabled(n int) RETURNS TABLE ("Select" int, "a b" text) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT n, 'x' $$;
CREATE FUNCTION fn.over(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION fn.over(text) RETURNS int LANGUAGE sql AS 'SELECT length($1)';
CREATE FUNCTION fn.over(anyelement, anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION fn.odd_lines() RETURNS text LANGUAGE sql AS E'SELECT ''tab\t cr\r\n lf\n\\\\.\n\\\\.'' -- comment\n';
CREATE FUNCTION fn.built_in(int, int) RETURNS int LANGUAGE internal IMMUTABLE STRICT AS 'int4pl';
CREATE FUNCTION fn.ranked() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_rank';
CREATE PROCEDURE fn.proc(INOUT a int, b text DEFAULT '') LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
CREATE FUNCTION fn.of_row(t kinds.used) RETURNS text LANGUAGE sql AS 'SELECT t.s';
CREATE FUNCTION fn.add_state(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT coalesce($1, 0) + coalesce($2, 0)';
CREATE FUNCTION fn.remove_state(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 - coalesce($2, 0)';
CREATE AGGREGATE fn.total(int) (SFUNC = fn.add_state, STYPE = int, INITCOND = '0', COMBINEFUNC = fn.add_state, PARALLEL = SAFE,
  MSFUNC = fn.add_state, MINVFUNC = fn.remove_state, MSTYPE = int, MINITCOND = '0', MFINALFUNC_EXTRA = false);
CREATE AGGREGATE fn.middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE fn.my_rank(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE fn.biggest(int) (SFUNC = int4larger, STYPE = int, SORTOP = >);
CREATE AGGREGATE fn.count_all(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE TRANSFORM FOR kinds.base LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE TRANSFORM FOR int LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE FUNCTION fn.transformed(kinds.base) RETURNS int TRANSFORM FOR TYPE kinds.base LANGUAGE sql AS 'SELECT 1';
-- pg_dump writes a language whole only where its handler is not the system's own.
CREATE FUNCTION fn.lang_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION fn.lang_inline(internal) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION fn.lang_check(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE torture_lang HANDLER fn.lang_handler INLINE fn.lang_inline VALIDATOR fn.lang_check;
CREATE FUNCTION fn.in_own_language() RETURNS int LANGUAGE torture_lang AS 'BEGIN RETURN 1; END';
