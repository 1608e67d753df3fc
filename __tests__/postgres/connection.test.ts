import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/base/errors.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql, quoteIdentifier, quoteLiteral } from '../../src/postgres/psql.js';
import type { Connection } from '../../src/postgres/types.js';
import { PASSWORD, startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { systemPrograms } from '../support/clients.js';

const KEEPALIVES = "keepalives_idle='60' keepalives_interval='15' keepalives_count='8'";

describe('parseConnection', () => {
  it('keeps the password out of the connection string and gives it to the environment', () => {
    const url = 'postgres://u:p%40w%25@h:5/d?sslmode=require';
    const connection = parseConnection(` ${url}\n`, { PATH: '/bin', PGPASSWORD: 'other' });
    expect(connection.conninfo()).toBe(
      `user='u' host='h' port='5' dbname='d' sslmode='require' ${KEEPALIVES}`,
    );
    expect(connection.env).toMatchObject({
      PATH: '/bin',
      PGPASSWORD: 'p@w%',
      PGAPPNAME: 'pgkeep',
      PGCONNECT_TIMEOUT: '30',
      LC_ALL: 'C',
    });
    expect(connection.database).toBe('d');
    expect(new Set(connection.secrets)).toEqual(new Set([url, 'p%40w%25', 'p@w%', 'other']));
  });

  it('names another database of the same server', () => {
    expect(parseConnection('host=h dbname=d', {}).conninfo("it's")).toBe(
      `host='h' dbname='it\\'s' ${KEEPALIVES}`,
    );
    expect(parseConnection('', { PGHOST: 'h' }).conninfo('x')).toBe(`dbname='x' ${KEEPALIVES}`);
  });

  it('leaves to libpq what the URL does not say', () => {
    const connection = parseConnection('', { PGHOST: 'h', PGDATABASE: 'd', PGPASSWORD: 'p w' });
    expect(connection.conninfo()).toBe(KEEPALIVES);
    expect(connection.database).toBe('d');
    expect(connection.secrets).toEqual(['p w', 'p%20w']);
    expect(connection.env['PGPASSWORD']).toBe('p w');
    expect(connection.target).toMatchObject({ host: 'h', form: 'environment', hasPassword: true });
    expect(parseConnection('postgres://h', { PGDATABASE: 'd' }).database).toBe('d');
    expect(parseConnection('postgres://h', {}).database).toBeUndefined();
    expect(parseConnection('service=s', { PGDATABASE: 'd' }).database).toBeUndefined();
  });

  it('lets a service decide everything that the URL does not', () => {
    expect(parseConnection('service=s', {}).conninfo()).toBe("service='s'");
    expect(parseConnection('', { PGSERVICE: 's' }).conninfo()).toBe('');
  });

  it("keeps the user's own settings of the connection", () => {
    const connection = parseConnection('postgres://h/d?keepalives=0&connect_timeout=5&application_name=a', {
      PGAPPNAME: 'mine',
      PGCONNECT_TIMEOUT: '7',
      PGOPTIONS: '-c work_mem=1MB',
    });
    expect(connection.conninfo()).toBe(
      "host='h' dbname='d' keepalives='0' connect_timeout='5' application_name='a'",
    );
    expect(connection.env).toMatchObject({
      PGAPPNAME: 'mine',
      PGCONNECT_TIMEOUT: '7',
      PGOPTIONS: '-c work_mem=1MB',
    });
  });

  it('never lets the client encoding change the encoding of an archive', () => {
    const connection = parseConnection('postgres://h/d?client_encoding=LATIN1', {
      PGCLIENTENCODING: 'LATIN1',
    });
    expect(connection.conninfo()).not.toContain('client_encoding');
    expect(connection.env).not.toHaveProperty('PGCLIENTENCODING');
  });

  it('lets an empty password override PGPASSWORD, as libpq does', () => {
    expect(parseConnection("host=h password=''", { PGPASSWORD: 'x' }).env).not.toHaveProperty('PGPASSWORD');
    expect(parseConnection('host=h', { PGPASSWORD: 'x' }).env['PGPASSWORD']).toBe('x');
  });

  it('knows a password as it stands in a keyword string', () => {
    const connection = parseConnection("host=h password='it\\'s'", {});
    expect(connection.env['PGPASSWORD']).toBe("it's");
    expect(connection.secrets).toContain("it\\'s");
  });

  it('hides what may be a piece of the password', () => {
    expect(parseConnection('postgres://u:12/pw?user=a@h', {}).secrets).toContain('u:12/pw?user=a');
  });

  it.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['', {}, /Set `database-url`.*pull requests from forks/],
    ['', { PGUSER: 'u', PGPASSWORD: 'S3cret' }, /Set `database-url`/],
    ['', { PGDATABASE: 'postgres://u:S3cret@h/d' }, /PGDATABASE holds a URL/],
    ['dbname=postgres://u:S3cret@h/d', {}, /`dbname` in database-url holds a URL/],
    ['mysql://u:S3cret@h/d', {}, /URL of something else/],
    ['https://h/?x=S3cret', {}, /URL of something else/],
    ['jdbc:postgresql://h/d?password=S3cret', {}, /jdbc/],
    ['postgresql+asyncpg://u:S3cret@h/d', {}, /without a driver/],
    ['POSTGRES://u:S3cret@h/d', {}, /lower case/],
    ['"postgres://u:S3cret@h/d?a=b"', {}, /quotes around/],
    ['S3cret', {}, /dbname=NAME/],
    ['postgres://u:p@h/d?sslpassword=S3cret', {}, /sslpassword[^]*openssl/],
    ['postgres://u:12/S3cret@h/d', {}, /%2F/],
    ['host=h password=two S3cret=x', {}, /word 3 sets/],
    ['host=h scram_client_key=S3cret', {}, /scram_client_key/],
  ])('refuses %j', (text, env, expected) => {
    const work = (): Connection => parseConnection(text, env);
    expect(work).toThrow(UserError);
    expect(work).toThrow(expected);
    expect(work).not.toThrow(/S3cret/);
  });
});

