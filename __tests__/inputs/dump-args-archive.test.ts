import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALLOWED_DUMP_ARGS, checkDumpArgs } from '../../src/inputs/dump-args.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { systemPrograms } from '../support/clients.js';

// Older ones lack some of the arguments that are let through; they say so themselves.
const OLDEST = 15;

const system = systemPrograms();
const programs = system !== undefined && system.major >= OLDEST ? system : undefined;
if (programs === undefined)
  process.stderr.write('NOT RUN: dump-args against pg_dump: no pg_dump of PostgreSQL 15 or newer\n');

/** Objects that each of the arguments has something to do with. */
const OBJECTS = `
CREATE ROLE reader;
CREATE SCHEMA s;
CREATE TABLE s.t (id serial PRIMARY KEY, "Mixed Case" text, x text);
ALTER TABLE s.t ALTER x SET COMPRESSION pglz;
ALTER TABLE s.t OWNER TO reader;
COMMENT ON TABLE s.t IS 'it''s a comment';
GRANT SELECT ON s.t TO PUBLIC;
CREATE FUNCTION s.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER tr BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.f();
CREATE TABLE s.p (a int) PARTITION BY RANGE (a);
CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (10);
CREATE PUBLICATION pub FOR TABLE s.t;
CREATE SUBSCRIPTION sub CONNECTION 'host=nowhere' PUBLICATION pub WITH (connect = false);
INSERT INTO s.t ("Mixed Case") VALUES ('a'), ('b');
INSERT INTO s.p VALUES (1);`;

(programs === undefined ? describe.skip : describe)('dump-args against pg_dump', () => {
  const found = programs!;
  let server: PostgresServer;

  const run = (name: 'psql' | 'pg_dump' | 'pg_restore', args: string[], input?: string | Buffer): Buffer =>
    execFileSync(found.path(name), args, {
      input,
      env: { ...process.env, ...found.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  const dump = (...args: string[]): Buffer => run('pg_dump', [...args, '-d', server.url()]);
  /** What the fingerprint's hash sees: no comments, no random keys. */
  const statements = (sql: Buffer): string => sql.toString().replaceAll(/^(--|\\(un)?restrict ).*\n/gm, '');

  beforeAll(async () => {
    server = await startPostgres({ major: Math.min(found.major, 18), config: { wal_level: 'logical' } });
    run('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', server.url()], OBJECTS);
  });
  afterAll(() => server.stop());

  /** An option as it is written, with what it needs beside it. */
  const written = (option: string): string[] => {
    if (option === '--rows-per-insert') return [`${option}=1`];
    return option === '--on-conflict-do-nothing' ? ['--inserts', option] : [option];
  };
  const isFor = (option: string, format: 'custom' | 'plain'): boolean => {
    try {
      checkDumpArgs(written(option), format, 'data');
      return true;
    } catch {
      return false;
    }
  };
  const forArchives = ALLOWED_DUMP_ARGS.filter((option) => isFor(option, 'custom'));

  it.each([...forArchives])('%s leaves the archive and the schema-only dump in accord', (option) => {
    const archive = dump('-Fc', ...written(option));
    const restored = statements(run('pg_restore', ['-s', '-f', '-'], archive));
    expect(restored).toBe(statements(dump('-s', ...written(option))));
    expect(restored).toContain('CREATE TABLE s.t');
    const contents = (list: Buffer): string[] => list.toString().match(/ TABLE DATA .*/g) ?? [];
    expect(contents(run('pg_restore', ['-l'], archive))).toEqual(
      contents(run('pg_restore', ['-l'], dump('-Fc'))),
    );
  });

  it.each(ALLOWED_DUMP_ARGS.filter((option) => isFor(option, 'plain')))(
    '%s is known to pg_dump',
    (option) => {
      expect(dump('-Fp', '-C', '-a', ...written(option)).length).toBeGreaterThan(0);
    },
  );

  it.each(['--no-owner', '--quote-all-identifiers'])('%s would not', (option) => {
    const restored = statements(run('pg_restore', ['-s', '-f', '-'], dump('-Fc', option)));
    expect(restored).not.toBe(statements(dump('-s', option)));
  });
});
