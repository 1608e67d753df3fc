import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql } from '../../src/postgres/psql.js';
import { borrowScratch, type Scratch } from '../../src/postgres/scratch/index.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { Listener } from '../support/listener.js';
import { clients, libc, scratchMissing } from './scratch-rig.js';

if (scratchMissing !== undefined) process.stderr.write(`NOT RUN: borrowed servers: ${scratchMissing}\n`);

(scratchMissing === undefined ? describe : describe.skip)("a server of the user's as scratch server", () => {
  let server: PostgresServer;
  let admin: Psql;
  let stop: AbortController;
  let said: Listener;

  const borrow = (user?: string): Promise<Scratch> =>
    borrowScratch({
      connection: parseConnection(server.url('postgres', user), {}),
      programs: clients(),
      reporter: said,
      signal: stop.signal,
    });
  const everything = (): Promise<unknown> =>
    admin.query(`SELECT json_build_array((SELECT json_agg(datname ORDER BY 1) FROM pg_database),
      (SELECT json_agg(r ORDER BY oid) FROM pg_authid r WHERE rolname !~ '^pg_'))`);
  const within = async (scratch: Scratch, database: string, ...sql: string[]): Promise<void> => {
    const psql = await Psql.open({ programs: clients(), connection: scratch.connection, database });
    await psql.exec(...sql).finally(() => psql.close());
  };

  beforeAll(async () => {
    server = await startPostgres({ major: 16 });
    admin = await Psql.open({ programs: clients(), connection: parseConnection(server.url(), {}) });
    await admin.exec(
      'CREATE ROLE app LOGIN',
      "CREATE ROLE builder LOGIN CREATEDB CREATEROLE PASSWORD 'pa:ss@w#rd&100%/?'",
      "CREATE ROLE visitor LOGIN PASSWORD 'pa:ss@w#rd&100%/?'",
      'CREATE DATABASE theirs',
    );
  });
  afterAll(async () => {
    await admin.close();
    await server.stop();
  });
  beforeEach(() => {
    stop = new AbortController();
    said = new Listener();
  });
  let before: unknown;
  beforeEach(async () => {
    before = await everything();
  });
  afterEach(async () => {
    expect(await everything()).toEqual(before);
  });

  it.each(['postgres', 'builder'])('is as before once %s has stopped using it', async (user) => {
    const scratch = await borrow(user);
    expect(scratch.major).toBe(16);
    expect(scratch.version).toMatch(/^16\.\d+$/);
    await scratch.createRoles(['app', 'reader', 'writer']);
    expect(await scratch.createDatabase('shop "1"', libc('C', 'LATIN1'))).toEqual([]);
    expect(await scratch.createDatabase('shop 2', libc('xx_YY.UTF-8'))).toEqual([
      expect.stringMatching(/the server of `scratch-url` lacks the locale `xx_YY.UTF-8`/),
    ]);
    await within(scratch, 'shop "1"', 'CREATE TABLE public.t (n int)', 'GRANT SELECT ON public.t TO reader');
    // A session that somebody has left open there.
    const open = await Psql.open({
      programs: clients(),
      connection: scratch.connection,
      database: 'shop "1"',
    });
    await scratch.dropDatabase('shop 2');
    await scratch.stop();
    await open.close();
    expect(said.warnings).toEqual([]);
    await scratch.stop();
  });

  it('is as before when the run is cancelled', async () => {
    const scratch = await borrow();
    await scratch.createRoles(['reader']);
    await scratch.createDatabase('shop', libc('C'));
    stop.abort();
    await expect(scratch.createDatabase('more', libc('C'))).rejects.toThrow(/Cancelled/);
    await scratch.stop();
    expect(said.warnings).toEqual([]);
  });

  it('is as before when a database cannot be made', async () => {
    const scratch = await borrow();
    await expect(scratch.createDatabase('shop', libc('C', 'NO_SUCH'))).rejects.toThrow(
      /Creating the database shop on the server of `scratch-url` failed.*NO_SUCH/s,
    );
    await scratch.stop();
    expect(said.warnings).toEqual([]);
  });

  it('keeps its own databases', async () => {
    const scratch = await borrow();
    await expect(scratch.createDatabase('theirs', libc('C'))).rejects.toThrow(
      /has a database theirs already/,
    );
    await expect(scratch.dropDatabase('theirs')).rejects.toThrow(/not ours/);
    await scratch.stop();
  });

  it('says what it could not remove', async () => {
    const scratch = await borrow();
    await scratch.createRoles(['keeper']);
    await within(
      scratch,
      'theirs',
      'CREATE TABLE public.kept (n int)',
      'GRANT SELECT ON public.kept TO keeper',
    );
    await scratch.stop();
    expect(said.warnings.join()).toMatch(
      /could not be removed, please drop them: role keeper: role "keeper" cannot be dropped/,
    );
    await within(scratch, 'theirs', 'DROP TABLE public.kept', 'DROP ROLE keeper');
  });

  it('is refused to a role that may not create databases', async () => {
    await expect(borrow('visitor')).rejects.toThrow(
      /role visitor may not create databases.*ALTER ROLE "visitor" CREATEDB/,
    );
  });
});
