import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql } from '../../src/postgres/psql.js';
import { expectTables, runChecks } from '../../src/verify/checks.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { until } from '../support/children.js';
import { borderMajors } from '../support/majors.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: checks: ${rigMissing}\n`);

/** What a check is answered with; undefined: it passes. */
const CHECKS: [sql: string, found: RegExp | undefined][] = [
  ['SELECT count(*) = 3 FROM orders', undefined],
  ['SELECT true;', undefined],
  ['SELECT 1 = 1 -- why not', undefined],
  [`SELECT '\\' = '\\'`, undefined],
  ['WITH a AS (SELECT 1 AS b) SELECT b = 1 FROM a', undefined],
  ['VALUES (true)', undefined],
  [`SELECT ':name;' = ':name;' AND $a$;$a$ = ';'`, undefined],
  ['SELECT false', /^false$/],
  ['SELECT null', /^null$/],
  ['SELECT null::bool', /^null$/],
  [`SELECT 'hidden'`, /^a value that is neither true nor false$/],
  ['SELECT 1', /^a value that is neither true nor false$/],
  ['SELECT true WHERE false', /^no row$/],
  ['SELECT true FROM orders', /^3 rows$/],
  ['SELECT true FROM generate_series(1, 100000)', /^more than 100 rows$/],
  ['SELECT true, true', /^one row of 2 columns$/],
  ['SELECT true AS a, true AS a, false AS a', /^one row of 3 columns$/],
  ['SELECT', /^one row of 0 columns$/],
  ['SELECT true FROM nowhere', /relation "nowhere" does not exist/],
  ['SELEC true', /syntax error/],
  ['', /./],
  ['SELECT 1 / 0 = 1', /division by zero/],
  ['DELETE FROM orders', /only reads/],
  ['DELETE FROM orders RETURNING true', /only reads/],
  ['WITH d AS (DELETE FROM orders RETURNING 1) SELECT true', /./],
  ['DROP TABLE orders', /only reads/],
  ['SELECT empty_it()', /only reads: cannot execute/],
  ['SELECT true; DROP TABLE orders', /only reads: cannot open multi-query plan as cursor/],
  ['COMMIT; DROP TABLE orders', /./],
  ['SET TRANSACTION READ WRITE; DELETE FROM orders', /./],
  [`SELECT set_config('transaction_read_only', 'off', true) = 'off' AND empty_it()`, /./],
  ["'); COMMIT; DROP TABLE orders; --", /./],
  ['$$; COMMIT; DROP TABLE orders; $$', /./],
  ['\\! touch "$MARK"', /./],
  ['SELECT true\n\\! touch "$MARK"', /./],
  ['SELECT true \\gexec', /./],
  ["SELECT 'DROP TABLE orders' \\gexec", /./],
  ['SELECT true\n;\n\\! touch "$MARK"\n', /./],
  ["COPY (SELECT 1) TO PROGRAM 'touch $MARK'", /./],
  ['SELECT \0', /zero byte/],
  ['DO $x$BEGIN PERFORM 1; END$x$', /./],
];

const TABLES: [name: string, why: RegExp | null | undefined][] = [
  ['orders', undefined],
  ['ORDERS', undefined],
  ['public.orders', undefined],
  ['"Odd Name; --"."t"" q"', undefined],
  ['parts', undefined],
  ['"ORDERS"', /"public.orders"/],
  ['order', /"public.orders"/],
  ['ordres', /"public.orders"/],
  ['elsewhere', /"app.elsewhere"/],
  ['app.elsewhere', undefined],
  ['completely_other', null],
  ['orders_view', null],
  ['a.b.c', null],
  ["orders'; DROP TABLE orders", null],
  ['', null],
];

const suite = rigMissing === undefined ? describe.each(borderMajors()) : describe.skip.each([0]);

suite('checks on PostgreSQL %i', (major) => {
  let rig: Rig;
  let mark: string;
  const signal = new AbortController().signal;
  const open = (name: string): Promise<Psql> => {
    const connection = parseConnection(rig.server.url('shop'), { ...process.env, MARK: mark });
    return Psql.open({ programs: rig.programs, connection, name, signal });
  };

  beforeAll(async () => {
    rig = await Rig.start(major);
    mark = join(rig.folder, 'mark');
    await rig.database(
      'shop',
      'CREATE TABLE orders (n int); INSERT INTO orders VALUES (1), (2), (3)',
      `CREATE FUNCTION empty_it() RETURNS bool LANGUAGE sql AS 'DELETE FROM orders; SELECT true'`,
      'CREATE SCHEMA app; CREATE TABLE app.elsewhere (); CREATE SCHEMA "Odd Name; --"; CREATE TABLE "Odd Name; --"."t"" q" ()',
      'CREATE TABLE parts (n int) PARTITION BY LIST (n); CREATE VIEW orders_view AS SELECT 1 AS x',
    );
  });
  afterAll(() => rig.stop());

  it('pass when they give one true, and cannot write or run a program', async () => {
    const findings = await runChecks(
      open,
      CHECKS.map(([sql]) => sql),
    );
    findings.forEach((finding, index) => {
      const [sql, found] = CHECKS[index] ?? ['', undefined];
      const outcome = [sql, finding.verdict, finding.found ?? ''];
      expect(outcome).toEqual([
        sql,
        found === undefined ? 'equal' : 'different',
        found === undefined ? '' : expect.stringMatching(found),
      ]);
    });
    expect(findings).toHaveLength(CHECKS.length);
    expect(existsSync(mark)).toBe(false);
    const psql = await rig.psql('shop');
    expect(await psql.value('SELECT count(*) FROM orders')).toBe('3');
  });

  it('know expected tables by their names in SQL', async () => {
    const findings = await expectTables(
      open,
      TABLES.map(([name]) => name),
    );
    expect(findings.map(({ verdict, why }) => [verdict, why ?? null])).toEqual(
      TABLES.map(([, why]) =>
        why === undefined ? ['equal', null] : ['different', why === null ? null : expect.stringMatching(why)],
      ),
    );
    const psql = await rig.psql('shop');
    expect(await psql.value('SELECT count(*) FROM orders')).toBe('3');
  });

  it('that take too long are stopped by the server', async () => {
    const [[finding]] = await Promise.all([
      runChecks(open, ['SELECT pg_sleep(60) IS NOT NULL']),
      cancelSleepers(rig),
    ]);
    expect(finding).toMatchObject({ verdict: 'different', found: 'no answer within 10min' });
  });
});

/** As the server's own timeout would, once there is somebody asleep. */
async function cancelSleepers(rig: Rig): Promise<void> {
  const psql = await rig.psql();
  const cancel = `SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;
  await until('somebody sleeps', async () => ((await psql.value(cancel)) === '0' ? undefined : true));
}
