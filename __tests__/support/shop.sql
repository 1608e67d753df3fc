CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm;
CREATE SCHEMA app; CREATE SCHEMA "we ird ""q""; drop $x";
CREATE TYPE app.status AS ENUM ('new','paid','sent');
CREATE DOMAIN app.email AS text CHECK (value ~ '@');
CREATE TYPE app.addr AS (street text, zip text);
CREATE TABLE app.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email app.email UNIQUE, h public.hstore, a app.addr, tags text[], n int GENERATED ALWAYS AS (length(email::text)) STORED);
INSERT INTO app.customers (email,h,a,tags) SELECT 'c'||i||'@x.y', 'a=>1', ROW('s','z')::app.addr, ARRAY['a','b'] FROM generate_series(1,1000) i;
CREATE TABLE app.orders (id serial PRIMARY KEY, customer bigint REFERENCES app.customers, st app.status, at timestamptz DEFAULT now(), amount numeric);
INSERT INTO app.orders (customer, st, amount) SELECT 1+i%1000, (ARRAY['new','paid','sent'])[1+i%3]::app.status, i*1.5 FROM generate_series(1,5000) i;
CREATE TABLE app.ev (at date, x int) PARTITION BY RANGE (at);
CREATE TABLE app.ev_24 PARTITION OF app.ev FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.ev_25 PARTITION OF app.ev FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY HASH (x);
CREATE TABLE app.ev_25a PARTITION OF app.ev_25 FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE app.ev_25b PARTITION OF app.ev_25 FOR VALUES WITH (modulus 2, remainder 1);
INSERT INTO app.ev SELECT '2024-06-01'::date + i, i FROM generate_series(1,500) i;
CREATE TABLE "we ird ""q""; drop $x"."-ta""b
le 'é:foo" ("col;1" int, "\q" text);
INSERT INTO "we ird ""q""; drop $x"."-ta""b
le 'é:foo" VALUES (1,'\.'),(2,'::error::x');
CREATE VIEW app.v AS SELECT * FROM app.orders WHERE amount > 10;
CREATE MATERIALIZED VIEW app.mv AS SELECT count(*) c FROM app.orders; CREATE MATERIALIZED VIEW app.mv0 AS SELECT 1 x WITH NO DATA;
CREATE FUNCTION app.f(x int) RETURNS int LANGUAGE sql AS 'SELECT $1+1';
CREATE UNLOGGED TABLE app.cache (k text, v text); INSERT INTO app.cache VALUES ('a','b');
CREATE TABLE app.parent (a int); CREATE TABLE app.child (b int) INHERITS (app.parent); INSERT INTO app.child VALUES (1,2); INSERT INTO app.parent VALUES (5);
CREATE TABLE app.nocols (); INSERT INTO app.nocols DEFAULT VALUES;
SELECT lo_create(0), lo_create(0);
CREATE INDEX ON app.orders (at); CREATE STATISTICS app.st ON id, amount FROM app.orders;
ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON app.orders USING (true);
