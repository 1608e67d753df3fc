import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/base/errors.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { refuseTransactionPooler } from '../../src/postgres/pooler.js';
import { Psql } from '../../src/postgres/psql.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { systemPrograms } from '../support/clients.js';
import { pgbouncerProgram, startPgbouncer, type Pooler } from '../support/pgbouncer.js';

const found = systemPrograms();
const missing =
  found === undefined
    ? 'no psql of PostgreSQL 13 or newer'
    : pgbouncerProgram === undefined
      ? 'no pgbouncer'
      : '';
if (missing !== '') process.stderr.write(`NOT RUN: pooler: ${missing}\n`);

(missing === '' ? describe : describe.skip)('refuseTransactionPooler', () => {
  const programs = found!;
  let server: PostgresServer;
  let pooler: Pooler | undefined;
  const opened: Psql[] = [];
  const open = async (url: string, untouched = true): Promise<Psql> => {
    const psql = await Psql.open({ programs, connection: parseConnection(url, process.env), untouched });
    opened.push(psql);
    return psql;
  };
  const check = (url: string, purpose?: 'restore'): Promise<void> =>
    refuseTransactionPooler(() => open(url), { target: parseConnection(url, process.env).target }, purpose);

  beforeAll(async () => {
    server = await startPostgres({ major: 16 });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((psql) => psql.close()));
    await pooler?.stop();
    pooler = undefined;
  });
  afterAll(() => server.stop());

  it('lets a direct connection pass', async () => {
    await check(server.url());
  });

  it('lets session pooling pass', async () => {
    pooler = await startPgbouncer(server, 'session');
    await check(pooler.url());
  });

  it.each(['transaction', 'statement'] as const)('refuses %s pooling', async (mode) => {
    pooler = await startPgbouncer(server, mode);
    const error: unknown = await check(pooler.url()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/transaction pooling[^]*pool_mode = session/);
  });

  it('says what the connection was for', async () => {
    pooler = await startPgbouncer(server, 'transaction');
    await expect(check(pooler.url())).rejects.toThrow('A dump through it');
    await expect(check(pooler.url(), 'restore')).rejects.toThrow('A restore through it');
  });

  it('refuses a transaction pooler with a pool of one', async () => {
    pooler = await startPgbouncer(server, 'transaction', { default_pool_size: 1 });
    await expect(check(pooler.url())).rejects.toThrow(/transaction pooling/);
  });

  it('refuses a transaction pooler whose connections others hold', async () => {
    pooler = await startPgbouncer(server, 'transaction', { default_pool_size: 4, server_round_robin: 1 });
    const url = pooler.url();
    // Fills the pool, so that two fresh sessions do not get the same backend at first.
    const others = await Promise.all([open(url), open(url), open(url)]);
    await Promise.all(others.map((other) => other.exec('BEGIN', 'SELECT 1')));
    await others[0]?.exec('COMMIT');
    await others[1]?.exec('COMMIT');
    await expect(check(url)).rejects.toThrow(/transaction pooling/);
  });

  it('leaves nothing behind on the connections of the pool', async () => {
    pooler = await startPgbouncer(server, 'transaction', { default_pool_size: 1 });
    await check(pooler.url()).catch(() => undefined);
    const application = await open(pooler.url());
    expect(await application.value('SHOW search_path')).toBe('"$user", public');
    expect(await application.value('SHOW jit')).toBe('on');
  });

  it('runs whole sessions through session pooling', async () => {
    pooler = await startPgbouncer(server, 'session');
    const psql = await open(pooler.url(), false);
    await psql.exec('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    expect(await psql.value('SELECT pg_export_snapshot()')).toMatch(/^[0-9A-F-]+$/);
    await psql.exec('COMMIT');
  });
});
