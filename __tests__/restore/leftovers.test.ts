import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Psql } from '../../src/postgres/psql.js';
import { lockTarget } from '../../src/restore/target/lock.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { until } from '../support/children.js';
import { Listener } from '../support/listener.js';
import { testMajors } from '../support/majors.js';
import { databasesOf, messagesOf, restoring } from '../support/restore-rig.js';

const majors = rigMissing === undefined ? testMajors().filter((major) => [13, 17].includes(major)) : [];
if (majors.length === 0) process.stderr.write(`NOT RUN: leftovers: ${rigMissing ?? 'no server'}\n`);
const suite = majors.length === 0 ? describe.skip.each([0]) : describe.each(majors);

suite('what an interrupted restore left on PostgreSQL %s', (major) => {
  let rig: Rig;
  let admin: Psql;
  let storage: string;
  let id: string;

  const mark = (name: string): Promise<unknown> =>
    admin.exec(`COMMENT ON DATABASE "${name}" IS 'pgkeep: unfinished restore of shop'`);

  beforeAll(async () => {
    rig = await Rig.start(major);
    admin = await rig.psql();
    await (
      await rig.database('shop', 'CREATE TABLE things (id int)', 'INSERT INTO things VALUES (1)')
    ).close();
    const published = await rig.publish('shop');
    id = published.manifest.id;
    storage = `file://${published.folder.split('/').slice(0, -2).join('/')}`;
  }, 180_000);

  afterAll(() => rig?.stop());

  it('is no database that has been put to use since, by whatever comment', async () => {
    // By hand, somebody has finished what was interrupted.
    await mark('shop');
    await (await rig.database('shop_copy')).close();
    await mark('shop_copy');
    await (await rig.database('shop_comparing_x')).close();
    await mark('shop_comparing_x');
    const { result, error } = await restoring(rig, {
      storage,
      'database-url': rig.server.url('shop'),
      mode: 'replace',
      confirm: 'shop',
    });
    expect(messagesOf(error)).toBe('undefined');
    const databases = await databasesOf(rig);
    expect(databases).toEqual(['shop', result?.previousDatabase, 'shop_copy']);
    const old = await rig.psql(result?.previousDatabase ?? '');
    expect(await old.value('SELECT count(*) FROM things')).toBe('1');
    await old.close();
    // Nor does the mark go on to the next one.
    expect(
      await admin.query(
        `SELECT to_json(shobj_description(oid, 'pg_database')) FROM pg_database WHERE datname = 'shop'`,
      ),
    ).toBeNull();
  });

  it('is not looked for while another restore is at work, whichever database that works from', async () => {
    const asked = { storage, 'database-url': rig.server.url('locked') };
    const other = await rig.psql('template1');
    await lockTarget(other, 'locked');
    const before = await databasesOf(rig);
    const { error } = await restoring(rig, asked);
    expect(messagesOf(error)).toContain('Another restore into database "locked" is at work');
    expect(await databasesOf(rig)).toEqual(before);
    await lockTarget(await rig.psql(), 'another');
    await other.close();
    expect(messagesOf((await restoring(rig, asked)).error)).toBe('undefined');
  });

  it('is also a database that was made and could not be commented any more', async () => {
    const asked = { storage, 'database-url': rig.server.url('early') };
    const said = new Listener();
    const blocker = await rig.psql();
    said.group = async (title, work) => {
      if (title === 'Restoring')
        await blocker.exec('BEGIN', 'LOCK TABLE pg_catalog.pg_shdescription IN ACCESS EXCLUSIVE MODE');
      return work();
    };
    const restore = restoring(rig, asked, { said });
    const name = `early_restoring_${id}`;
    await until('it is made and waits for its comment', async () => {
      const ended = await admin.value(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COMMENT ON DATABASE "${name}"%'`,
      );
      return ended === 't' ? true : undefined;
    });
    const limit = await admin.value(`SELECT datconnlimit FROM pg_database WHERE datname = '${name}'`);
    await blocker.close();
    expect((await restore).error).toBeDefined();
    // As a run that was killed there would have left it, beside one of a user's.
    await admin.exec(
      `CREATE DATABASE "${name}" CONNECTION LIMIT ${limit}`,
      `CREATE DATABASE early_restoring_z`,
    );
    expect(messagesOf((await restoring(rig, asked)).error)).toBe('undefined');
    const databases = await databasesOf(rig);
    expect(databases).not.toContain(name);
    expect(databases).toEqual(expect.arrayContaining(['early', 'early_restoring_z']));
    expect(await admin.value(`SELECT datconnlimit FROM pg_database WHERE datname = 'early'`)).toBe('-1');
  });

  it('is no database that somebody else makes under the same name', async () => {
    const said = new Listener();
    said.group = async (title, work) => {
      if (title === 'Restoring') await (await rig.database(`rival_restoring_${id}`)).close();
      return work();
    };
    const { error } = await restoring(rig, { storage, 'database-url': rig.server.url('rival') }, { said });
    expect(messagesOf(error)).toContain('already exists');
    expect(await databasesOf(rig)).toContain(`rival_restoring_${id}`);
  });
});
