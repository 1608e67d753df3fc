import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CancelledError, UserError } from '../../src/base/errors.js';
import { silentReporter } from '../../src/base/reporter.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql, quoteIdentifier, quoteLiteral, SqlError, type PsqlOptions } from '../../src/postgres/psql.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { until } from '../support/children.js';
import { systemPrograms } from '../support/clients.js';

const found = systemPrograms();
if (found === undefined) process.stderr.write('NOT RUN: psql: no psql of PostgreSQL 13 or newer\n');

(found === undefined ? describe.skip : describe)('Psql', () => {
  const programs = found!;
  let server: PostgresServer;
  const sessions: Psql[] = [];
  const open = async (more: Partial<PsqlOptions> = {}): Promise<Psql> => {
    const psql = await Psql.open({
      programs,
      connection: parseConnection(server.url(), process.env),
      ...more,
    });
    sessions.push(psql);
    return psql;
  };

  beforeAll(async () => {
    server = await startPostgres({ major: 17 });
  });
  afterAll(async () => {
    await Promise.all(sessions.map((psql) => psql.close()));
    await server.stop();
  });

  it('returns values, JSON and rows', async () => {
    const psql = await open();
    expect(await psql.value('SELECT 40 + 2')).toBe('42');
    expect(await psql.value('SELECT NULL')).toBe('');
    expect(await psql.query('SELECT json_build_object($$a$$, 1)')).toEqual({ a: 1 });
    expect(await psql.query('SELECT 1 WHERE false')).toBeNull();
    expect(await psql.rows('SELECT n, n::text AS t FROM generate_series(1, 2) n -- end')).toEqual([
      { n: 1, t: '1' },
      { n: 2, t: '2' },
    ]);
    expect(await psql.rows('SELECT 1 AS n WHERE false')).toEqual([]);
    expect(await psql.rows('SELECT 1 AS q, 2 AS pgkeep')).toEqual([{ q: 1, pgkeep: 2 }]);
  });

  it('answers calls made at once in their order', async () => {
    const psql = await open();
    const values = await Promise.all(Array.from({ length: 50 }, (_, n) => psql.value(`SELECT ${n}`)));
    expect(values).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
  });

  const TEXTS = [
    '',
    ' ',
    "'",
    '"',
    '\\',
    "\\'",
    '\\\\',
    '\\q',
    'a\\q b',
    '\n\\q\n',
    '\n\\! touch /tmp/pgkeep-was-here\n',
    ':USER :"USER" :\'USER\' :{?USER} ::text',
    '$$; DROP TABLE x; $$',
    '$tag$',
    '; SELECT 1;',
    '-- comment',
    '/* comment',
    '\nquit\nexit\nhelp\n',
    'a\r\nb\rc',
    'tab\tand\vothers\u0001\u007f',
    '`id`',
    'ünï çødé 漢字 🐘 \u2028',
    '%s %n {0} ${x}',
    '\n\\.\n',
    '-flag',
    "E'\\x41'",
    '\ufeff',
  ];

  it.each(TEXTS.map((text) => [JSON.stringify(text), text]))('carries the literal %s', async (_, text) => {
    const psql = await open();
    expect(await psql.query(`SELECT to_json(${quoteLiteral(text)}::text)`)).toBe(text);
    // In the raw, too: only the line ending that psql adds is taken off.
    expect(await psql.value(`SELECT ${quoteLiteral(text)}::text`)).toBe(text);
    expect(await psql.value('SELECT current_user')).toBe('postgres');
    await psql.close();
  });

  it('carries any text in a literal and an identifier', async () => {
    const psql = await open();
    const alphabet = [
      "'",
      '"',
      '\\',
      ':',
      '$',
      ';',
      '\n',
      '\r',
      '-',
      '*',
      '/',
      '`',
      'a',
      'E',
      ' ',
      '{',
      '?',
      'é',
      '🐘',
      '%',
    ];
    let state = 12345;
    const random = (below: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % below;
    for (let round = 0; round < 150; round += 1) {
      const text = Array.from({ length: 1 + random(14) }, () => alphabet[random(alphabet.length)]).join('');
      const rows = await psql.rows<Record<string, string>>(
        `SELECT ${quoteLiteral(text)} AS ${quoteIdentifier(text)}`,
      );
      expect(rows).toEqual([{ [text]: text }]);
    }
  });

  it('quotes safely where the server reads backslashes in plain literals', async () => {
    const psql = await open();
    await psql.exec('SET standard_conforming_strings = off', 'SET escape_string_warning = off');
    for (const text of TEXTS) expect(await psql.value(`SELECT ${quoteLiteral(text)}::text`)).toBe(text);
  });

  it('refuses a zero byte', () => {
    expect(() => quoteLiteral('a\0b')).toThrow(TypeError);
    expect(() => quoteIdentifier('a\0b')).toThrow(TypeError);
  });

  it('rejects one statement with the SQLSTATE and lives on', async () => {
    const psql = await open();
    const error: unknown = await psql.value('SELECT * FROM pg_catalog.nothing_here').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SqlError);
    expect(error).toMatchObject({
      sqlstate: '42P01',
      message: 'relation "pg_catalog.nothing_here" does not exist',
    });
    await expect(psql.exec('SELECT 1', 'SELEKT 1', 'SELECT 2')).rejects.toMatchObject({ sqlstate: '42601' });
    await expect(
      psql.exec(
        `DO $$ BEGIN RAISE EXCEPTION E'two\\nlines' USING ERRCODE = '55P03', DETAIL = 'the detail', HINT = 'the hint'; END $$`,
      ),
    ).rejects.toMatchObject({
      sqlstate: '55P03',
      message: 'two\nlines',
      detail: expect.stringMatching(/DETAIL: {2}the detail\nHINT: {2}the hint/),
    });
    expect(await psql.value('SELECT 1')).toBe('1');
  });

  it('does not lose the error of an earlier statement in one call', async () => {
    const psql = await open();
    await expect(psql.exec('BEGIN; SELECT 1/0; COMMIT')).rejects.toMatchObject({
      sqlstate: '22012',
      message: 'division by zero',
    });
    await psql.exec(`DO $$ BEGIN RAISE NOTICE 'only a notice'; END $$`);
  });

  it('keeps a failed transaction failed until it is rolled back', async () => {
    const psql = await open();
    await psql.exec('BEGIN');
    await expect(psql.exec('SELECT 1/0')).rejects.toMatchObject({ sqlstate: '22012' });
    await expect(psql.value('SELECT 1')).rejects.toMatchObject({ sqlstate: '25P02' });
    await psql.exec('ROLLBACK');
    expect(await psql.value('SELECT 1')).toBe('1');
  });

  it('reports notices, not errors, to the reporter', async () => {
    const lines: string[] = [];
    const psql = await open({
      reporter: { ...silentReporter, output: (_program, line) => lines.push(line) },
    });
    await psql.exec(`DO $$ BEGIN RAISE WARNING 'look here'; END $$`);
    await psql.exec('SELECT 1/0').catch(() => undefined);
    expect(lines).toEqual(['WARNING:  look here']);
  });

  it('carries results of many megabytes', async () => {
    const psql = await open();
    const text = await psql.value(`SELECT repeat(repeat('x', 1023) || chr(10), 20480)`);
    expect(text.length).toBe(1024 * 20480);
    const rows = await psql.rows<{ n: number; t: string }>(
      `SELECT n, repeat('é' || chr(10), 500) AS t FROM generate_series(1, 5000) n`,
    );
    expect(rows).toHaveLength(5000);
    expect(rows[4999]).toEqual({ n: 5000, t: 'é\n'.repeat(500) });
    expect(await psql.value(`SELECT length(${quoteLiteral('é\\\n'.repeat(500_000))})`)).toBe('1500000');
  });

  it('sets what keeps a session alive, and only what the server knows', async () => {
    const psql = await open({ settings: { lock_timeout: '1500', 'no.such_setting': '1' } });
    const settings = await psql.rows<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout',
       'idle_in_transaction_session_timeout', 'tcp_keepalives_idle', 'client_encoding', 'search_path', 'application_name') ORDER BY name`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      application_name: 'pgkeep',
      client_encoding: 'UTF8',
      idle_in_transaction_session_timeout: '0',
      lock_timeout: '1500',
      search_path: '',
      statement_timeout: '0',
      tcp_keepalives_idle: '60',
      transaction_timeout: '0',
    });
  });

  it('changes nothing in an untouched session', async () => {
    const psql = await open({ untouched: true });
    expect(await psql.value('SHOW search_path')).toBe('"$user", public');
  });

  it('rejects everything when the server ends the session, and says why', async () => {
    const admin = await open();
    const psql = await open({ name: 'of the snapshot' });
    const pid = await psql.value('SELECT pg_backend_pid()');
    const calls = [psql.value('SELECT pg_sleep(60)'), psql.value('SELECT 1')].map((call) =>
      call.then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    await admin.value(`SELECT pg_terminate_backend(${pid})`);
    for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(UserError);
    await expect(psql.value('SELECT 1')).rejects.toThrow(/terminat/);
    await psql.close();
  });

  const psqlIsBusy = async (other: PostgresServer): Promise<void> => {
    const watcher = await open({ connection: parseConnection(other.url(), process.env) });
    const sql = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()`;
    await until('psql is busy', async () => ((await watcher.value(sql)) === '1' ? true : undefined));
    await watcher.close();
  };

  const backends = (psql: Psql): Promise<string> =>
    psql.value(
      `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()`,
    );

  it('cancels the statement on the server when told to stop', async () => {
    const admin = await open();
    const controller = new AbortController();
    const psql = await open({ signal: controller.signal });
    const call = psql.value('SELECT pg_sleep(600)');
    const outcome = call.catch((error: unknown) => error);
    await until('the statement', async () => ((await backends(admin)) === '1' ? true : undefined));
    controller.abort();
    expect(await outcome).toBeInstanceOf(CancelledError);
    // The server ends the session soon after its client is gone, and long before the statement would have ended.
    await until('its end', async () => ((await backends(admin)) === '0' ? true : undefined));
    await expect(psql.value('SELECT 1')).rejects.toBeInstanceOf(CancelledError);
    await psql.close();
    await expect(open({ signal: controller.signal })).rejects.toBeInstanceOf(CancelledError);
  });

  it('gives up a server that never answers when told to stop', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const sockets: Socket[] = [];
    const arrived = once(silent, 'connection').then(([socket]) => sockets.push(socket as Socket));
    const controller = new AbortController();
    const connection = parseConnection(`postgres://u:p@127.0.0.1:${port}/d`, process.env);
    const opening = open({ connection, signal: controller.signal }).catch((error: unknown) => error);
    await arrived;
    controller.abort();
    expect(await opening).toBeInstanceOf(CancelledError);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('says when the server crashes in the middle', async () => {
    const other = await startPostgres({ major: 14 });
    const psql = await open({ connection: parseConnection(other.url(), process.env) });
    const call = psql.value('SELECT pg_sleep(60)').catch((error: unknown) => error);
    await psqlIsBusy(other);
    await other.stop('SIGQUIT');
    const error = await call;
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/server crashed|broke|shut down or restarted/);
  });

  it('says when psql itself is not there', async () => {
    const nowhere = { ...programs, path: () => '/nonexistent/psql' };
    await expect(open({ programs: nowhere })).rejects.toThrow(
      /ended unexpectedly[^]*\/nonexistent\/psql: not found/,
    );
  });

  it('closes twice, idle or busy', async () => {
    const psql = await open();
    const busy = psql.value('SELECT pg_sleep(60)').catch((error: unknown) => error);
    await psql.close();
    await psql.close();
    expect(await busy).toBeInstanceOf(CancelledError);
  });

  it('opens another database of the server, whatever its name', async () => {
    const name = `it's a "db" \\ $x; --é=1`;
    const admin = await open();
    await admin.exec(`CREATE DATABASE ${quoteIdentifier(name)}`);
    const psql = await open({ database: name });
    expect(await psql.value('SELECT current_database()')).toBe(name);
  });

  it('works in every server encoding', async () => {
    const admin = await open();
    await admin.exec(
      `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0`,
      `CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0`,
      `CREATE DATABASE euc ENCODING 'EUC_JP' TEMPLATE template0`,
    );
    for (const [database, text] of [
      ['latin', 'é\\ü'],
      ['ascii', 'é漢'],
      ['euc', '漢字\\'],
    ] as const) {
      const psql = await open({ database });
      expect(await psql.rows(`SELECT ${quoteLiteral(text)}::text AS t`)).toEqual([{ t: text }]);
    }
  });
});
