import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/base/errors.js';
import { PASSWORD } from '../servers/postgres.mjs';
import { filesIn, requireNoSessions, Rig, rigMissing, type Backup } from '../support/backup-rig.js';
import { BIG, freezeDump } from '../support/big.js';
import { childrenLike } from '../support/children.js';
import { canMount } from '../support/small-disk.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: faults of a backup: ${rigMissing}\n`);

if (!canMount()) process.stderr.write('NOT RUN: a backup onto a full disk: no right to mount\n');

(rigMissing === undefined ? describe : describe.skip)('a backup that fails', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(15);
    await rig.shop('shop');
    await rig.database('big', BIG);
  });
  afterAll(() => rig.stop());

  /** What every failed run must have in common. @returns the message */
  async function requireNothingLeft(run: Backup, folder: string, log = true): Promise<string> {
    expect(run.error).toBeInstanceOf(UserError);
    const files = filesIn(folder);
    expect(files.filter((file) => !file.includes('/_log/'))).toEqual([]);
    expect(files).toHaveLength(log ? 1 : 0);
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect(JSON.parse(text)).toMatchObject({ action: 'backup', outcome: 'failure', backup: null });
      expect(text).not.toContain(PASSWORD);
    }
    const message = (run.error as Error).message;
    expect(message + run.said.text).not.toContain(PASSWORD);
    expect(message + run.said.text).not.toContain(encodeURIComponent(PASSWORD));
    await requireNoSessions(rig);
    expect(childrenLike(/pg_dump|pg_restore|zstd/)).toEqual([]);
    return message;
  }

  async function failing(url: string, inputs: Record<string, string> = {}, log = true): Promise<string> {
    const { folder, url: storage } = rig.storage();
    return requireNothingLeft(await rig.backup({ 'database-url': url, storage, ...inputs }), folder, log);
  }

  it('says that the password is wrong', async () => {
    expect(await failing(rig.server.url('shop', 'postgres', 'not-it-at-all'))).toMatch(/password/i);
  });

  it('says that the database is missing', async () => {
    expect(await failing(rig.server.url('nope'))).toMatch(/nope.*(does not exist|no database)/is);
  });

  it('says that nobody answers', async () => {
    const url = rig.server.url('shop').replace(/:\d+\/shop/, ':1/shop');
    expect(await failing(url)).toMatch(/127\.0\.0\.1/);
  });

  it('says which table may not be read, and how to grant it', async () => {
    const psql = await rig.database('limited', 'CREATE TABLE seen (a int)', 'CREATE TABLE hidden (a int)');
    await psql.exec(`CREATE ROLE reader LOGIN PASSWORD 'reader-pw'`, 'GRANT SELECT ON seen TO reader');
    expect(await failing(rig.server.url('limited', 'reader', 'reader-pw'))).toMatch(
      /may not read table .*hidden[^]*GRANT SELECT ON/,
    );
  });

  it('says that row-level security hides rows', async () => {
    const psql = await rig.database('policies', 'CREATE TABLE t (a int)', 'INSERT INTO t VALUES (1)');
    await psql.exec('ALTER TABLE t ENABLE ROW LEVEL SECURITY', 'CREATE POLICY none ON t USING (false)');
    await psql.exec(`CREATE ROLE policed LOGIN PASSWORD 'policed-pw'`, 'GRANT SELECT ON t TO policed');
    expect(await failing(rig.server.url('policies', 'policed', 'policed-pw'))).toMatch(
      /Row-level security hides rows of table t/,
    );
  });

  it.each([
    ['ALTER DATABASE shop SET zero_damaged_pages = on', 'ALTER DATABASE "shop" RESET zero_damaged_pages'],
    [
      'ALTER ROLE postgres SET ignore_checksum_failure = on',
      'ALTER ROLE "postgres" RESET ignore_checksum_failure',
    ],
    ['ALTER SYSTEM SET zero_damaged_pages = on', 'ALTER SYSTEM SET zero_damaged_pages = off'],
  ])('refuses a server that passes over damaged pages: %s', async (set, remedy) => {
    const admin = await rig.psql('shop');
    await admin.exec(set, 'SELECT pg_reload_conf()');
    try {
      expect(await failing(rig.server.url('shop'))).toContain(remedy);
      expect(await failing(rig.server.url('shop'), { 'dry-run': 'true' }, false)).toContain(remedy);
    } finally {
      await admin.exec(set.replace('SET ', 'RESET ').replace(' = on', ''), 'SELECT pg_reload_conf()');
      await admin.close();
    }
  });

  it('says that a table stayed locked for longer than lock-timeout', async () => {
    const other = await rig.psql('shop');
    await other.exec('BEGIN', 'LOCK TABLE app.orders IN ACCESS EXCLUSIVE MODE');
    const { folder, url } = rig.storage();
    const run = await rig.backup({
      'database-url': rig.server.url('shop'),
      storage: url,
      'lock-timeout': '1s',
    });
    await other.exec('ROLLBACK');
    await other.close();
    expect(await requireNothingLeft(run, folder)).toMatch(
      /orders.* was locked by someone else.*lock-timeout/s,
    );
  });

  it.each([
    ['pg_dump', /pg_dump .*--format=custom/, /pg_dump failed \(it was ended by SIGKILL\)/],
    ['the compressor', /zstd .*-T/, /compressor failed|SIGKILL|Broken pipe/i],
  ])('notices that %s was killed half-way', async (_what, pattern, message) => {
    const { folder, url } = rig.storage();
    const running = rig.backup({ 'database-url': rig.server.url('big'), storage: url });
    const thaw = await freezeDump(rig, 'big');
    for (const pid of childrenLike(pattern)) process.kill(pid, 'SIGKILL');
    thaw();
    expect(await requireNothingLeft(await running, folder)).toMatch(message);
  });

  it.each([
    ["the snapshot's session", `query LIKE '%pg_export_snapshot%' AND state = 'idle in transaction'`],
    ["pg_dump's session", `query LIKE 'COPY%'`],
  ])('notices that %s was ended half-way', async (_what, condition) => {
    const { folder, url } = rig.storage();
    const running = rig.backup({ 'database-url': rig.server.url('big'), storage: url });
    const thaw = await freezeDump(rig, 'big');
    const psql = await rig.psql('big');
    await psql.exec(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${condition} AND pid <> pg_backend_pid()`,
    );
    await psql.close();
    thaw();
    expect(await requireNothingLeft(await running, folder)).toMatch(
      /Someone ended the session|connection to .* broke|session that holds it has ended/,
    );
  });

  it('says that the storage is not a folder, and connects to nothing else', async () => {
    const { folder } = rig.storage();
    writeFileSync(join(folder, 'file'), '');
    const run = await rig.backup({
      'database-url': rig.server.url('shop'),
      storage: `file://${join(folder, 'file', 'below')}`,
    });
    expect(run.error).toBeInstanceOf(UserError);
    expect(String(run.error)).toContain(join(folder, 'file'));
    expect(filesIn(folder)).toEqual(['file']);
  });

  it('publishes to the good one of two storages, and is red', async () => {
    const { folder, url } = rig.storage();
    writeFileSync(join(folder, 'file'), '');
    const { result, error } = await rig.backup({
      'database-url': rig.server.url('shop'),
      storage: `${url}\nfile://${join(folder, 'file', 'below')}`,
    });
    expect(error).toBeUndefined();
    expect(result?.results[0]?.locations).toHaveLength(1);
    expect(result?.results[0]?.problems).toEqual([expect.stringMatching(/does not hold this backup/)]);
    expect(filesIn(folder).filter((file) => file.endsWith('manifest.json'))).toHaveLength(1);
  });

  it('notices a crash of the server half-way', async () => {
    const crashing = await Rig.start(15);
    await crashing.database('big', BIG);
    const { folder, url } = crashing.storage();
    const running = crashing.backup({ 'database-url': crashing.server.url('big'), storage: url });
    const thaw = await freezeDump(crashing, 'big');
    process.kill(crashing.server.pid, 'SIGQUIT');
    thaw();
    const run = await running;
    expect(run.error).toBeInstanceOf(UserError);
    expect(String(run.error)).toMatch(
      /crashed|connection to .* broke|Nothing accepts connections|is starting up/,
    );
    expect(filesIn(folder).filter((file) => !file.includes('/_log/'))).toEqual([]);
    expect(childrenLike(/pg_dump|pg_restore|zstd/)).toEqual([]);
    await crashing.stop();
  });

  it('logs that the programs could not be had, under the family that was to be backed up', async () => {
    const { folder, url } = rig.storage();
    const empty = rig.storage().folder;
    const run = await rig.backup({
      'database-url': rig.server.url('shop'),
      storage: url,
      'postgres-bin': empty,
    });
    expect(await requireNothingLeft(run, folder)).toContain(empty);
    expect(filesIn(folder)[0]).toMatch(/^shop\/_log\//);
  });

  (canMount() ? it : it.skip)('says that the disk filled up half-way, and leaves it as it was', async () => {
    const { folder, url } = rig.storage();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'pgkeep-test', folder]);
    try {
      const run = await rig.backup({
        'database-url': rig.server.url('big'),
        storage: url,
        compression: 'none',
      });
      expect(await requireNothingLeft(run, folder)).toMatch(/The disk is full/);
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
