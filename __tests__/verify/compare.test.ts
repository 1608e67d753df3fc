import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { borderMajors } from '../support/majors.js';
import { problems, Restored } from '../support/compare-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: comparing: ${rigMissing}\n`);

const MORE = [
  'CREATE TABLE app.hashed (st app.status, n int) PARTITION BY HASH (st)',
  'CREATE TABLE app.hashed_0 PARTITION OF app.hashed FOR VALUES WITH (modulus 2, remainder 0)',
  'CREATE TABLE app.hashed_1 PARTITION OF app.hashed FOR VALUES WITH (modulus 2, remainder 1)',
  `INSERT INTO app.hashed SELECT (ARRAY['new','paid','sent'])[1+i%3]::app.status, i FROM generate_series(1,300) i`,
  `CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
  'CREATE TRIGGER touch BEFORE UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.touch()',
  'CREATE ROLE reader; GRANT SELECT ON app.orders TO reader',
  `COMMENT ON TABLE app.orders IS 'what was ordered'`,
];

/** What is done to a restored copy, and all that must come out. */
const DAMAGES: Record<string, [sql: string, found: string[]]> = {
  'a row missing': ['DELETE FROM app.orders WHERE id = 7', ['table app.orders: 5,000 rows / 4,999 rows']],
  'a row twice': ['INSERT INTO app.child VALUES (1, 2)', ['table app.child: 1 row / 2 rows']],
  'a value changed': [
    'UPDATE app.orders SET amount = amount + 1 WHERE id = 7',
    ['table app.orders: 5,000 rows as they were / 5,000 rows, not all of them as they were'],
  ],
  'a table empty': ['TRUNCATE app.ev_24', ['table app.ev_24: 213 rows / 0 rows']],
  'a table missing': [
    'DROP TABLE app.cache',
    [
      'object table app.cache: present / missing',
      'object kind table: 15 / 14',
      'table app.cache: 1 row / missing',
    ],
  ],
  'a hash partition missing': [
    'DELETE FROM app.hashed; DROP TABLE app.hashed_1',
    [
      'object table app.hashed_1: present / missing',
      'object table attach app.hashed_1: present / missing',
      'object kind table: 15 / 14',
      'table app.hashed: 300 rows / 0 rows',
      'table app.hashed_1: a partition of app.hashed / missing',
    ],
  ],
  'a partition detached': [
    'ALTER TABLE app.ev DETACH PARTITION app.ev_24',
    ['object table attach app.ev_24: present / missing'],
  ],
  'a sequence reset': [`SELECT setval('app.orders_id_seq', 1)`, ['sequence app.orders_id_seq: 5000 / 1']],
  'an index missing': [
    'DROP INDEX app.orders_at_idx',
    ['object index app.orders_at_idx: present / missing', 'object kind index: 4 / 3'],
  ],
  'a constraint missing': [
    'ALTER TABLE app.orders DROP CONSTRAINT orders_customer_fkey',
    [
      'object fk constraint app.orders orders_customer_fkey: present / missing',
      'object kind foreign key: 1 / 0',
    ],
  ],
  'a trigger missing': [
    'DROP TRIGGER touch ON app.orders',
    ['object trigger app.orders touch: present / missing', 'object kind trigger: 1 / 0'],
  ],
  'a view missing': ['DROP VIEW app.v', ['object view app.v: present / missing', 'object kind view: 1 / 0']],
  'a view changed': [
    'CREATE OR REPLACE VIEW app.v AS SELECT * FROM app.orders WHERE amount > 11',
    ['object view app.v: the definition of the backup / another definition'],
  ],
  'a function changed': [
    `CREATE OR REPLACE FUNCTION app.f(x int) RETURNS int LANGUAGE sql AS 'SELECT $1+2'`,
    ['object function app.f(integer): the definition of the backup / another definition'],
  ],
  'a default changed': [
    "ALTER TABLE app.orders ALTER at SET DEFAULT now() + interval '1 day'",
    ['object table app.orders: the definition of the backup / another definition'],
  ],
  'a policy missing': [
    'DROP POLICY p ON app.orders',
    ['object policy app.orders p: present / missing', 'object kind policy: 1 / 0'],
  ],
  'row-level security off': [
    'ALTER TABLE app.orders DISABLE ROW LEVEL SECURITY',
    ['object row security app.orders: present / missing'],
  ],
  'a grant missing': [
    'REVOKE SELECT ON app.orders FROM reader',
    ['object privileges of table app.orders: present / missing'],
  ],
  'a comment missing': [
    'COMMENT ON TABLE app.orders IS NULL',
    ['object comment of table app.orders: present / missing'],
  ],
  'an owner changed': [
    'ALTER TABLE app.child OWNER TO reader',
    ['object table app.child: the definition of the backup / another definition'],
  ],
  'a large object lost': [
    'SELECT lo_unlink(min(oid)) FROM pg_largeobject_metadata',
    ['large objects all: 2 large objects / 1 large object'],
  ],
  'an extension missing': [
    'DROP EXTENSION pg_trgm',
    [
      'object extension pg_trgm: present / missing',
      'object comment of extension pg_trgm: present / missing',
      'extension pg_trgm: VERSION / missing',
      'object kind extension: 2 / 1',
    ],
  ],
  'a materialized view without rows': [
    'REFRESH MATERIALIZED VIEW app.mv WITH NO DATA',
    ['materialized view app.mv: populated / not populated'],
  ],
  'a materialized view missing': [
    'DROP MATERIALIZED VIEW app.mv',
    [
      'object materialized view app.mv: present / missing',
      'object kind materialized view: 2 / 1',
      'materialized view app.mv: populated / missing',
    ],
  ],
  'something that the backup does not hold': [
    'CREATE TABLE app.more (n int); INSERT INTO app.more VALUES (1)',
    [
      'object table app.more: missing / present',
      'object kind table: 15 / 16',
      'table app.more: no rows in the backup / rows',
    ],
  ],
  'rows that row-level security hides from all but the owner': [
    'ALTER TABLE app.orders FORCE ROW LEVEL SECURITY',
    ['object table app.orders: the definition of the backup / another definition'],
  ],
};

/** PostgreSQL 13 has no entry of its own for a partition's place. */
const ATTACHED = 'object table attach ';
const of13 = (expected: string[]): string[] =>
  expected.length === 1
    ? expected.map((text) =>
        text.replace(
          /^object table attach (.*): .*/,
          'object table $1: the definition of the backup / another definition',
        ),
      )
    : expected.filter((text) => !text.startsWith(ATTACHED));

const suite = rigMissing === undefined ? describe.each(borderMajors()) : describe.skip.each([0]);

suite('comparing a restored database of PostgreSQL %i', (major) => {
  let rig: Rig;
  let restored: Restored;

  beforeAll(async () => {
    rig = await Rig.start(major);
    const source = await rig.shop('shop');
    await source.exec(...MORE);
    const published = await rig.publish('shop', { fingerprint: 'content' });
    restored = await Restored.create(rig, published, 'copy');
  });
  afterAll(() => rig.stop());

  it('finds a faithful copy equal in everything', async () => {
    const findings = await restored.compare();
    expect(problems(findings)).toEqual([]);
    const kinds = new Set(findings.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      'collation',
      'definitions',
      'extension',
      'generated columns',
      'large objects',
      'materialized view',
      'object kind',
      'sequence',
      'table',
    ]);
    expect(findings.filter(({ kind }) => kind === 'table')).toHaveLength(
      restored.published.fingerprint.tables.length,
    );
  });

  it.each(Object.entries(DAMAGES))('notices %s, and names nothing else', async (what, [sql, expected]) => {
    const name = `damaged: ${what}`;
    const copy = await restored.clone(name);
    await copy.exec(sql);
    const found = problems(await restored.compare({ database: name }));
    await copy.close();
    expect(found.map((text) => text.replace(/version [\d.]+/, 'VERSION'))).toEqual(
      major === 13 ? of13(expected) : expected,
    );
  });
});
