-- Extensions in schemas of their own, with members that tables refer to further on.
CREATE SCHEMA ext;
CREATE SCHEMA "Ext schema";
CREATE EXTENSION hstore SCHEMA ext;
CREATE EXTENSION citext SCHEMA "Ext schema";
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE EXTENSION ltree SCHEMA ext;
CREATE EXTENSION btree_gist SCHEMA ext;
CREATE EXTENSION "uuid-ossp" SCHEMA "Ext schema";
CREATE EXTENSION postgres_fdw SCHEMA ext;
CREATE EXTENSION bloom SCHEMA ext;
CREATE EXTENSION cube SCHEMA ext;
CREATE EXTENSION unaccent SCHEMA ext;
CREATE EXTENSION intarray SCHEMA ext;
CREATE SCHEMA extra;
CREATE TABLE extra.members (
  id uuid PRIMARY KEY DEFAULT "Ext schema".uuid_generate_v5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'torture'),
  tags ext.hstore DEFAULT ext.hstore('a', 'b'),
  mail "Ext schema".citext UNIQUE,
  path ext.ltree,
  cubes ext.cube[],
  n int
);
INSERT INTO extra.members (id, tags, mail, path, cubes, n)
  SELECT "Ext schema".uuid_generate_v5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', i::text),
    ext.hstore(ARRAY['k', i::text, 'a "quoted" key', 'back\slash', 'null', NULL]),
    'User' || i || '@Example.org', ('Top.a' || i)::ext.ltree, ARRAY[ext.cube(i), ext.cube(ARRAY[i, 1.5, -2])], i
  FROM generate_series(1, 50) i;
CREATE INDEX ON extra.members USING gin (tags);
CREATE INDEX ON extra.members USING gist (path ext.gist_ltree_ops);
CREATE INDEX members_siglen ON extra.members USING gist (path ext.gist_ltree_ops (siglen = 32));
CREATE INDEX ON extra.members USING gin ((mail::text) ext.gin_trgm_ops);
CREATE INDEX ON extra.members USING bloom (n) WITH (length = 64, col1 = 3);
ALTER TABLE extra.members ADD EXCLUDE USING gist (n WITH =, path WITH OPERATOR(ext.=));
CREATE DOMAIN extra.mail AS "Ext schema".citext CHECK (VALUE::text ~ '@');
COMMENT ON EXTENSION hstore IS 'a comment of ours on an extension';
