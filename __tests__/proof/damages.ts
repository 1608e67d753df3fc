import type { FindingKind } from '../../src/verify/types.js';

/** Something that goes wrong with a database's content, as SQL that does it. */
export interface Damage {
  name: string;
  sql: readonly string[];
  /** Shows in an archive alone: nothing of it is restored into another database. */
  archived?: true;
  /** Shows only where the content is hashed. */
  content?: true;
  /** One of these must be what the verification names. */
  finding: { kind: FindingKind; name: RegExp };
}

const definition = (name: RegExp): Damage['finding'] => ({ kind: 'object', name });
const table = (name: RegExp): Damage['finding'] => ({ kind: 'table', name });

/** Runs a statement on the first large object. */
const ofLargeObject = (statement: string): string =>
  `DO $$ BEGIN EXECUTE (SELECT format('${statement}', min(oid)) FROM pg_largeobject_metadata); END $$`;

export const DAMAGES: readonly Damage[] = [
  {
    name: 'one row is missing',
    sql: ['DELETE FROM app.orders WHERE id = 4711'],
    finding: table(/app\.orders/),
  },
  {
    name: 'one row is there twice',
    sql: ['INSERT INTO app.secrets SELECT * FROM app.secrets LIMIT 1'],
    finding: table(/app\.secrets/),
  },
  {
    name: 'one value is another',
    sql: ["UPDATE app.customers SET name = 'Customer 18' WHERE name = 'Customer 17'"],
    content: true,
    finding: table(/app\.customers/),
  },
  {
    name: 'one value is null',
    sql: ["UPDATE app.customers SET email = NULL WHERE name = 'Customer 17'"],
    content: true,
    finding: table(/app\.customers/),
  },
  {
    name: 'values of two rows are swapped',
    sql: ['UPDATE app.payments SET paid = CASE id WHEN 1 THEN 2 ELSE 1 END WHERE id IN (1, 2)'],
    content: true,
    finding: table(/app\.payments/),
  },
  { name: 'a table is empty', sql: ['TRUNCATE app.payments'], finding: table(/app\.payments/) },
  { name: 'a table is missing', sql: ['DROP TABLE app.payments'], finding: table(/app\.payments/) },
  {
    name: 'three quarters of the rows are missing',
    sql: ['DELETE FROM app.orders WHERE id % 4 <> 0', "DELETE FROM app.secrets WHERE secret < 'c'"],
    finding: table(/app\.orders/),
  },
  { name: 'a partition is missing', sql: ['DROP TABLE app.events_2026'], finding: table(/app\.events_2026/) },
  {
    name: 'a partition is detached',
    sql: ['ALTER TABLE app.events DETACH PARTITION app.events_2026'],
    finding: definition(/events_2026/),
  },
  {
    name: 'a sequence starts again',
    sql: ["SELECT setval('app.orders_id_seq', 1, false)"],
    finding: { kind: 'sequence', name: /app\.orders_id_seq/ },
  },
  {
    name: 'a sequence that nobody has used begins elsewhere',
    sql: ["SELECT setval('app.tickets', 1, false)"],
    finding: { kind: 'sequence', name: /app\.tickets/ },
  },
  {
    name: 'a sequence gives its last value again',
    sql: ["SELECT setval('app.orders_id_seq', 5000, false)"],
    finding: { kind: 'sequence', name: /app\.orders_id_seq/ },
  },
  {
    name: 'a sequence passes over its first value',
    sql: ["SELECT setval('app.tickets', 99, true)"],
    finding: { kind: 'sequence', name: /app\.tickets/ },
  },
  {
    name: 'an index is missing',
    sql: ['DROP INDEX app.orders_placed'],
    finding: definition(/orders_placed/),
  },
  {
    name: 'an index is not valid',
    sql: ["UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.orders_placed'::regclass"],
    finding: definition(/orders_placed/),
  },
  {
    name: 'a primary key is missing',
    sql: ['ALTER TABLE app.payments DROP CONSTRAINT payments_pkey'],
    finding: definition(/payments_pkey/),
  },
  {
    name: 'a foreign key is missing',
    sql: ['ALTER TABLE app.orders DROP CONSTRAINT orders_customer_fkey'],
    finding: definition(/orders_customer_fkey/),
  },
  {
    name: 'a check is missing',
    sql: ['ALTER TABLE app.orders DROP CONSTRAINT orders_amount_check'],
    finding: definition(/orders/),
  },
  {
    name: 'a column may be null',
    sql: ['ALTER TABLE app.orders ALTER customer DROP NOT NULL'],
    finding: definition(/orders/),
  },
  {
    name: 'a default is another',
    sql: ["ALTER TABLE app.customers ALTER name SET DEFAULT 'somebody'"],
    finding: definition(/customers/),
  },
  { name: 'a trigger is missing', sql: ['DROP TRIGGER touch ON app.orders'], finding: definition(/touch/) },
  {
    name: 'a trigger is disabled',
    sql: ['ALTER TABLE app.orders DISABLE TRIGGER touch'],
    finding: definition(/touch/),
  },
  { name: 'a view is missing', sql: ['DROP VIEW app.open_orders'], finding: definition(/open_orders/) },
  {
    name: 'a view is another',
    sql: [
      "CREATE OR REPLACE VIEW app.open_orders AS SELECT id, amount FROM app.orders WHERE status = 'paid'",
    ],
    finding: definition(/open_orders/),
  },
  {
    name: 'a materialized view was not filled',
    sql: ['REFRESH MATERIALIZED VIEW app.totals WITH NO DATA'],
    finding: { kind: 'materialized view', name: /app\.totals/ },
  },
  { name: 'a function is missing', sql: ['DROP FUNCTION app.with_tax'], finding: definition(/with_tax/) },
  {
    name: 'a function is another',
    sql: [
      "CREATE OR REPLACE FUNCTION app.with_tax(amount numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 1.1'",
    ],
    finding: definition(/with_tax/),
  },
  { name: 'a policy is missing', sql: ['DROP POLICY own ON app.secrets'], finding: definition(/own/) },
  {
    name: 'row-level security is off',
    sql: ['ALTER TABLE app.secrets DISABLE ROW LEVEL SECURITY'],
    finding: definition(/secrets/),
  },
  {
    name: 'a rule is missing',
    sql: ['DROP RULE no_delete ON app.payments'],
    finding: definition(/no_delete/),
  },
  {
    name: 'a grant is missing',
    sql: ['REVOKE SELECT ON app.orders FROM proof_reader'],
    finding: definition(/orders/),
  },
  {
    name: "a column's grant is missing",
    sql: ['REVOKE SELECT (name) ON app.customers FROM proof_reader'],
    finding: definition(/customers/),
  },
  {
    name: 'default privileges are missing',
    sql: ['ALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE SELECT ON TABLES FROM proof_reader'],
    finding: definition(/DEFAULT/),
  },
  {
    name: 'an owner is another',
    sql: ['ALTER TABLE app.payments OWNER TO proof_reader'],
    finding: definition(/payments/),
  },
  {
    name: 'an enum has one label more',
    sql: ["ALTER TYPE app.status ADD VALUE 'returned'"],
    finding: definition(/status/),
  },
  {
    name: 'a comment is missing',
    sql: ['COMMENT ON TABLE app.orders IS NULL'],
    finding: definition(/orders/),
  },
  {
    name: 'extended statistics are missing',
    sql: ['DROP STATISTICS app.orders_statistics'],
    finding: definition(/orders_statistics/),
  },
  {
    name: 'a large object is lost',
    sql: ['SELECT lo_unlink(min(oid)) FROM pg_largeobject_metadata'],
    finding: { kind: 'large objects', name: /.*/ },
  },
  {
    name: "a large object's content is another",
    sql: ["SELECT lo_put(min(oid), 0, 'O') FROM pg_largeobject_metadata"],
    content: true,
    finding: { kind: 'large objects', name: /content/ },
  },
  {
    name: 'a large object has another owner',
    sql: [ofLargeObject('ALTER LARGE OBJECT %s OWNER TO CURRENT_USER')],
    finding: { kind: 'large objects', name: /owners/ },
  },
  {
    name: "a large object's grant is missing",
    sql: [ofLargeObject('REVOKE SELECT ON LARGE OBJECT %s FROM PUBLIC')],
    finding: { kind: 'large objects', name: /privileges/ },
  },
  {
    name: "a large object's comment is missing",
    sql: [ofLargeObject('COMMENT ON LARGE OBJECT %s IS NULL')],
    finding: { kind: 'large objects', name: /comments/ },
  },
  {
    name: 'a setting of the database is another',
    sql: ["ALTER DATABASE damaged SET work_mem = '7MB'"],
    archived: true,
    finding: { kind: 'definitions', name: /settings of the database/ },
  },
  {
    name: 'a grant on the database is another',
    sql: ['GRANT CREATE ON DATABASE damaged TO proof_reader'],
    archived: true,
    finding: { kind: 'definitions', name: /privileges of the database/ },
  },
  {
    name: 'an extension is missing',
    sql: ['DROP EXTENSION pg_trgm'],
    finding: { kind: 'extension', name: /pg_trgm/ },
  },
];
