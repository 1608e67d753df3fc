import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rolesNamedIn } from '../../src/restore/archive/index.js';
import { defaultsOf, rolesOf } from '../../src/restore/archive/roles.js';
import { ArchiveLab, pairedMajors } from '../support/archives.js';
import { rigMissing } from '../support/backup-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: roles in archives: ${rigMissing}\n`);

describe('the roles of a statement', () => {
  it.each([
    ['ALTER TABLE app.orders OWNER TO shop;', ['shop']],
    ['ALTER TABLE public.owner OWNER TO "o\'w ""n;er";', ['o\'w "n;er']],
    ['ALTER TABLE "x OWNER TO y" OWNER TO z;', ['z']],
    ['ALTER FUNCTION f(owner text) OWNER TO z;', ['z']],
    ['ALTER TABLE ONLY public.owner ADD CONSTRAINT c CHECK (true);', []],
    ['GRANT SELECT(a,b),UPDATE ON TABLE t TO reader WITH GRANT OPTION;', ['reader']],
    ['GRANT SELECT ON TABLE "TO evil" TO reader GRANTED BY admin;', ['reader', 'admin']],
    ['GRANT ALL ON SCHEMA s TO PUBLIC;', []],
    ['GRANT ALL ON SCHEMA s TO "PUBLIC";', ['PUBLIC']],
    ['REVOKE ALL ON FUNCTION f(a text, b text) FROM PUBLIC, "a, b";', ['a, b']],
    ['ALTER DEFAULT PRIVILEGES FOR ROLE g IN SCHEMA app GRANT SELECT ON TABLES TO reader;', ['g', 'reader']],
    ['ALTER DEFAULT PRIVILEGES FOR ROLE g REVOKE ALL ON TABLES FROM r;', ['g', 'r']],
    [`CREATE POLICY "p TO q" ON t FOR SELECT TO a, "B" USING ((x TO y));`, ['a', 'B']],
    ['CREATE POLICY p ON t USING (true);', []],
    ['CREATE USER MAPPING FOR "m" SERVER s OPTIONS (\n "user" \'x\'\n);', ['m']],
    ['CREATE USER MAPPING FOR public SERVER s;', []],
    ["SET SESSION AUTHORIZATION 'it''s';", ["it's"]],
    ['SET SESSION AUTHORIZATION reader;', ['reader']],
    ['SET SESSION AUTHORIZATION DEFAULT;', []],
    ['CREATE SCHEMA s AUTHORIZATION z;', ['z']],
    ["ALTER ROLE r IN DATABASE d SET work_mem TO '1';", ['r']],
    ["COMMENT ON TABLE t IS 'OWNER TO x';", []],
  ])('%s', (sql, expected) => {
    expect(rolesOf(sql)).toEqual(expected);
  });
});

describe('the roles whose default privileges a statement sets', () => {
  it.each([
    ['ALTER DEFAULT PRIVILEGES FOR ROLE g IN SCHEMA app GRANT SELECT ON TABLES TO reader;', ['g']],
    ['ALTER DEFAULT PRIVILEGES FOR ROLE "a, ""b" REVOKE ALL ON TABLES FROM r;', ['a, "b']],
    ['ALTER DATABASE d OWNER TO z;', []],
    ['GRANT SELECT ON TABLE t TO reader;', []],
  ])('%s', (sql, expected) => {
    expect(defaultsOf(sql)).toEqual(expected);
  });
});

const suite = rigMissing === undefined ? describe.each(pairedMajors()) : describe.skip.each([0]);

suite('the roles in archives of PostgreSQL %i', (major) => {
  let lab: ArchiveLab;

  beforeAll(async () => {
    lab = await ArchiveLab.start(major);
    const admin = await lab.rig.psql();
    await admin.exec(
      `CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    const latin = await lab.rig.psql('latin');
    // The names of roles have no encoding: this one has the bytes of the database in which it was made.
    await latin.exec(
      'CREATE ROLE "größe"',
      'CREATE TABLE public.t ()',
      'ALTER TABLE public.t OWNER TO "größe"',
    );
  });
  afterAll(() => lab.stop());

  it.each(['custom', 'directory', 'plain'] as const)('are all found in %s', async (format) => {
    const named = async (database: string, ...args: string[]) =>
      rolesNamedIn({
        archive: await lab.dump(format, database, ...args),
        programs: lab.programs,
        signal: new AbortController().signal,
      });
    const find = async (database: string, ...args: string[]): Promise<string[]> =>
      (await named(database, ...args)).all;
    const all = [
      'LO "reader',
      'TO mapped',
      'grantor',
      'lo owner',
      'o\'w "n;er',
      'postgres',
      'reader',
      'writer',
    ];
    expect(await named('shop')).toEqual({ all, withDefaults: ['grantor'] });
    // Rows name none, whatever they hold.
    expect(await find('shop', ...(format === 'plain' ? ['--inserts', '--create'] : []))).toEqual(all);
    expect(await find('shop', '--data-only', '--table=app.evil')).toEqual([]);
    expect(await find('latin')).toEqual(expect.arrayContaining(['größe']));
  });
});
