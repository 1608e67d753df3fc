import { describe, expect, it } from '@jest/globals';
import { escapeIssueText } from '../../src/github/markdown.js';
import { summaryMarkup } from '../../src/github/summary.js';
import { migrationComment, migrationSummary } from '../../src/migrations/report/index.js';
import type { CommandEnd, Fact, MigrationReport } from '../../src/migrations/types.js';
import { sampleMigrations } from '../support/migration-report.js';

const bare = {
  escape: (text: string) => text,
  code: (text: string) => `\`${text}\``,
  table: summaryMarkup.table,
};
const names = { namesToo: true };
const onRequest = { ...names, marker: '<!-- mark -->', runUrl: 'https://github.com/o/s/actions/runs/7' };
const summaryOf = (changes: Partial<MigrationReport>): string =>
  migrationSummary(sampleMigrations(changes), bare, names);

const failing: Fact = { kind: 'data-loss', fails: true, message: 'Column public.a.b is gone.' };
const failed: CommandEnd = { outcome: 'failed', exitCode: 3, seconds: 2, tail: ['one', '```', 'two'] };

describe('migrationComment', () => {
  it('is short first, and ends with a link to the run', () => {
    expect(migrationComment(sampleMigrations(), bare, onRequest)).toBe(`<!-- mark -->
### ❌ Migration check failed

The command took 5.6 s, on a copy of shop/20261120T021703Z-k3fd (1.2 GiB, 7 h old). 1 thing fails the check, 4 more are worth a look.

- ❌ Column public.customers.fax is gone, with 1,204 values.<br>\`ALTER TABLE customers DROP COLUMN fax\`
- ⚠️ Column public.orders.total has another type, bigint instead of numeric(10,2): its 2,140,332 values may have been altered.
- ⚠️ ACCESS EXCLUSIVE on public.orders was held for 5.0 s: reads and writes would have waited.<br>\`db/migrations/20261120_totals.sql:3\` \`ALTER TABLE orders ALTER COLUMN total TYPE bigint USING (total * 100)\`<br>💡 Add a column of the new type, fill it in batches, each in a transaction of its own, and let it take the old one's place.

<details>
<summary><b>More to look at</b>: 2 things</summary>

- ⚠️ SHARE on public.sessions was held for 0.9 s: writes would have waited.<br>\`db/migrations/20261120_totals.sql:7\` \`CREATE INDEX sessions_user_id_idx ON sessions (user_id)\`<br>💡 \`CREATE INDEX CONCURRENTLY\`, outside of a transaction, lets writes go on; drop the invalid index that it leaves when it fails.
- ⚠️ Table public.orders was written anew (412 MiB before).<br>\`db/migrations/20261120_totals.sql:3\` \`ALTER TABLE orders ALTER COLUMN total TYPE bigint USING (total * 100)\`

</details>

<details>
<summary><b>Statements</b>: 6, the slowest first</summary>

| No. | Time | Statement | Where |
| --- | --- | --- | --- |
| 2 | 4.2 s | \`ALTER TABLE orders ALTER COLUMN total TYPE bigint USING (total * 100)\` | \`db/migrations/20261120_totals.sql:3\` |
| 3 | 803 ms | \`CREATE INDEX sessions_user_id_idx ON sessions (user_id)\` | \`db/migrations/20261120_totals.sql:7\` |
| 6 | 12 ms | \`COMMIT\` |  |
| 4 | 2.4 ms | \`ALTER TABLE customers DROP COLUMN fax\` |  |
| 5 | 0.6 ms | \`INSERT INTO settings VALUES ('…', '…'), ('…', '…')\` |  |
| 1 | 0.1 ms | \`BEGIN\` |  |

</details>

<details>
<summary><b>Locks</b>: on 2 tables, the longest first</summary>

| Table | Mode | Held | Longest | Makes wait | First seen during |
| --- | --- | --- | --- | --- | --- |
| \`public.orders\` | ACCESS EXCLUSIVE | 5.0 s | 5.0 s | reads and writes | \`ALTER TABLE orders ALTER COLUMN total TYPE bigint USING (total * 100)\` |
| \`public.sessions\` | SHARE | 852 ms | 852 ms | writes | \`CREATE INDEX sessions_user_id_idx ON sessions (user_id)\` |

</details>

<details>
<summary><b>Gone or converted</b>: 2 tables and columns</summary>

| What | How | It held |
| --- | --- | --- |
| \`public.customers.fax\` | column dropped | 1,204 values |
| \`public.orders.total\` | converted from numeric(10,2) to bigint | 2,140,332 values |

</details>

<details>
<summary><b>Rows</b>: changed in 1 table</summary>

| Table | Before | After | Difference |
| --- | --- | --- | --- |
| \`public.settings\` | 11 | 13 | +2 |

</details>

<details>
<summary><b>Written anew</b>: 1 table, 412 MiB before</summary>

| Table | Size before |
| --- | --- |
| \`public.orders\` | 412 MiB |

</details>

<details>
<summary><b>Schema</b>: 1 added, 2 changed</summary>

\`\`\`diff
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
\`\`\`

</details>

[The run, with its whole summary](https://github.com/o/s/actions/runs/7)
`);
  });

  it('notifies nobody who is named, with whatever approved it', () => {
    const report = sampleMigrations({
      outcome: 'approved',
      approvedBy: { label: '@everyone #1', by: 'octocat' },
      facts: [{ ...failing, message: 'GH-12 and #12 of @all' }],
    });
    const comment = migrationComment(report, { ...summaryMarkup, escape: escapeIssueText }, onRequest);
    expect(comment).toMatch(/^<!-- mark -->\n### ⚠️ Data loss approved by &#64;\u200boctocat\n/);
    expect(comment).toContain('- ☑️ GH-\u200b12 and &#35;\u200b12 of &#64;\u200ball\n');
    expect(comment).toContain('The label &#64;\u200beveryone &#35;\u200b1 accepts');
  });

  it('says in a line that nothing was checked', () => {
    const skipped: MigrationReport = {
      ...sampleMigrations(),
      ...{ outcome: 'skipped', why: 'A fork has no secrets.', backupId: null, name: null, snapshotAt: null },
      ...{ server: null, databaseBytes: null, command: null, statements: [], locks: [], effects: null },
      ...{ schema: [], facts: [] },
    };
    for (const namesToo of [true, false]) {
      expect(migrationComment(skipped, bare, { ...onRequest, namesToo })).toBe(`<!-- mark -->
### ⏭️ Migrations NOT CHECKED

A fork has no secrets.

[The run, with its whole summary](https://github.com/o/s/actions/runs/7)
`);
      expect(migrationSummary(skipped, bare, { namesToo })).toBe(
        '## ⏭️ Migrations NOT CHECKED\n\nA fork has no secrets.\n',
      );
    }
  });
});

describe('migrationSummary', () => {
  it.each<[string, Partial<MigrationReport>, string]>([
    ['passed', { facts: [] }, '## ✅ Migration check passed\n'],
    ['failed', {}, '## ❌ Migration check failed\n'],
    ['approved', { approvedBy: { label: 'fine', by: 'mona' } }, '## ⚠️ Data loss approved by @mona\n'],
    ['approved', { approvedBy: { label: 'fine', by: null } }, '## ⚠️ Data loss approved\n'],
  ])('begins with the verdict: %s', (outcome, changes, line) => {
    const text = summaryOf({ ...changes, outcome: outcome as MigrationReport['outcome'] });
    expect(text.slice(0, line.length)).toBe(line);
  });

  it.each<[Partial<CommandEnd>, string]>([
    [{}, 'The command took 5.6 s, on'],
    [{ outcome: 'failed', exitCode: 2 }, 'The command failed after 5.6 s, with exit code 2, on'],
    [{ outcome: 'failed', exitCode: null }, 'The command was ended by a signal after 5.6 s, on'],
    [{ outcome: 'timed out', exitCode: null }, 'The command was ended after 5.6 s, its time limit, on'],
    [{ outcome: 'not found', exitCode: 127 }, 'The command was not found, on'],
  ])('says how the command ended: %j', (end, sentence) => {
    const command: CommandEnd = { outcome: 'succeeded', exitCode: 0, seconds: 5.6, tail: [], ...end };
    expect(summaryOf({ command })).toContain(`\n\n${sentence} a copy of shop/2026`);
  });

  it.each<[MigrationReport['outcome'], Fact[], string]>([
    ['passed', [], 'Nothing in it needs attention.'],
    ['passed', [{ ...failing, fails: false }], '1 thing is worth a look.'],
    ['failed', [failing, failing], '2 things fail the check.'],
    ['approved', [failing, { ...failing, fails: false }], '1 thing is approved, 1 more is worth a look.'],
  ])('counts what is to be looked at: %s, %j', (outcome, facts, sentence) => {
    expect(summaryOf({ outcome, facts })).toContain(` ${sentence}\n`);
  });

  it('tells what fails the check first', () => {
    const text = summaryOf({ facts: [{ ...failing, fails: false, message: 'second' }, failing] });
    expect(text).toContain('- ❌ Column public.a.b is gone.\n- ⚠️ second\n');
  });

  it('tells what it was tried on', () => {
    expect(summaryOf({ seconds: { restore: 18, sanitize: 3, before: 1, command: 5.6, after: 1 } }))
      .toContain(`
| Command | 5.6 s, succeeded |
| --- | --- |
| Backup | shop/20261120T021703Z-k3fd, as of 2026-11-20 02:17 UTC, 7 h before this run |
| Database | 1.2 GiB, on a PostgreSQL 17.7 of its own |
| Restored | in 18 s, sanitized in 3.0 s, looked at before and after in 2.0 s |
`);
  });

  it('shows the output of a command that failed, and first the statements that failed or did not end', () => {
    const error = { sqlstate: '42P01', message: 'relation "x" does not exist' };
    const text = summaryOf({
      command: failed,
      statements: [
        { sql: 'SELECT 1', atMs: 0, ms: 9, session: '1' },
        { sql: 'SELECT pg_sleep(9)', atMs: 1, ms: null, session: '1' },
        { sql: 'TABLE\n\tx', atMs: 2, ms: 0.2, session: '1', error },
      ],
      statementsLeftOut: 1200,
    });
    expect(text).toContain(`
<summary><b>Output</b>: the last 3 lines</summary>

\`\`\`\`text
one
\`\`\`
two
\`\`\`\`

</details>

<details>
<summary><b>Statements</b>: 3, the slowest first; 1,200 more were not recorded</summary>

| No. | Time | Statement | Error |
| --- | --- | --- | --- |
| 2 | not ended | \`SELECT pg_sleep(9)\` |  |
| 3 | 0.2 ms | \`TABLE x\` | relation "x" does not exist (42P01) |
| 1 | 9.0 ms | \`SELECT 1\` |  |
`);
  });

  it('tells what is gone, and which tables have lost most', () => {
    const table = (name: string): { schema: string; name: string } => ({ schema: 's', name });
    const text = summaryOf({
      effects: {
        rows: [
          { table: table('a'), before: 5, after: 3 },
          { table: table('b'), before: 5000, after: 0 },
          { table: table('same'), before: 5, after: 5 },
          { table: table('gone'), before: 7, after: null },
        ],
        dropped: [{ table: table('gone'), rows: 7, bytes: 8192 }],
        lost: [
          { table: table('a'), column: 'c', how: 'emptied', values: 1 },
          { table: table('a'), column: 'd', how: 'retyped', values: 2 },
        ],
        rewritten: [
          { table: table('a'), bytes: 1024 },
          { table: table('b'), bytes: 4096 },
        ],
        invalidIndexes: [],
        notValid: [],
      },
      notMeasured: ['Locks were not watched.'],
    });
    for (const rows of [
      '| `s.gone` | table dropped | 7 rows, 8.0 KiB |\n| `s.a.c` | values are NULL now | 1 value |\n| `s.a.d` | converted | 2 values |\n\n',
      '| `s.b` | 5,000 | 0 | -5,000 |\n| `s.a` | 5 | 3 | -2 |\n\n',
      '<summary><b>Written anew</b>: 2 tables, 5.0 KiB before</summary>',
      '| `s.b` | 4.0 KiB |\n| `s.a` | 1.0 KiB |\n\n',
      '<summary><b>Not measured</b>: 1 thing</summary>\n\n- Locks were not watched.\n',
    ])
      expect(text).toContain(rows);
    expect(text).not.toContain('s.same');
  });
});

describe('in a public repository', () => {
  const report = sampleMigrations({ command: failed, notMeasured: ['Table public.orders was not counted.'] });
  it.each([
    ['summary', migrationSummary(report, bare, { namesToo: false })],
    ['comment', migrationComment(report, bare, { ...onRequest, namesToo: false })],
  ])('the %s has totals only', (_, text) => {
    expect(text).toContain('The command failed after 2.0 s, with exit code 3, on a copy of shop/2026');
    expect(text).toContain(`
| What | Fail the check | Worth a look |
| --- | --- | --- |
| Data loss | 1 | 1 |
| Table written anew | 0 | 1 |
| Lock | 0 | 2 |

6 statements ran.

This repository is public`);
    expect(text).not.toMatch(
      /public\.|orders|customers|fax|sessions|settings|ALTER|EXCLUSIVE|\.sql|<details>|one$/m,
    );
  });
});
