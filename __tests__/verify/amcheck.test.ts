import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql } from '../../src/postgres/psql.js';
import { checkIndexes } from '../../src/verify/amcheck.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { borderMajors } from '../support/majors.js';
import { problems } from '../support/compare-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: checking indexes: ${rigMissing}\n`);

const FILL = [
  'CREATE TABLE t (a int PRIMARY KEY, b text, h jsonb)',
  `INSERT INTO t SELECT i, 'b' || i, '{}' FROM generate_series(1, 2000) i`,
  'CREATE INDEX "odd ""name""; --" ON t (b)',
  'CREATE INDEX json ON t USING gin (h)',
  'CREATE TABLE parts (n int) PARTITION BY LIST (n); CREATE TABLE part PARTITION OF parts FOR VALUES IN (1)',
  'CREATE INDEX incomplete ON ONLY parts (n)',
  `CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'`,
  'CREATE EVENT TRIGGER refuse ON ddl_command_start EXECUTE FUNCTION refuse()',
  'SET session_replication_role = replica',
];
/** Another order than the one that the index was built in. */
const DISORDER = [
  `CREATE FUNCTION backwards(a text, b text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT btrim(current_setting(''x.sign'')) :: int * bttextcmp(a, b)'`,
  `SET x.sign = '1'`,
  `CREATE OPERATOR CLASS turned FOR TYPE text USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 backwards(text, text)`,
  'CREATE INDEX disordered ON t (b turned)',
];

const suite = rigMissing === undefined ? describe.each(borderMajors()) : describe.skip.each([0]);

suite('checking the indexes of PostgreSQL %i', (major) => {
  let rig: Rig;
  const signal = new AbortController().signal;
  const opener =
    (database: string) =>
    async (name: string): Promise<Psql> => {
      const connection = parseConnection(rig.server.url(database), process.env);
      return Psql.open({ programs: rig.programs, connection, name, signal, settings: {} });
    };

  beforeAll(async () => {
    rig = await Rig.start(major);
  });
  afterAll(() => rig.stop());

  it('finds sound ones sound, and leaves nothing behind', async () => {
    const psql = await rig.database('sound', ...FILL);
    const objects = `SELECT count(*) FROM pg_namespace UNION ALL SELECT count(*) FROM pg_extension`;
    const before = await psql.value(objects);
    const findings = await checkIndexes(opener('sound'), 2);
    expect(findings).toEqual([
      { kind: 'index', name: '3 indexes valid', verdict: 'equal' },
      { kind: 'index', name: 'order inside of 2 B-trees', verdict: 'equal' },
    ]);
    expect(await psql.value(objects)).toBe(before);
  });

  it('uses the amcheck that is there, and says nothing where there is no index', async () => {
    const psql = await rig.database('with', 'CREATE SCHEMA "it s"; CREATE EXTENSION amcheck SCHEMA "it s"');
    expect(await checkIndexes(opener('with'), 2)).toEqual([]);
    await psql.exec(...FILL);
    expect(problems(await checkIndexes(opener('with'), 4))).toEqual([]);
    expect(await psql.value('SELECT count(*) FROM pg_extension')).toBe('2');
  });

  it('names each that is not valid or not in order', async () => {
    const psql = await rig.database('broken', ...FILL, ...DISORDER, 'CREATE TABLE twice (n int)');
    await psql.exec('INSERT INTO twice VALUES (1), (1)', `ALTER DATABASE broken SET x.sign = '-1'`);
    await expect(psql.exec('CREATE UNIQUE INDEX CONCURRENTLY failed ON twice (n)')).rejects.toThrow();
    const found = problems(await checkIndexes(opener('broken'), 1));
    expect(found).toEqual([
      'index public.failed: a sound index / it is not valid',
      expect.stringMatching(/^index public.disordered: a sound index \/ item order invariant violated/),
    ]);
  });

  it('says so where amcheck is not to be had', async () => {
    await rig.database('taken', ...FILL, 'CREATE SCHEMA pgkeep_amcheck');
    expect(await checkIndexes(opener('taken'), 2)).toContainEqual({
      kind: 'index',
      name: 'order inside of B-trees',
      verdict: 'not measured',
      why: expect.stringContaining('pgkeep_amcheck'),
    });
  });
});
