import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/base/errors.js';
import { countTables } from '../../src/backup/fingerprint/counts.js';
import { Patience } from '../../src/backup/fingerprint/patience.js';
import { countedTables } from '../../src/backup/fingerprint/tables.js';
import { yieldToOthers } from '../../src/backup/fingerprint/watch.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql } from '../../src/postgres/psql.js';
import { filesIn, requireNoSessions, Rig, rigMissing, type Backup } from '../support/backup-rig.js';
import { BIG, freezeDump } from '../support/big.js';
import { until } from '../support/children.js';
import { Listener } from '../support/listener.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: changes while dumping: ${rigMissing}\n`);

/** What is there besides the table `gate`. */
const SETUP = [
  'DROP SCHEMA IF EXISTS one, two, three CASCADE',
  'DROP TABLE IF EXISTS t, u, v',
  'DROP ROLE IF EXISTS keeper',
  'DROP ROLE IF EXISTS renamed',
  'CREATE ROLE keeper',
  'CREATE SCHEMA one',
  'CREATE SCHEMA two',
  `CREATE TYPE one.st AS ENUM ('open', 'shut')`,
  `CREATE FUNCTION one.f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  'CREATE TABLE one.same (a int)',
  'CREATE TABLE two.same (a int)',
  `CREATE TABLE t (a int, b int, s one.st, d int DEFAULT one.f())`,
  'GRANT SELECT ON t TO keeper',
  'CREATE TABLE v (LIKE t)',
  `INSERT INTO t SELECT i, i, 'open' FROM generate_series(1, 9) i`,
];

/** What somebody does between the snapshot and pg_dump's lock. */
const CHANGES: [string, string][] = [
  ['truncated', 'TRUNCATE t'],
  ['rewritten', 'ALTER TABLE t ALTER COLUMN a TYPE text'],
  ['dropped', 'DROP TABLE t'],
  ['dropped and made anew', 'DROP TABLE t; CREATE TABLE t (a int, b int)'],
  ['renamed and replaced', 'ALTER TABLE t RENAME TO u; CREATE TABLE t (a int, b int)'],
  ['robbed of a column', 'ALTER TABLE t DROP COLUMN a'],
  ['given another column of that name', 'ALTER TABLE t DROP COLUMN b, ADD COLUMN b int; UPDATE t SET b = a'],
  [
    'altered so that columns changed places',
    'ALTER TABLE t RENAME a TO c; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME c TO b',
  ],
  ['swapped', 'ALTER TABLE t RENAME TO u; ALTER TABLE v RENAME TO t; ALTER TABLE u RENAME TO v'],
];

/** What pg_dump has no lock against. */
const UNLOCKED: [string, string][] = [
  [
    'enum labels that were swapped',
    `ALTER TYPE one.st RENAME VALUE 'open' TO 'x'; ALTER TYPE one.st RENAME VALUE 'shut' TO 'open'; ALTER TYPE one.st RENAME VALUE 'x' TO 'shut'`,
  ],
  ['a type that was renamed', 'ALTER TYPE one.st RENAME TO status'],
  ['a role that was renamed', 'ALTER ROLE keeper RENAME TO renamed'],
  ['a function that was renamed', 'ALTER FUNCTION one.f() RENAME TO g'],
  [
    'schemas that were swapped',
    'ALTER SCHEMA one RENAME TO three; ALTER SCHEMA two RENAME TO one; ALTER SCHEMA three RENAME TO two',
  ],
];

/** What every backup takes in its stride. */
const HARMLESS = `ALTER TYPE one.st ADD VALUE 'later'; CREATE TYPE two.st AS ENUM ('a'); CREATE TEMP TABLE passing (s two.st); CREATE FUNCTION two.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER TABLE t ADD COLUMN later int; DROP TABLE passing`;

(rigMissing === undefined ? describe : describe.skip).each([15, 18])('PostgreSQL %i, changes', (major) => {
  let rig: Rig;
  let other: Psql;
  let watcher: Psql;
  beforeAll(async () => {
    rig = await Rig.start(major);
    // pg_dump locks tables in the order of their OIDs, so it waits for \`gate\` before it has \`t\`.
    other = await rig.database('shop', 'CREATE TABLE gate ()');
    watcher = await rig.psql();
  });
  afterAll(() => rig.stop());

  /** Lets pg_dump run into a lock after the snapshot was taken, changes `t`, and lets it go on. */
  async function changeBehindSnapshot(change: string): Promise<void> {
    await until('pg_dump waits', async () => {
      const waiting = await watcher.value(
        `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%'`,
      );
      return waiting === '0' ? undefined : true;
    });
    await other.exec(...change.split('; '), 'COMMIT');
  }

  async function backupWhile(
    change: string,
    times: number,
    fingerprint = 'content',
  ): Promise<{ run: Backup; folder: string }> {
    await other.exec(...SETUP);
    const { folder, url } = rig.storage();
    const said = new Listener();
    const turns: Promise<void>[] = [];
    const turn = async (index: number): Promise<void> => {
      await other.exec('BEGIN', 'LOCK TABLE gate IN ACCESS EXCLUSIVE MODE');
      turns.push(changeBehindSnapshot(index === 0 ? change : 'TRUNCATE t'));
    };
    said.onLine = (line) => {
      if (line.includes('Dumping once more') && times > 1) turns.push(turn(1));
    };
    await turn(0);
    const run = await rig.backup(
      { 'database-url': rig.server.url('shop'), storage: url, fingerprint, globals: 'true' },
      { said },
    );
    await Promise.all(turns);
    return { run, folder };
  }

  it.each(CHANGES)('dumps once more when a table was %s after the snapshot', async (_what, change) => {
    const { run, folder } = await backupWhile(change, 1);
    expect(run.error).toBeUndefined();
    expect(run.said.warnings.filter((line) => line.includes('Dumping once more'))).toHaveLength(1);
    expect(filesIn(folder).filter((file) => file.endsWith('manifest.json'))).toHaveLength(1);
    await requireNoSessions(rig);
  });

  if (major === 18) {
    it.each(UNLOCKED)('dumps once more after %s', async (_what, change) => {
      const { run, folder } = await backupWhile(change, 1);
      expect(run.error).toBeUndefined();
      expect(run.said.warnings.filter((line) => line.includes('Dumping once more'))).toHaveLength(1);
      const globals = filesIn(folder).find((file) => file.endsWith('globals.sql')) ?? '';
      const role = change.includes('ROLE') ? 'renamed' : 'keeper';
      expect(readFileSync(join(folder, globals), 'utf8')).toContain(`CREATE ROLE ${role};`);
    });

    it('dumps once more without a fingerprint too', async () => {
      const { run } = await backupWhile(CHANGES.at(-1)?.[1] ?? '', 1, 'none');
      expect(run.error).toBeUndefined();
      expect(run.said.warnings.filter((line) => line.includes('Dumping once more'))).toHaveLength(1);
    });

    it('does not mind what is new', async () => {
      const { run } = await backupWhile(HARMLESS, 1);
      expect(run.error).toBeUndefined();
      expect(run.said.warnings).toEqual([]);
    });
  }

  it('is red when it happens again, and leaves nothing', async () => {
    const { run, folder } = await backupWhile('TRUNCATE t', 2);
    expect(run.error).toBeInstanceOf(UserError);
    expect(String(run.error)).toMatch(/public\.t.*2 times in a row and no backup was published/s);
    expect(run.said.warnings.filter((line) => line.includes('Dumping once more'))).toHaveLength(1);
    expect(filesIn(folder).filter((file) => !file.includes('/_log/'))).toEqual([]);
    await requireNoSessions(rig);
  });
});

