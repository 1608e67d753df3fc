-- Bodies that are parsed, with what they depend on.
CREATE FUNCTION fn.atomic(a int, b text DEFAULT 'x') RETURNS bigint LANGUAGE sql STABLE
  BEGIN ATOMIC SELECT count(*) FROM kinds.used u WHERE u.id > a AND u.nocase <> atomic.b; END;
CREATE FUNCTION fn.returning(a int) RETURNS int LANGUAGE sql IMMUTABLE RETURN fn.built_in(a, 1);
CREATE PROCEDURE fn.writes(IN a int, OUT b int) LANGUAGE sql
  BEGIN ATOMIC INSERT INTO cols.empty VALUES (a, 'never called'); SELECT a; END;
-- Grouped by a primary key alone: it can only be made after that key.
CREATE FUNCTION fn.by_key() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC SELECT t FROM idx.t GROUP BY id; END;
