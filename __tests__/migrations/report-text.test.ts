import { describe, expect, it } from '@jest/globals';
import { migrationText } from '../../src/migrations/report/index.js';
import { sampleMigrations } from '../support/migration-report.js';

const plain = { paint: (text: string) => text, width: 100 };

describe('migrationText', () => {
  it('tells the verdict, what led to it, and all that is known', () => {
    expect(migrationText(sampleMigrations(), plain)).toBe(
      `FAILED The command took 5.6 s, on a copy of shop/20261120T021703Z-k3fd (1.2 GiB, 7 h old). 1 thing fails the check, 4 more are worth a look.

Command    5.6 s, succeeded
Backup     shop/20261120T021703Z-k3fd, as of 2026-11-20 02:17 UTC, 7 h before this run
Database   1.2 GiB, on a PostgreSQL 17.7 of its own
Restored   in 18 s, looked at before and after in 2.1 s

Fails the check
  Column public.customers.fax is gone, with 1,204 values.
    ALTER TABLE customers DROP COLUMN fax

Worth a look
  Column public.orders.total has another type, bigint instead of numeric(10,2): its 2,140,332 values may have been altered.
  ACCESS EXCLUSIVE on public.orders was held for 5.0 s: reads and writes would have waited.
    db/migrations/20261120_totals.sql:3  ALTER TABLE orders ALTER COLUMN total TYPE bigint USING (total * 100)
    Add a column of the new type, fill it in batches, each in a transaction of its own, and let it take the old one's place.
  SHARE on public.sessions was held for 0.9 s: writes would have waited.
    db/migrations/20261120_totals.sql:7  CREATE INDEX sessions_user_id_idx ON sessions (user_id)
    \`CREATE INDEX CONCURRENTLY\`, outside of a transaction, lets writes go on; drop the invalid index that it leaves when it fails.
  Table public.orders was written anew (412 MiB before).
    db/migrations/20261120_totals.sql:3  ALTER TABLE orders ALTER COLUMN total TYPE bigint USING (total * 100)

Statements: 6, the slowest first
NO.    TIME  STATEMENT                                           WHERE
  2   4.2 s  ALTER TABLE orders ALTER COLUMN total TYPE bigint…  db/migrations/20261120_totals.sql:3
  3  803 ms  CREATE INDEX sessions_user_id_idx ON sessions (us…  db/migrations/20261120_totals.sql:7
  6   12 ms  COMMIT
  4  2.4 ms  ALTER TABLE customers DROP COLUMN fax
  5  0.6 ms  INSERT INTO settings VALUES ('…', '…'), ('…', '…')
  1  0.1 ms  BEGIN

Locks: on 2 tables, the longest first
TABLE            MODE                HELD  LONGEST  MAKES WAIT        FIRST SEEN DURING
public.orders    ACCESS EXCLUSIVE   5.0 s    5.0 s  reads and writes  ALTER TABLE orders ALTER COLU…
public.sessions  SHARE             852 ms   852 ms  writes            CREATE INDEX sessions_user_id…

Gone or converted: 2 tables and columns
WHAT                  HOW                                              IT HELD
public.customers.fax  column dropped                              1,204 values
public.orders.total   converted from numeric(10,2) to bigint  2,140,332 values

Rows: changed in 1 table
TABLE            BEFORE  AFTER  DIFFERENCE
public.settings      11     13          +2

Written anew: 1 table, 412 MiB before
TABLE          SIZE BEFORE
public.orders      412 MiB

Schema: 1 added, 2 changed
@@ changed TABLE public.customers @@
     name text NOT NULL,
-    fax text,
     country text
@@ changed TABLE public.orders @@
     customer_id bigint NOT NULL,
-    total numeric(10,2) NOT NULL,
+    total bigint NOT NULL,
@@ added INDEX public.sessions_user_id_idx @@
+CREATE INDEX sessions_user_id_idx ON public.sessions USING btree (user_id);
`,
    );
  });

  it('colours the verdict, the headings and the differences', () => {
    const painted: [string, string][] = [];
    const paint = (text: string, style: string): string => {
      painted.push([text, style]);
      return text;
    };
    const of = (outcome: 'passed' | 'failed' | 'approved' | 'skipped'): void => {
      migrationText(sampleMigrations({ outcome, approvedBy: { label: 'fine', by: 'mona' } }), {
        paint,
        width: undefined,
      });
    };
    of('failed');
    expect(painted).toEqual(
      expect.arrayContaining([
        ['FAILED', 'red'],
        ['Fails the check', 'red'],
        ['Worth a look', 'yellow'],
        ['Schema', 'bold'],
        ['-    fax text,', 'red'],
        ['+    total bigint NOT NULL,', 'green'],
      ]),
    );
    for (const outcome of ['passed', 'approved', 'skipped'] as const) of(outcome);
    expect(painted).toEqual(
      expect.arrayContaining([
        ['PASSED', 'green'],
        ['APPROVED', 'yellow'],
        ['Data loss approved by @mona', 'yellow'],
        ['NOT CHECKED', 'yellow'],
      ]),
    );
  });

  it('has no time for a lock that was there at one look alone', () => {
    const report = sampleMigrations();
    const locks = report.locks.map((lock) => ({ ...lock, ms: 0, longestMs: 0 }));
    expect(migrationText({ ...report, locks }, plain)).toMatch(
      /^public\.sessions +SHARE +briefly +briefly +writes /m,
    );
  });

  it('shows the output of a command that failed', () => {
    const text = migrationText(
      sampleMigrations({
        command: { outcome: 'failed', exitCode: 1, seconds: 1, tail: ['Applying 7', 'no such table'] },
        notMeasured: ['Locks were not watched.'],
      }),
      plain,
    );
    expect(text).toContain('\nOutput: the last 2 lines\n  Applying 7\n  no such table\n\nStatements: 6');
    expect(text).toMatch(/\nNot measured: 1 thing\n {2}Locks were not watched\.\n$/);
  });
});
