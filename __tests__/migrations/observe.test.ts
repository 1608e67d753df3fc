import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HeldLock } from '../../src/migrations/types.js';
import type { Observed } from '../../src/migrations/observe/index.js';
import { startObserving } from '../../src/migrations/observe/index.js';
import { borderMajors } from '../support/majors.js';
import { scratchMissing } from '../postgres/scratch-rig.js';
import { DATABASE, ObserveRig } from './observe-rig.js';

if (scratchMissing !== undefined) process.stderr.write(`NOT RUN: observing: ${scratchMissing}\n`);
const suite = scratchMissing === undefined ? describe : describe.skip;

const sqlOf = (seen: Observed): string[] => seen.statements.map(({ sql }) => sql);
const lockOn = (seen: Observed, name: string): HeldLock | undefined =>
  seen.locks.find(({ table }) => table.name === name);
/** What is held for 50 ms is seen, unless the machine was so busy that nobody could look; then that is said. */
const seenOrSaid = (seen: Observed, name: string): boolean =>
  lockOn(seen, name) !== undefined || /Locks were not looked at/.test(seen.notMeasured.join());

suite.each(borderMajors())('observing PostgreSQL %s', (major) => {
  const rig = new ObserveRig();
  beforeAll(async () => {
    await rig.start(major);
    await rig.psql([
      'CREATE TABLE customers(id int PRIMARY KEY, name text); CREATE TABLE orders(id int); CREATE TABLE lines(id int)',
    ]);
  });
  afterAll(() => rig.stop());

  it('tells of statements, errors and times, and of nothing else', async () => {
    const seen = await rig.observe(async () => {
      await rig.psql([
        'SELECT 1',
        `  SELECT pg_sleep(0.05), 'it''s "quoted", and
in two lines' -- ünï\n`,
        `INSERT INTO customers VALUES (1, 'x');\nINSERT INTO customers VALUES (1, 'secret@example.org')`,
        'SELEC nonsense',
        `SELECT 'abc@example.org'::int`,
        `CREATE ROLE app${major} PASSWORD 'hunter2'`,
      ]);
      await rig.script(`/* ${'x'.repeat(300_000)} */ SELECT '${'y'.repeat(100_000)}'; SELECT 2`, 'postgres');
    });
    expect(sqlOf(seen).map((sql) => sql.slice(0, 100))).toEqual([
      'SELECT 1',
      `SELECT pg_sleep(0.05), 'it''s "quoted", and\nin two lines' -- ünï`,
      `INSERT INTO customers VALUES (1, 'x');\nINSERT INTO customers VALUES (1, 'secret@example.org')`,
      'SELEC nonsense',
      `SELECT 'abc@example.org'::int`,
      `CREATE ROLE app${major} PASSWORD '***'`,
      `/* ${'x'.repeat(97)}`,
      'SELECT 2',
    ]);
    expect(seen.statements[6]?.sql).toHaveLength(2000);
    expect(seen.statements.map(({ error }) => error?.sqlstate)).toEqual([
      ...[undefined, undefined, '23505', '42601', '22P02', undefined, undefined, undefined],
    ]);
    expect(JSON.stringify(seen.statements.map(({ error }) => error))).not.toContain('@example.org');
    expect(seen.statements[1]?.ms).toBeGreaterThanOrEqual(50);
    expect(seen.statements.every(({ ms, atMs }) => ms !== null && atMs >= 0)).toBe(true);
    expect(new Set(seen.statements.map(({ session }) => session)).size).toBe(2);
    expect(seen).toMatchObject({ leftOut: 0, openTransactions: [] });
  });

  it('takes parsing, binding and executing for one statement, without its parameters', async () => {
    const { connection } = rig.rehearsal;
    const host = /host='?([^' ]+)/.exec(connection.conninfo())?.[1] ?? '';
    await rig.psql([
      'CREATE EXTENSION postgres_fdw',
      `CREATE SERVER self FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${host}', port '5432', dbname '${DATABASE}')`,
      `CREATE USER MAPPING FOR shop_owner SERVER self OPTIONS (user 'shop_owner', password '${connection.env['PGPASSWORD'] ?? ''}')`,
      `CREATE FOREIGN TABLE far(id int, name text) SERVER self OPTIONS (schema_name 'public', table_name 'customers')`,
    ]);
    const seen = await rig.observe(() =>
      rig.psql([
        `INSERT INTO far VALUES (10, 'a value'), (11, 'another')`,
        'INSERT INTO far VALUES (10, NULL)',
      ]),
    );
    const far = seen.statements.filter(({ sql }) => sql.startsWith('INSERT INTO public.customers'));
    // One for each row.
    expect(far.map(({ sql }) => sql)).toEqual(
      [1, 2, 3].map(() => 'INSERT INTO public.customers(id, name) VALUES ($1, $2)'),
    );
    expect(far.map(({ error }) => error?.sqlstate)).toEqual([undefined, undefined, '23505']);
    await rig.psql(['DROP EXTENSION postgres_fdw CASCADE']);
  });

  it('sees a lock that is held for 50 ms, by whom, and what it blocks', async () => {
    const seen = await rig.observe(async () => {
      await rig.psql(['BEGIN', 'ALTER TABLE orders ADD note text', 'SELECT pg_sleep(0.05)', 'COMMIT']);
      await rig.psql([
        'BEGIN; CREATE INDEX ON lines(id); SELECT pg_sleep(0.1); COMMIT',
        'BEGIN; LOCK lines IN ACCESS EXCLUSIVE MODE; COMMIT',
        'CREATE TABLE new(id int); BEGIN; LOCK new; SELECT pg_sleep(0.05); COMMIT',
      ]);
    });
    expect(lockOn(seen, 'new')).toBeUndefined();
    expect(seenOrSaid(seen, 'orders') && seenOrSaid(seen, 'lines')).toBe(true);
    const orders = lockOn(seen, 'orders');
    if (orders !== undefined) {
      expect(orders).toMatchObject({ mode: 'ACCESS EXCLUSIVE', blocks: 'reads and writes' });
      expect(seen.statements[orders.statement ?? -1]?.sql).toBe('ALTER TABLE orders ADD note text');
    }
    const writes = seen.locks.find(({ table, blocks }) => table.name === 'lines' && blocks === 'writes');
    if (writes !== undefined) {
      expect(writes).toMatchObject({ mode: 'SHARE' });
      expect(seen.statements[writes.statement ?? -1]?.sql).toMatch('CREATE INDEX ON lines');
    }
  });

  it('sees locks on views and sequences', async () => {
    await rig.psql(['CREATE VIEW shown AS SELECT 1 AS one; CREATE SEQUENCE numbers']);
    const seen = await rig.observe(() =>
      rig.psql([
        'BEGIN',
        'CREATE OR REPLACE VIEW shown AS SELECT 2 AS one',
        'ALTER SEQUENCE numbers CACHE 2',
        'SELECT pg_sleep(0.1)',
        'COMMIT',
      ]),
    );
    expect(seenOrSaid(seen, 'shown') && seenOrSaid(seen, 'numbers')).toBe(true);
    const view = lockOn(seen, 'shown');
    if (view !== undefined) expect(view.blocks).toBe('reads and writes');
  });

  it('sees very many locks at once', async () => {
    const seen = await rig.observe(() =>
      rig.psql([
        'BEGIN; LOCK orders',
        `DO $$ BEGIN FOR n IN 1..2000 LOOP EXECUTE format('CREATE VIEW v%s AS SELECT 1', n); END LOOP; END $$`,
        'SELECT pg_sleep(0.05); ROLLBACK',
      ]),
    );
    expect(seen.notMeasured.filter((why) => !/busy/.test(why))).toEqual([]);
    expect(seenOrSaid(seen, 'orders')).toBe(true);
    expect(seen.statements).toHaveLength(3);
  });

  it('counts a lock on an index as one on its table', async () => {
    const seen = await rig.observe(() =>
      rig.psql([
        'BEGIN',
        'ALTER INDEX customers_pkey SET (fillfactor = 90)',
        'SELECT pg_sleep(0.05)',
        'COMMIT',
      ]),
    );
    expect(seenOrSaid(seen, 'customers')).toBe(true);
  });

  it('hinders neither CREATE INDEX CONCURRENTLY nor copies, and outlives the database', async () => {
    await rig.psql(['CREATE DATABASE doomed'], 'postgres');
    const seen = await rig.observe(async () => {
      await rig.psql(['CREATE INDEX CONCURRENTLY ON orders(id)']);
      await rig.psql(['CREATE DATABASE copy', 'DROP DATABASE copy', 'DROP DATABASE doomed'], 'template1');
      await rig.psql(['SELECT pg_rotate_logfile()', 'SELECT 1']);
    });
    expect(seen.statements.map(({ error }) => error)).toEqual(seen.statements.map(() => undefined));
    expect(seen.statements).toHaveLength(6);
    expect(seen.notMeasured.filter((why) => !/busy/.test(why))).toEqual([]);
  });

  it('tells of transactions that were never committed', async () => {
    const WRITING = 'DO $$ BEGIN INSERT INTO lines VALUES (7); PERFORM pg_sleep(601); END $$;';
    const observation = await startObserving(rig.rehearsal, { tables: await rig.tables() });
    await rig.psql(['BEGIN', 'SELECT 1']);
    await rig.psql(['BEGIN; CREATE TABLE never(id int)']);
    await rig.psql(['BEGIN', 'SELECT 1/0']);
    const left = rig.background('BEGIN;\nINSERT INTO orders DEFAULT VALUES;\n');
    const busy = rig.background('SELECT pg_sleep(600);\n');
    await rig.until(
      `SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND query ~ '600' AND pid <> pg_backend_pid()`,
    );
    const writing = rig.background(`${WRITING}\n`);
    await rig.until(`SELECT count(*) = 3 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND
      (state = 'idle in transaction' AND query ~ 'INSERT' OR state = 'active' AND query ~ '60[01]')`);
    const seen = await observation.finish();
    for (const { process } of [left, busy, writing]) process.stdin?.end();
    await Promise.all([left.exit, busy.exit, writing.exit]);
    const open = seen.openTransactions.map(({ wrote, how, statement }) => ({
      ...{ wrote, how, sql: seen.statements[statement ?? -1]?.sql },
    }));
    expect(open.sort((a, b) => (a.how < b.how ? -1 : 1))).toEqual([
      { wrote: false, how: 'closed', sql: 'SELECT 1' },
      { wrote: true, how: 'closed', sql: 'BEGIN; CREATE TABLE never(id int)' },
      { wrote: true, how: 'left', sql: 'INSERT INTO orders DEFAULT VALUES;' },
      { wrote: false, how: 'running', sql: 'SELECT pg_sleep(600);' },
      { wrote: true, how: 'running', sql: WRITING },
    ]);
    expect(seen.statements.filter(({ ms }) => ms === null)).toHaveLength(2);
    expect(seen.statements.filter(({ error }) => error?.sqlstate === '57P01')).toEqual([]);
  });

  it('says what it could not see', async () => {
    const seen = await rig.observe(async () => {
      await rig.psql(['SET log_statement = none', 'SET log_duration = off', 'SELECT 1']);
      await rig.psql([
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
      ]);
      await rig.until(
        `SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = 'postgres' AND query ~ '^DO'`,
      );
      await rig.psql(['BEGIN', 'TRUNCATE orders', 'SELECT pg_sleep(0.1)', 'COMMIT']);
    });
    const said = seen.notMeasured.join('\n');
    expect(said).toMatch('Statements may be missing: the command changed log_statement.');
    expect(said).toMatch('the session that did was ended');
    expect(seenOrSaid(seen, 'orders')).toBe(true);
    expect(sqlOf(seen)).toContain('TRUNCATE orders');
  });

  it.each<[string, string, string[], string]>([
    ['errors', '-c log_min_messages=panic', ['SELEC nonsense'], 'log_min_messages'],
    [
      'errors for a while',
      '',
      ["SET log_min_messages TO 'fatal'", 'SELEC nonsense', 'RESET log_min_messages'],
      'log_min_messages',
    ],
    ['what it leaves open', '-c log_disconnections=off', ['BEGIN', 'TRUNCATE lines'], 'log_disconnections'],
    ['its state', '-c update_process_title=off', ['BEGIN', 'TRUNCATE lines'], 'update_process_title'],
  ])('says that a command hid %s: %s %j', async (_, options, statements, setting) => {
    const { connection } = rig.rehearsal;
    const PGOPTIONS = `${connection.env['PGOPTIONS'] ?? ''} ${options}`;
    const seen = await rig.observe(() => rig.psql(statements, DATABASE, { PGOPTIONS }));
    expect(seen.blind).toEqual(['statements']);
    expect(seen.hiding.join()).toMatch(setting);
  });

  it.each([
    ['-c client_min_messages=error -c log_min_duration_statement=0 -c log_min_messages=warning'],
    ['-c log_statement=none'],
    ['-c log_min_error_statement=panic'],
    ['-c log_duration=off'],
  ])('sees errors and what is left open in spite of %s', async (options) => {
    const { connection } = rig.rehearsal;
    const PGOPTIONS = `${connection.env['PGOPTIONS'] ?? ''} ${options}`;
    const seen = await rig.observe(async () => {
      await rig.psql(['SELEC nonsense'], DATABASE, { PGOPTIONS });
      await rig.psql(['SELECT 1', 'SELECT 1/0'], DATABASE, { PGOPTIONS });
      await rig.psql(['BEGIN', 'TRUNCATE lines', 'SELECT 1'], DATABASE, { PGOPTIONS });
    });
    expect(seen).toMatchObject({ blind: [], hiding: [] });
    expect(seen.statements.flatMap(({ error }) => error?.sqlstate ?? [])).toEqual(['42601', '22012']);
    expect(seen.openTransactions).toMatchObject([{ wrote: true, how: 'closed' }]);
  });

  it('blames no lock on a statement before one that the log does not have', async () => {
    const seen = await rig.observe(() =>
      rig.psql(['BEGIN', 'SET log_statement = none', 'LOCK orders', 'SELECT pg_sleep(0.06)', 'COMMIT']),
    );
    expect(seenOrSaid(seen, 'orders')).toBe(true);
    expect(lockOn(seen, 'orders')?.statement).toBeUndefined();
    expect(seen.notMeasured.join()).toMatch('the command changed log_statement');
  });

  it('lists what matters of very many statements', async () => {
    const script = Array.from(
      { length: 15_000 },
      (_, index) => `INSERT INTO lines VALUES (${index});\n`,
    ).join('');
    const seen = await rig.observe(() =>
      rig.script(`SELECT nothing;\nBEGIN;\n${script}ALTER TABLE lines ADD last int;\nCOMMIT;\n`),
    );
    expect(seen.statements).toHaveLength(2000);
    expect(seen.leftOut).toBe(13_004);
    expect(sqlOf(seen)[0]).toBe('SELECT nothing;');
    expect(sqlOf(seen)).toContain('ALTER TABLE lines ADD last int;');
  });
});

suite('a server that keeps no log', () => {
  it('is said to', async () => {
    const rig = new ObserveRig();
    try {
      await rig.start(borderMajors().at(-1) ?? 0, {});
      const seen = await rig.observe(() => rig.psql(['SELECT 1']));
      expect(seen).toMatchObject({ statements: [], locks: [] });
      expect(seen.notMeasured.join()).toMatch('The scratch server keeps no log that could be read.');
    } finally {
      await rig.stop();
    }
  });
});
