import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fingerprint } from '../../src/backup/fingerprint/types.js';
import { listBackups } from '../../src/backup/catalogue.js';
import { openStore } from '../../src/storage/registry.js';
import { filesIn, nextSecond, Rig, rigMissing } from '../support/backup-rig.js';
import { BIG, freezeDump } from '../support/big.js';
import { pgbouncerProgram, startPgbouncer } from '../support/pgbouncer.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: whole backups: ${rigMissing}\n`);

(rigMissing === undefined ? describe : describe.skip)('a backup', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(17);
    for (const name of ['one', 'two']) await rig.database(name, 'CREATE TABLE t (a int)');
  });
  afterAll(() => rig.stop());

  it('of an empty database is restorable', async () => {
    await rig.database('empty');
    const { manifest, fingerprint } = await rig.publish('empty');
    expect(manifest.totals).toEqual({ tables: 0, rows: 0 });
    expect(fingerprint.tables).toEqual([]);
  });

  it('of 5,000 tables works with the lock table that servers have by default', async () => {
    await rig.database(
      'many',
      `DO $$ BEGIN FOR i IN 1..5000 LOOP EXECUTE format('CREATE TABLE t%s (id int)', i);
         IF i % 500 = 0 THEN COMMIT; END IF; END LOOP; END $$`,
      'INSERT INTO t77 VALUES (1)',
    );
    const { manifest } = await rig.publish('many');
    expect(manifest.totals).toEqual({ tables: 5000, rows: 1 });
  });

  it.each(['-rf', 'two words', `quo"te'd`, '$HOME;`id`', 'line\nbreak', 'ünïcödé 数据', '-- x'])(
    'of a database with the name %j',
    async (name) => {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      await rig.database(
        name,
        `CREATE SCHEMA ${quoted}`,
        `CREATE TABLE ${quoted}.${quoted} (${quoted} int PRIMARY KEY)`,
        `INSERT INTO ${quoted}.${quoted} VALUES (1), (2)`,
        `CREATE SEQUENCE ${quoted}.s`,
        `SELECT nextval('${quoted.replaceAll("'", "''")}.s')`,
      );
      for (const inputs of [{ fingerprint: 'content' }, { tables: `${quoted.replace('\n', '"?"')}.*` }]) {
        const { manifest, fingerprint } = await rig.publish(name, { ...inputs, globals: 'true' });
        expect(manifest.database).toBe(name);
        expect(fingerprint.tables).toEqual([expect.objectContaining({ schema: name, name, rows: 2 })]);
        expect(fingerprint.sequences).toEqual([{ schema: name, name: 's', before: '1', after: '1' }]);
      }
    },
  );

  it('keeps a finished dump although a sequence is locked after it', async () => {
    const { folder, url } = rig.storage();
    const psql = await rig.database('locked', BIG, 'CREATE SEQUENCE s', "SELECT nextval('s')");
    const running = rig.backup({
      'database-url': rig.server.url('locked'),
      storage: url,
      'lock-timeout': '1s',
    });
    const thaw = await freezeDump(rig, 'locked');
    await psql.exec('BEGIN', 'ALTER SEQUENCE s MAXVALUE 1000');
    thaw();
    const { error } = await running;
    await psql.exec('ROLLBACK');
    expect(error).toBeUndefined();
    const [file] = filesIn(folder).filter((name) => name.endsWith('fingerprint.json'));
    const fingerprint = JSON.parse(readFileSync(join(folder, String(file)), 'utf8')) as Fingerprint;
    expect(fingerprint.sequences).toEqual([{ schema: 'public', name: 's', before: '1' }]);
    expect(fingerprint.notMeasured).toEqual([
      { what: 'sequences after the dump', why: expect.stringMatching(/lock timeout/) },
    ]);
  });

  it('bounds a sequence that moves while it is dumped', async () => {
    const psql = await rig.database('moving', 'CREATE SEQUENCE s', `SELECT nextval('s')`);
    let moving = true;
    const moved = (async () => {
      while (moving) await psql.exec(`SELECT nextval('s')`);
    })();
    const { fingerprint } = await rig.publish('moving');
    moving = false;
    await moved;
    const [sequence] = fingerprint.sequences;
    expect(Number(sequence?.after)).toBeGreaterThan(Number(sequence?.before));
  });

  it('of a list of databases: one that fails does not stop the others', async () => {
    const { folder, url } = rig.storage();
    const { result } = await rig.backup({
      'database-url': rig.server.url(),
      storage: url,
      databases: 'one\nmissing\ntwo',
    });
    expect(result?.results.map(({ manifest }) => manifest.name)).toEqual(['one', 'two']);
    expect(result?.failures.map(({ database }) => database)).toEqual(['missing']);
    const logs = filesIn(folder).filter((file) => file.includes('/_log/'));
    const outcomes = logs.map((file) => [
      file.split('/')[0],
      (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { outcome: string }).outcome,
    ]);
    expect(outcomes).toEqual([
      ['missing', 'failure'],
      ['one', 'success'],
      ['two', 'success'],
    ]);
  });

  it('of another database in the same family is published, and red', async () => {
    const { url } = rig.storage();
    const into = { storage: url, name: 'family' };
    await rig.backup({ 'database-url': rig.server.url('one'), ...into });
    // The newest is told by the second in which it began.
    await nextSecond();
    const other = await rig.backup({ 'database-url': rig.server.url('two'), ...into });
    expect(other.result?.results[0]?.problems).toEqual([
      expect.stringMatching(/is of another database than this one.*was published and nothing was removed/),
    ]);
    const store = await openStore(url, { env: process.env });
    const { backups } = await listBackups(store, 'family');
    expect(backups.map(({ database }) => database).sort()).toEqual(['one', 'two']);
    // Now the newest is of this database again.
    await nextSecond();
    const again = await rig.backup({ 'database-url': rig.server.url('two'), ...into });
    expect(again.result?.results[0]?.problems).toEqual([]);
  });

  it('that is only rehearsed leaves nothing', async () => {
    const { folder, url } = rig.storage();
    const { error, said } = await rig.backup({
      'database-url': rig.server.url('one'),
      storage: url,
      'dry-run': 'true',
    });
    expect(error).toBeUndefined();
    expect(said.text).toMatch(/Would back up database "one"/);
    expect(filesIn(folder)).toEqual([]);
  });

  it('of all databases says which are not among them', async () => {
    const template = await rig.database('mould');
    await template.exec('ALTER DATABASE mould IS_TEMPLATE true');
    await template.close();
    const { error, said } = await rig.backup({
      'database-url': rig.server.url('one'),
      databases: '*',
      storage: rig.storage().url,
      'dry-run': 'true',
    });
    expect(error).toBeUndefined();
    expect(said.lines).toContain('Not among all databases (*), and not backed up: mould (a template)');
    expect(said.text).not.toMatch(/Would back up database "mould"/);
  });

  it('names the database of several that a dry run fails on', async () => {
    const { url } = rig.storage();
    const { error } = await rig.backup({
      'database-url': rig.server.url('one'),
      databases: 'one\nnope',
      storage: url,
      'dry-run': 'true',
    });
    expect(String(error)).toMatch(/^UserError: Database "nope": .*nope/s);
  });

  it('says a warning of pg_dump once, for a plain dump too', async () => {
    await rig.database(
      'circular',
      'CREATE TABLE a (id int PRIMARY KEY, b int)',
      'CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a)',
      'ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b',
    );
    const { said, manifest } = await rig.publish('circular', { format: 'plain', content: 'data' });
    expect(manifest.warnings).toEqual([expect.stringMatching(/circular.*detail: .*hint: /)]);
    expect(said.warnings).toHaveLength(1);
  });

  const pooled = pgbouncerProgram === undefined ? it.skip : it;
  if (pgbouncerProgram === undefined)
    process.stderr.write('NOT RUN: whole backups through PgBouncer: not installed\n');
  pooled('refuses the one database that PgBouncer pools by transaction', async () => {
    const pooler = await startPgbouncer(rig.server, 'session', {
      // Settings come last, so this opens another section.
      listen_backlog: `128\n[databases]\ntwo = host=127.0.0.1 port=${rig.server.port} pool_mode=transaction`,
    });
    const { result } = await rig.backup({
      'database-url': pooler.url('one'),
      storage: rig.storage().url,
      databases: 'one\ntwo',
    });
    await pooler.stop();
    expect(result?.results.map(({ manifest }) => manifest.database)).toEqual(['one']);
    expect(result?.failures.map(({ error }) => String(error))).toEqual([
      expect.stringMatching(/transaction pooling/),
    ]);
  });

  pooled('is not even rehearsed through a pooler of transactions', async () => {
    const pooler = await startPgbouncer(rig.server, 'transaction');
    const { folder, url } = rig.storage();
    const { error } = await rig.backup({
      'database-url': pooler.url('one'),
      storage: url,
      'dry-run': 'true',
    });
    await pooler.stop();
    expect(String(error)).toMatch(/transaction pooling/);
    expect(filesIn(folder)).toEqual([]);
  });
});
