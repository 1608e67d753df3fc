-- Names that break what quotes or parses badly, for every kind of object.
DO $torture$
DECLARE
  names text[] := ARRAY[
    'select', 'USER', 'MiXed', 'with space', ' lead', 'trail ', 'trail.', 'a.b', '.', '-lead', '--', '''', '"', 'a"b''c', '$', '$1', '$$', ';', E'new\nline', E'cr\rlf\r\n', E'tab\t',
    '\', '\.', 'back\slash', '%', '%s', '*', '?', '[a-z]', '|', '&', '#', '/*', '!', '~', '`', '{', '()', ',', 'ünïcödé', '日本語', '😀', '0', '1e5', 'null', repeat('x', 63), repeat('é', 31), '=', ':', '::', '@', '^', '<>', 'a=b', 'NOT NULL', 'TABLE DATA x y', 'x; Type: TABLE'];
  s text; t text; n int := 0;
BEGIN
  CREATE SCHEMA names;
  FOREACH t IN ARRAY names LOOP
    n := n + 1;
    s := format('%I', t);
    EXECUTE format('CREATE SCHEMA %s', s);
    EXECUTE format('CREATE TYPE %s.%s AS ENUM (%L)', s, s, t);
    EXECUTE format('CREATE DOMAIN names.%s AS text CONSTRAINT %s CHECK (VALUE <> %L)', s, s, t || 'x');
    EXECUTE format('CREATE SEQUENCE names.%I', left(t, 25) || '~s');
    EXECUTE format('SELECT setval(%L, %s)', format('names.%I', left(t, 25) || '~s'), n);
    EXECUTE format('CREATE TABLE names.%I (%s text CONSTRAINT %s CHECK (%s <> ''''), id int PRIMARY KEY, e %s.%s)', left(t, 25) || '~t', s, s, s, s, s);
    EXECUTE format('INSERT INTO names.%I VALUES (%L, %s, %L), (%L, -1, NULL)', left(t, 25) || '~t', t, n, t, t || E'\n\\.');
    EXECUTE format('CREATE INDEX %I ON names.%I (%s)', left(t, 25) || '~i', left(t, 25) || '~t', s);
    EXECUTE format('CREATE VIEW names.%I AS SELECT %s AS %s FROM names.%I %s', left(t, 25) || '~v', s, s, left(t, 25) || '~t', s);
    EXECUTE format('CREATE FUNCTION names.%s(%s int DEFAULT 1) RETURNS text LANGUAGE sql AS %L', s, s, format('SELECT %L::text', t));
    EXECUTE format('CREATE TRIGGER %s BEFORE INSERT ON names.%I FOR EACH ROW EXECUTE FUNCTION trig.note(%L)', s, left(t, 25) || '~t', t);
    EXECUTE format('CREATE POLICY %s ON names.%I USING (%s <> %L)', s, left(t, 25) || '~t', s, t);
    EXECUTE format('CREATE RULE %s AS ON DELETE TO names.%I DO INSTEAD NOTHING', s, left(t, 25) || '~t');
    EXECUTE format('CREATE STATISTICS names.%I ON %s, id FROM names.%I', left(t, 25) || '~st', s, left(t, 25) || '~t');
    EXECUTE format('COMMENT ON TABLE names.%I IS %L', left(t, 25) || '~t', t || E'\n-- Name: x; Type: TABLE; Schema: y\n\\.');
    EXECUTE format('CREATE TABLE %s.%s ("%s" int)', s, CASE WHEN n % 2 = 0 THEN format('%I', left(t, 25) || '~T') ELSE 't' END, n);
  END LOOP;
END $torture$;
