-- What the corruption suite damages: one of each thing, with rows in it.
CREATE EXTENSION hstore;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA app;
CREATE TYPE app.status AS ENUM ('new', 'paid', 'sent');
CREATE DOMAIN app.email AS text CHECK (value ~ '@');
CREATE TABLE app.customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email app.email UNIQUE,
  attributes public.hstore,
  name text NOT NULL DEFAULT 'nobody'
);
INSERT INTO app.customers (email, attributes, name)
  SELECT 'c' || i || '@example.org', 'plan=>free', 'Customer ' || i FROM generate_series(1, 1000) i;
CREATE TABLE app.orders (
  id serial PRIMARY KEY,
  customer bigint NOT NULL REFERENCES app.customers,
  status app.status NOT NULL DEFAULT 'new',
  amount numeric(10, 2) CHECK (amount >= 0),
  placed timestamptz NOT NULL DEFAULT '2026-01-01'
);
INSERT INTO app.orders (customer, status, amount)
  SELECT 1 + i % 1000, (ARRAY['new', 'paid', 'sent'])[1 + i % 3]::app.status, i * 1.5 FROM generate_series(1, 5000) i;
CREATE SEQUENCE app.tickets;
SELECT setval('app.tickets', 99, false);
CREATE INDEX orders_placed ON app.orders (placed);
CREATE STATISTICS app.orders_statistics ON customer, status FROM app.orders;
CREATE TABLE app.payments (id int PRIMARY KEY, paid numeric);
INSERT INTO app.payments SELECT i, i FROM generate_series(1, 200) i;
CREATE TABLE app.events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE app.events_2025 PARTITION OF app.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO app.events SELECT '2025-07-01'::date + i, 'event ' || i FROM generate_series(1, 300) i;
CREATE TABLE app.secrets (owner text, secret text);
INSERT INTO app.secrets SELECT 'owner ' || i % 3, md5(i::text) FROM generate_series(1, 90) i;
ALTER TABLE app.secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.secrets USING (owner = current_user);
CREATE VIEW app.open_orders AS SELECT id, amount FROM app.orders WHERE status = 'new';
CREATE MATERIALIZED VIEW app.totals AS SELECT customer, sum(amount) AS total FROM app.orders GROUP BY customer;
CREATE FUNCTION app.with_tax(amount numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 1.2';
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.placed := now(); RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE RULE no_delete AS ON DELETE TO app.payments DO INSTEAD NOTHING;
CREATE ROLE proof_reader;
GRANT USAGE ON SCHEMA app TO proof_reader;
GRANT SELECT ON app.orders TO proof_reader;
GRANT SELECT (name) ON app.customers TO proof_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO proof_reader;
COMMENT ON TABLE app.orders IS 'What customers ordered';
SELECT lo_from_bytea(0, 'one'), lo_from_bytea(0, 'two');
DO $$ DECLARE o oid = (SELECT min(oid) FROM pg_largeobject_metadata); BEGIN EXECUTE format('ALTER LARGE OBJECT %s OWNER TO proof_reader', o); EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO PUBLIC', o); EXECUTE format('COMMENT ON LARGE OBJECT %s IS ''first''', o); END $$;
