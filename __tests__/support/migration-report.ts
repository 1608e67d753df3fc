import type { Fact, MigrationReport } from '../../src/migrations/types.js';

const orders = { schema: 'public', name: 'orders' };
const customers = { schema: 'public', name: 'customers' };
const settings = { schema: 'public', name: 'settings' };
const sessions = { schema: 'public', name: 'sessions' };
const file = (line: number): { path: string; line: number } => ({
  path: 'db/migrations/20261120_totals.sql',
  line,
});

const ALTER_TYPE =
  "Add a column of the new type, fill it in batches, each in a transaction of its own, and let it take the old one's place.";

const FACTS: Fact[] = [
  {
    kind: 'data-loss',
    fails: true,
    message: 'Column public.customers.fax is gone, with 1,204 values.',
    statement: 3,
  },
  {
    kind: 'data-loss',
    fails: false,
    message:
      'Column public.orders.total has another type, bigint instead of numeric(10,2): its 2,140,332 values may have been altered.',
  },
  {
    kind: 'lock',
    fails: false,
    message: 'ACCESS EXCLUSIVE on public.orders was held for 5.0 s: reads and writes would have waited.',
    advice: ALTER_TYPE,
    statement: 1,
  },
  {
    kind: 'lock',
    fails: false,
    message: 'SHARE on public.sessions was held for 0.9 s: writes would have waited.',
    advice:
      '`CREATE INDEX CONCURRENTLY`, outside of a transaction, lets writes go on; drop the invalid index that it leaves when it fails.',
    statement: 2,
  },
  {
    kind: 'rewrite',
    fails: false,
    message: 'Table public.orders was written anew (412 MiB before).',
    advice: ALTER_TYPE,
    statement: 1,
  },
];

/** What is reported of a small shop's migrations: a column with values in it was dropped, a table rewritten. */
export function sampleMigrations(changes: Partial<MigrationReport> = {}): MigrationReport {
  return {
    version: 1,
    outcome: 'failed',
    backupId: '20261120T021703Z-k3fd',
    name: 'shop',
    snapshotAt: '2026-11-20T02:17:04.120Z',
    server: '17.7',
    databaseBytes: 1_288_490_188,
    startedAt: '2026-11-20T09:41:12.000Z',
    seconds: { restore: 18.4, sanitize: 0, before: 1.1, command: 5.6, after: 1.0 },
    command: { outcome: 'succeeded', exitCode: 0, seconds: 5.6, tail: [] },
    statements: [
      { sql: 'BEGIN', atMs: 310, ms: 0.1, session: '71' },
      {
        sql: '-- cents are enough\nALTER TABLE orders\n  ALTER COLUMN total TYPE bigint USING (total * 100)',
        atMs: 311,
        ms: 4188,
        session: '71',
        file: file(3),
      },
      {
        sql: 'CREATE INDEX sessions_user_id_idx ON sessions (user_id)',
        atMs: 4500,
        ms: 803,
        session: '71',
        file: file(7),
      },
      { sql: 'ALTER TABLE customers DROP COLUMN fax', atMs: 5304, ms: 2.4, session: '71' },
      {
        sql: "INSERT INTO settings VALUES ('…', '…'), ('…', '…')",
        atMs: 5307,
        ms: 0.6,
        session: '71',
      },
      { sql: 'COMMIT', atMs: 5349, ms: 12, session: '71' },
    ],
    statementsLeftOut: 0,
    locks: [
      {
        table: orders,
        mode: 'ACCESS EXCLUSIVE',
        ms: 5040,
        longestMs: 5040,
        blocks: 'reads and writes',
        statement: 1,
      },
      { table: sessions, mode: 'SHARE', ms: 852, longestMs: 852, blocks: 'writes', statement: 2 },
    ],
    effects: {
      rows: [
        { table: orders, before: 2_140_332, after: 2_140_332 },
        { table: customers, before: 48_210, after: 48_210 },
        { table: settings, before: 11, after: 13 },
      ],
      dropped: [],
      lost: [
        { table: customers, column: 'fax', how: 'dropped', values: 1204 },
        {
          table: orders,
          column: 'total',
          how: 'retyped',
          values: 2_140_332,
          types: { before: 'numeric(10,2)', after: 'bigint' },
        },
      ],
      rewritten: [{ table: orders, bytes: 432_013_312 }],
      invalidIndexes: [],
      notValid: [],
    },
    schema: [
      {
        change: 'changed',
        kind: 'TABLE',
        name: 'public.customers',
        diff: ['     name text NOT NULL,', '-    fax text,', '     country text'],
      },
      {
        change: 'changed',
        kind: 'TABLE',
        name: 'public.orders',
        diff: [
          '     customer_id bigint NOT NULL,',
          '-    total numeric(10,2) NOT NULL,',
          '+    total bigint NOT NULL,',
        ],
      },
      {
        change: 'added',
        kind: 'INDEX',
        name: 'public.sessions_user_id_idx',
        diff: ['+CREATE INDEX sessions_user_id_idx ON public.sessions USING btree (user_id);'],
      },
    ],
    facts: FACTS,
    notMeasured: [],
    ...changes,
  };
}
