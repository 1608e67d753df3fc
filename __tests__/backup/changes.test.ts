import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

/** What somebody does to table `t` between the snapshot and pg_dump's lock. */
const CHANGES: [string, string][] = [
  ['truncated', 'TRUNCATE t'],
  ['rewritten', 'ALTER TABLE t ALTER COLUMN a TYPE text'],
  ['dropped', 'DROP TABLE t'],
  ['dropped and made anew', 'DROP TABLE t; CREATE TABLE t (a int, b int)'],
  ['renamed and replaced', 'ALTER TABLE t RENAME TO u; CREATE TABLE t (a int, b int)'],
  ['robbed of a column', 'ALTER TABLE t DROP COLUMN a'],
];

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

  async function backupWhile(change: string, times: number): Promise<{ run: Backup; folder: string }> {
    await other.exec('DROP TABLE IF EXISTS u', 'DROP TABLE IF EXISTS t');
    await other.exec(
      'CREATE TABLE t (a int, b int)',
      'INSERT INTO t SELECT i, i FROM generate_series(1, 9) i',
    );
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
      { 'database-url': rig.server.url('shop'), storage: url, fingerprint: 'content' },
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

  it('is red when it happens again, and leaves nothing', async () => {
    const { run, folder } = await backupWhile('TRUNCATE t', 2);
    expect(run.error).toBeInstanceOf(UserError);
    expect(String(run.error)).toMatch(/public\.t.*2 times in a row and no backup was published/s);
    expect(run.said.warnings.filter((line) => line.includes('Dumping once more'))).toHaveLength(1);
    expect(filesIn(folder).filter((file) => !file.includes('/_log/'))).toEqual([]);
    await requireNoSessions(rig);
  });
});

(rigMissing === undefined ? describe : describe.skip)('applications that want a lock', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(18);
  });
  afterAll(() => rig.stop());

  it('survives a lock that waits behind pg_dump for longer than our own patience', async () => {
    await rig.database('big', BIG);
    const { url } = rig.storage();
    const running = rig.backup({ 'database-url': rig.server.url('big'), storage: url, 'lock-timeout': '1s' });
    const thaw = await freezeDump(rig, 'big');
    const migration = await rig.psql('big');
    const altered = migration.exec('ALTER TABLE big ADD COLUMN later int');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    thaw();
    const run = await running;
    await altered;
    await migration.close();
    expect(run.error).toBeUndefined();
    expect(run.said.warnings).toEqual([]);
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
