import { afterAll, describe, expect, it } from '@jest/globals';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql } from '../../src/postgres/psql.js';
import {
  databaseId,
  inspectServer,
  listDatabases,
  refuseOldServer,
  unlistedDatabases,
} from '../../src/postgres/server.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { systemPrograms } from '../support/clients.js';
import { testMajors } from '../support/majors.js';

const found = systemPrograms();
if (found === undefined) process.stderr.write('NOT RUN: server: no psql of PostgreSQL 13 or newer\n');

describe('refuseOldServer', () => {
  it('names the version of a server that is too old, and lets every other one pass', () => {
    expect(() => refuseOldServer({ major: 12, version: '12.22' })).toThrow(
      /is PostgreSQL 12\.22, and [^]*13 and newer/,
    );
    for (const major of [13, 18])
      expect(() => refuseOldServer({ major, version: `${major}.1` })).not.toThrow();
  });
});

(found === undefined ? describe.skip : describe)('inspectServer', () => {
  const programs = found!;
  const servers: PostgresServer[] = [];
  const start = async (major: number, initdb: string[] = []): Promise<PostgresServer> => {
    const server = await startPostgres({ major, initdb });
    servers.push(server);
    return server;
  };
  const use = async <T>(url: string, work: (psql: Psql) => Promise<T>): Promise<T> => {
    const psql = await Psql.open({ programs, connection: parseConnection(url, process.env) });
    try {
      return await work(psql);
    } finally {
      await psql.close();
    }
  };
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  it.each(testMajors())('knows PostgreSQL %d', async (major) => {
    const server = await start(major);
    const info = await use(server.url(), inspectServer);
    expect(info).toMatchObject({
      major,
      encoding: 'UTF8',
      collation: { provider: 'libc', collate: 'C', ctype: 'C', locale: null, icuRules: null, version: null },
      currentDatabase: 'postgres',
    });
    expect(info.version).toMatch(new RegExp(`^${major}\\.\\d+$`));
    expect(info.systemIdentifier).toMatch(/^\d{19}$/);
    expect(info.databaseBytes).toBeGreaterThan(1_000_000);
    expect(databaseId(info)).toMatch(/^[0-9a-f]{64}$/);
    expect(databaseId({ ...info, currentDatabase: 'other' })).not.toBe(databaseId(info));
    expect(databaseId({ ...info, systemIdentifier: null })).toBeNull();
  });

  it('knows the locale of every provider', async () => {
    const server = servers.find(({ major }) => major === 17) ?? (await start(17));
    await use(server.url(), (psql) =>
      psql.exec(
        `CREATE DATABASE icu TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de' ICU_RULES '&a < g' LOCALE 'C'`,
        `CREATE DATABASE builtin TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'`,
      ),
    );
    expect((await use(server.url('icu'), inspectServer)).collation).toMatchObject({
      provider: 'icu',
      locale: 'de',
      icuRules: '&a < g',
      version: expect.stringMatching(/^\d/),
    });
    expect((await use(server.url('builtin'), inspectServer)).collation).toMatchObject({
      provider: 'builtin',
      locale: 'C.UTF-8',
    });
  });

  it('leaves out what the role may not ask', async () => {
    const server = servers.find(({ major }) => major === 16) ?? (await start(16));
    await use(server.url(), (psql) =>
      psql.exec(
        `CREATE ROLE small LOGIN PASSWORD 'small'`,
        'REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public',
        'REVOKE EXECUTE ON FUNCTION pg_database_size(name) FROM public',
      ),
    );
    const info = await use(server.url('postgres', 'small', 'small'), inspectServer);
    expect(info).toMatchObject({
      systemIdentifier: null,
      databaseBytes: null,
    });
  });

  it('lists what `*` stands for', async () => {
    const server = await start(18);
    await use(server.url(), async (psql) => {
      await psql.exec(
        'CREATE DATABASE b',
        'CREATE DATABASE "B"',
        'CREATE DATABASE "a b; c"',
        'CREATE DATABASE rdsadmin',
        'CREATE DATABASE mould IS_TEMPLATE true',
        'CREATE DATABASE closed ALLOW_CONNECTIONS false',
      );
      expect(await listDatabases(psql)).toEqual(['B', 'a b; c', 'b', 'postgres']);
      expect(await unlistedDatabases(psql)).toEqual([
        'closed (takes no connections)',
        'mould (a template)',
        "rdsadmin (its provider's own)",
      ]);
    });
  });
});
