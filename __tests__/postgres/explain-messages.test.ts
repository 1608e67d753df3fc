import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../../src/base/process.js';
import { serverName } from '../../src/postgres/causes/cause.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { explainFailure } from '../../src/postgres/explain.js';
import { Psql } from '../../src/postgres/psql.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { systemPrograms } from '../support/clients.js';

const found = systemPrograms();
if (found === undefined) process.stderr.write('NOT RUN: explain: no pg_dump of PostgreSQL 13 or newer\n');

(found === undefined ? describe.skip : describe)('the messages of the real pg_dump', () => {
  const programs = found!;
  let server: PostgresServer;
  let admin: Psql;
  const dump = async (...args: string[]): Promise<string | undefined> => {
    const connection = parseConnection(server.url('postgres', 'reader', 'reader'), process.env);
    const result = await run(programs.path('pg_dump'), ['-d', connection.conninfo(), ...args], {
      env: connection.env,
    });
    expect(result.code).toBe(1);
    return explainFailure(result.stderr, { target: connection.target })?.message;
  };

  beforeAll(async () => {
    server = await startPostgres({ major: 15 });
    admin = await Psql.open({ programs, connection: parseConnection(server.url(), process.env) });
    await admin.exec(
      `CREATE ROLE reader LOGIN PASSWORD 'reader'`,
      'CREATE SCHEMA hidden',
      'CREATE TABLE hidden.t ()',
      'CREATE SCHEMA s',
      'GRANT USAGE ON SCHEMA s TO reader',
      'CREATE TABLE s."Order ""Lines""" (id int)',
      'CREATE TABLE s.policed (id int)',
      'INSERT INTO s.policed VALUES (1)',
      'ALTER TABLE s.policed ENABLE ROW LEVEL SECURITY',
      'GRANT SELECT ON s.policed TO reader',
      'CREATE TABLE s.locked ()',
      'GRANT SELECT ON s.locked TO reader',
    );
  });
  afterAll(async () => {
    await admin.close();
    await server.stop();
  });

  it('no SELECT right', async () => {
    expect(await dump('-t', 's."Order ""Lines"""')).toContain(
      '`GRANT SELECT ON s."Order ""Lines""" TO "reader"`',
    );
  });

  it('no USAGE right', async () => {
    expect(await dump('-n', 'hidden')).toMatch(/schema hidden[^]*GRANT USAGE ON SCHEMA "hidden" TO "reader"/);
  });

  it('row-level security', async () => {
    expect(await dump('-t', 's.policed')).toMatch(/hides rows of table policed from role reader/);
  });

  it('lock timeout', async () => {
    await admin.exec('BEGIN', 'LOCK TABLE s.locked');
    expect(await dump('-t', 's.locked', '--lock-wait-timeout=200')).toMatch(/^Table s\.locked was locked/);
    await admin.exec('ROLLBACK');
  });

  it('strict names', async () => {
    expect(await dump('-t', 'nope', '--strict-names')).toMatch(/No tables match the pattern nope/);
  });

  it('no such snapshot', async () => {
    expect(await dump('--snapshot=00000003-0000001B-1')).toMatch(/snapshot of the dump cannot be used/);
  });
});

describe('the name of a server', () => {
  it.each([
    ['postgres:///shop', 'the server'],
    ['host=db.example.com dbname=shop', 'the server db.example.com'],
    ['postgres://app@127.0.0.1:1/shop', 'the server 127.0.0.1 on port 1'],
    ['postgres://app@[::1]:5433/shop', 'the server ::1 on port 5433'],
  ])('of %s is %s', (url, expected) => {
    expect(serverName({ target: parseConnection(url, {}).target })).toBe(expected);
  });
});