const STATES = [
  `CREATE TYPE st AS ENUM ('open', 'shut')`,
  'CREATE TABLE states (s st)',
  `INSERT INTO states VALUES ('open')`,
];

(rigMissing === undefined ? describe : describe.skip)('applications that want a lock', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(18);
  });
  afterAll(() => rig.stop());

  /** Waits until our count has waited for a lock so many times, each until its `lock_timeout`. */
  async function countWaits(watcher: Psql, times: number): Promise<void> {
    const tries = new Set<string>();
    await until(`try ${times} of the count`, async () => {
      const begun = await watcher.value(
        `SELECT coalesce(max(query_start)::text, '') FROM pg_stat_activity
         WHERE application_name LIKE 'pgkeep %' AND wait_event_type = 'Lock' AND query LIKE '%count(*)%'`,
      );
      if (begun !== '') tries.add(begun);
      return tries.size >= times ? true : undefined;
    });
  }

  it.each([
    ['and what changes nothing of the dump', 'waited', undefined, []],
    [
      'and dumps once more when what its schema is made of is gone by then',
      'gone',
      'DROP FUNCTION f()',
      [expect.stringMatching(/function "f".*Dumping once more/)],
    ],
  ])(
    'survives a lock that waits behind pg_dump for longer than our own patience, %s',
    async (_, name, change, warnings) => {
      const gate = await rig.database(
        name,
        BIG,
        ...STATES,
        `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      );
      const [migration, other] = await Promise.all([rig.psql(name), rig.psql(name)]);
      const waiting = (query: string): Promise<true> =>
        until(`${query} waits`, async () => {
          const count = await other.value(
            `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '${query}'`,
          );
          return count === '0' ? undefined : true;
        });
      // pg_dump reads this catalog when it has its locks, so the migration is there before anything is counted.
      await gate.exec('BEGIN', 'LOCK TABLE pg_catalog.pg_transform IN ACCESS EXCLUSIVE MODE');
      const { url } = rig.storage();
      const running = rig.backup({
        'database-url': rig.server.url(name),
        storage: url,
        'lock-timeout': '1s',
      });
      await waiting('%FROM pg_transform%');
      const altered = migration.exec('ALTER TABLE big ADD COLUMN later int');
      await waiting('ALTER TABLE big%');
      await gate.exec('COMMIT');
      const thaw = await freezeDump(rig, name);
      await countWaits(other, 3);
      // Nothing of this changes what is being dumped. Before the count it would be taken for something that might.
      await other.exec(
        `ALTER TYPE st ADD VALUE 'later'`,
        'CREATE TYPE another AS (a int)',
        'CREATE TEMP TABLE passing (a another)',
        ...(change === undefined ? [] : [change]),
      );
      thaw();
      const run = await running;
      await altered;
      await Promise.all([gate, migration, other].map((psql) => psql.close()));
      expect(run.error).toBeUndefined();
      expect(run.said.warnings).toEqual(warnings);
    },
  );

  it('dumps once more when an enum label is renamed while rows are copied', async () => {
    const migration = await rig.database('labels', BIG, ...STATES);
    const { url } = rig.storage();
    const running = rig.backup({
      'database-url': rig.server.url('labels'),
      storage: url,
      fingerprint: 'none',
    });
    const thaw = await freezeDump(rig, 'labels');
    await migration.exec(`ALTER TYPE st RENAME VALUE 'open' TO 'opened'`);
    thaw();
    const run = await running;
    expect(run.error).toBeUndefined();
    expect(run.said.warnings).toEqual([expect.stringMatching(/type "st".*Dumping once more/)]);
  });

  it('lets nobody wait for a long count: it is cancelled and taken again', async () => {
    const psql = await rig.database('slow', 'CREATE TABLE t AS SELECT generate_series(1, 600) AS a');
    const open = (name: string): Promise<Psql> =>
      Psql.open({
        programs: rig.programs,
        connection: parseConnection(rig.server.url('slow'), process.env),
        settings: { application_name: name, lock_timeout: '1s' },
      });
    const [count, watch] = await Promise.all([open('counting'), open('watching')]);
    const stop = new AbortController();
    const watching = yieldToOthers(watch, 'counting', stop.signal);
    await count.exec('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const oid = Number(await count.value(`SELECT 'public.t'::regclass::oid`));
    const table = (await countedTables(count)).find((one) => one.oid === oid);
    const order: string[] = [];
    const counted = countTables(
      count,
      // It takes minutes until the table has its second column: the rows are counted only if that could be added.
      [
        {
          ...table!,
          condition: `WHERE pg_catalog.pg_sleep(CASE WHEN pg_catalog.has_column_privilege(${oid}::oid, 2::int2, 'SELECT') THEN 0 ELSE 1 END) IS NOT NULL`,
        },
      ],
      undefined,
      new Patience(Promise.resolve(), 60_000, stop.signal),
    ).then((rows) => (order.push('counted'), rows));
    await until('the count holds its lock', async () => {
      const held = await psql.value(
        `SELECT count(*) FROM pg_locks WHERE relation = ${oid} AND granted AND mode = 'AccessShareLock'`,
      );
      return held === '0' ? undefined : true;
    });
    await psql.exec('ALTER TABLE t ADD COLUMN b int');
    order.push('altered');
    expect((await counted)[0]?.rows).toBe(600);
    expect(order).toEqual(['altered', 'counted']);
    stop.abort();
    await watching;
    await Promise.all([count.close(), watch.close()]);
  });
});