const found = systemPrograms();
if (found === undefined) process.stderr.write('NOT RUN: connection: no psql of PostgreSQL 13 or newer\n');

(found === undefined ? describe.skip : describe)('a connection to a real server', () => {
  const programs = found!;
  let server: PostgresServer;
  const where = async (url: string, env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const psql = await Psql.open({
      programs,
      connection: parseConnection(url, { PATH: '/usr/bin:/bin', ...env }),
    });
    try {
      return await psql.value("SELECT current_user || '@' || current_database()");
    } finally {
      await psql.close();
    }
  };
  const failure = (url: string, env: NodeJS.ProcessEnv = {}): Promise<string> =>
    where(url, env).then(
      () => 'it connected',
      (error: unknown) => {
        expect(error).toBeInstanceOf(UserError);
        return (error as UserError).message;
      },
    );
  const encoded = encodeURIComponent(PASSWORD);

  beforeAll(async () => {
    server = await startPostgres({ major: 16 });
  });
  afterAll(() => server.stop());

  it('works by URI, keywords, socket, several hosts and variables', async () => {
    const { port, socket } = server;
    const quoted = PASSWORD.replaceAll(/[\\']/g, (char) => `\\${char}`);
    for (const url of [
      server.url(),
      `host=127.0.0.1 port=${port} user=postgres password='${quoted}' dbname=postgres`,
      `postgres://postgres:${encoded}@${encodeURIComponent(socket)}:${port}/postgres`,
      `postgres://postgres:${encoded}@:${port}/postgres?host=${encodeURIComponent(socket)}`,
      `postgres://postgres:${encoded}@127.0.0.1:1,127.0.0.1:${port}/postgres`,
    ])
      expect(await where(url)).toBe('postgres@postgres');
    const env = { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'postgres', PGPASSWORD: PASSWORD };
    expect(await where('', env)).toBe('postgres@postgres');
    expect(await where('postgres:///template1', env)).toBe('postgres@template1');
  });

  it('sends any password and finds any database name', async () => {
    const name = `d'b "\\ =@/é`;
    const password = `it's \\ "x" :y $z é%41`;
    const admin = await Psql.open({ programs, connection: parseConnection(server.url(), process.env) });
    await admin.exec(
      `CREATE DATABASE ${quoteIdentifier(name)}`,
      `CREATE ROLE ${quoteIdentifier(name)} LOGIN PASSWORD ${quoteLiteral(password)}`,
    );
    await admin.close();
    expect(await where(server.url(name, name, password))).toBe(`${name}@${name}`);
  });

  it('shows no password on the command line', async () => {
    const psql = await Psql.open({ programs, connection: parseConnection(server.url(), process.env) });
    const { readdirSync, readFileSync } = await import('node:fs');
    const lines = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        } catch {
          return '';
        }
      })
      .filter((line) => line.includes(`port='${server.port}'`));
    expect(lines).toHaveLength(1);
    for (const line of lines) {
      expect(line).not.toContain(PASSWORD);
      expect(line).not.toContain(encoded);
    }
    await psql.close();
  });

  it('explains a wrong password', async () => {
    const message = await failure(server.url('postgres', 'postgres', 'wr%41ng'));
    expect(message).toMatch(/refused the password of role postgres[^]*%25/);
    expect(message).not.toMatch(/wr%41ng|wr%2541ng/);
    expect(await failure(server.url('postgres', 'nobody_here', 'x'))).toMatch(/refused the password/);
  });

  it('explains a missing password', async () => {
    expect(
      await failure(`postgres://postgres@127.0.0.1:${server.port}/postgres`, { HOME: '/nonexistent' }),
    ).toMatch(/asks for a password and none was given/);
  });

  it('explains a missing database', async () => {
    expect(await failure(server.url('nothing'))).toMatch(/There is no database nothing/);
  });

  it('explains a closed port, a missing socket and an unknown host', async () => {
    expect(await failure('postgres://u:p@127.0.0.1:1/d')).toMatch(/Nothing accepts connections/);
    expect(await failure(`postgres://u:p@/d?host=${encodeURIComponent(server.folder)}&port=1`)).toMatch(
      /No PostgreSQL server listens on the socket/,
    );
    expect(await failure('postgres://u:p@no-such-host.invalid/d')).toMatch(/cannot be resolved/);
  });

  it('explains TLS that the server does not have', async () => {
    expect(await failure(`${server.url()}?sslmode=require`)).toMatch(/does not offer it/);
  });

  it('explains an option of an ORM', async () => {
    expect(await failure(`${server.url()}?pgbouncer=true`)).toMatch(/no connection option `pgbouncer`/);
  });

  it('explains a service that does not exist', async () => {
    expect(await failure('service=nowhere')).toMatch(/\[nowhere\] in the service file/);
  });
});
