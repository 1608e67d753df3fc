import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import type { Psql } from '../../src/postgres/psql.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { Listener } from '../support/listener.js';
import { testMajors } from '../support/majors.js';
import { databasesOf, messagesOf, restoring, type Restoring } from '../support/restore-rig.js';

const majors = rigMissing === undefined ? testMajors().filter((major) => major === 17) : [];
if (majors.length === 0) process.stderr.write(`NOT RUN: meanwhile: ${rigMissing ?? 'no server'}\n`);
const suite = majors.length === 0 ? describe.skip.each([0]) : describe.each(majors);

suite('what happens to the target while a backup is restored, on PostgreSQL %s', (major) => {
  let rig: Rig;
  let admin: Psql;
  let storage: string;

  const url = (database: string): string => rig.server.url(database);

  /** Does something in a database, as an application would. */
  const write = async (database: string, ...statements: string[]): Promise<void> => {
    const psql = await rig.psql(database);
    await psql.exec(...statements);
    await psql.close();
  };

  const countIn = async (database: string): Promise<string> => {
    const psql = await rig.psql(database);
    try {
      return await psql.value('SELECT count(*) FROM mine');
    } finally {
      await psql.close();
    }
  };

  /** Restores, and does something when a step begins. */
  const meanwhile = (
    inputs: Record<string, string>,
    step: string,
    work: () => Promise<unknown>,
  ): Promise<Restoring> => {
    const said = new Listener();
    said.group = async (title, go) => {
      if (title === step) await work();
      return go();
    };
    return restoring(rig, { storage, ...inputs }, { said });
  };

  const FILL = ['CREATE TABLE mine (a int)', 'INSERT INTO mine VALUES (1)'];

  beforeAll(async () => {
    rig = await Rig.start(major);
    admin = await rig.psql();
    await admin.exec("CREATE ROLE poor LOGIN PASSWORD 'secret'");
    await (
      await rig.database('shop', 'CREATE TABLE things (id int)', 'INSERT INTO things VALUES (1)')
    ).close();
    const published = await rig.publish('shop');
    storage = `file://${published.folder.split('/').slice(0, -2).join('/')}`;
  }, 180_000);

  afterAll(() => rig?.stop());

  it.each([
    ['fresh', 'Fetching the backup', 'is not empty (it holds table public.mine), and mode is fresh'],
    ['fresh', 'Comparing', 'is not empty (it holds table public.mine), and mode is fresh'],
    ['fresh', 'Putting it into place', 'is not empty (it holds table public.mine), and mode is fresh'],
    ['replace', 'Putting it into place', 'To go on, set confirm: '],
  ])('leaves what was empty and is filled, in mode %s at the step %s', async (mode, step, reason) => {
    const name = `filled_${mode}_${step.length}`;
    await (await rig.database(name)).close();
    const before = await databasesOf(rig);
    const { error } = await meanwhile({ 'database-url': url(name), mode }, step, () => write(name, ...FILL));
    expect(messagesOf(error)).toContain(reason);
    if (step !== 'Fetching the backup')
      expect(messagesOf(error)).toContain('has changed while the backup was being restored');
    expect(await countIn(name)).toBe('1');
    expect(await databasesOf(rig)).toEqual(before);
  });

  it('leaves what it would restore into, too', async () => {
    await (await rig.database('inside')).close();
    await admin.exec('ALTER DATABASE inside OWNER TO poor');
    const asked = { 'database-url': rig.server.url('inside', 'poor', 'secret') };
    const { error } = await meanwhile(asked, 'Restoring', () => write('inside', ...FILL));
    expect(messagesOf(error)).toContain('has changed while the backup was being restored');
    expect(await countIn('inside')).toBe('1');
  });

  it('leaves a database that somebody has made', async () => {
    const { error } = await meanwhile({ 'database-url': url('made') }, 'Comparing', async () => {
      await (await rig.database('made', ...FILL)).close();
    });
    expect(messagesOf(error)).toContain('has changed while the backup was being restored');
    expect(await countIn('made')).toBe('1');
  });

  it('keeps what was written to a database that may be replaced', async () => {
    await (await rig.database('live', ...FILL)).close();
    const asked = { 'database-url': url('live'), mode: 'replace', confirm: 'live' };
    const { result, error } = await meanwhile(asked, 'Comparing', () =>
      write('live', 'INSERT INTO mine VALUES (2)'),
    );
    expect(messagesOf(error)).toBe('undefined');
    expect(await countIn(result?.previousDatabase ?? '')).toBe('2');
  });

  it('makes the safety backup of what the target holds when the restore begins', async () => {
    await (await rig.database('safe')).close();
    const { url: store, folder } = rig.storage();
    const asked = { 'database-url': url('safe'), mode: 'replace', confirm: 'safe', 'safety-backup': store };
    const { result, error } = await meanwhile(asked, 'Fetching the backup', () => write('safe', ...FILL));
    expect(messagesOf(error)).toBe('undefined');
    expect(readdirSync(`${folder}/${result?.safetyBackup?.name}`)).toContain(result?.safetyBackup?.id);
  });

  it('is not changed by event triggers that our own sessions would set off', async () => {
    const source = await rig.database(
      'logged',
      'CREATE TABLE logins (at timestamptz)',
      `CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NOT pg_catalog.pg_is_in_recovery() THEN INSERT INTO public.logins VALUES (now()); END IF; END $$`,
      'CREATE EVENT TRIGGER noting ON login EXECUTE FUNCTION note()',
      'ALTER EVENT TRIGGER noting ENABLE ALWAYS',
    );
    await source.close();
    const { folder, fingerprint } = await rig.publish('logged');
    const rows = fingerprint.tables.find(({ name }) => name === 'logins')?.rows ?? 0;
    const { result, error } = await restoring(rig, {
      storage: `file://${folder.split('/').slice(0, -2).join('/')}`,
      'database-url': url('logged_again'),
    });
    expect(messagesOf(error)).toBe('undefined');
    expect(result?.findings.filter(({ verdict }) => verdict === 'different')).toEqual([]);
    const psql = await rig.psql('logged_again');
    // This session is the first one.
    expect(await psql.value('SELECT count(*) FROM logins')).toBe(String(rows + 1));
    await psql.close();
  });

  it('keeps an empty database that had been prepared for its application', async () => {
    await (await rig.database('prepared')).close();
    await write('prepared', 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO poor');
    const { result, error } = await restoring(rig, { storage, 'database-url': url('prepared') });
    expect(messagesOf(error)).toBe('undefined');
    expect(result?.previousDatabase).toMatch(/^prepared_before_/);
    expect(result?.notes.join('\n')).toContain('rights were granted in it');
  });
});
