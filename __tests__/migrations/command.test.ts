import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledError } from '../../src/base/errors.js';
import {
  commandEnvironment,
  openRelay,
  redactError,
  redactLine,
  redactor,
  runShell,
} from '../../src/migrations/command/index.js';
import { until } from '../support/children.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pgkeep-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const isAlive = (pid: number): boolean => {
  try {
    // A process that has ended and was not waited for is still there for `kill`.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('the command', () => {
  const shell = (command: string, more: Partial<Parameters<typeof runShell>[0]> = {}) => {
    const lines: string[] = [];
    const end = runShell({
      command,
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      limitMs: undefined,
      clean: (line) => line.replaceAll('secret', '***'),
      onLine: (line) => lines.push(line),
      signal: new AbortController().signal,
      ...more,
    });
    return { lines, end };
  };

  it.each([
    ['succeeds', 'echo one; echo two >&2', { outcome: 'succeeded', exitCode: 0, tail: [] }],
    ['fails', 'echo a secret; exit 3', { outcome: 'failed', exitCode: 3, tail: ['a ***'] }],
    ['stops at the first failure', 'false; echo on', { outcome: 'failed', exitCode: 1, tail: [] }],
    ['is not there', 'no-such-program-here', { outcome: 'not found', exitCode: 127 }],
    ['ends by a signal', 'kill -9 $$', { outcome: 'failed', exitCode: null }],
  ])('%s', async (_, command, expected) => {
    await expect(shell(command).end).resolves.toMatchObject(expected);
  });

  it('stops at a failure within a pipe, where there is bash', async () => {
    if (!existsSync('/bin/bash')) return;
    await expect(shell('false | true').end).resolves.toMatchObject({ outcome: 'failed' });
  });

  it('shows what it prints, without colours, and cuts what has no end', async () => {
    const { lines, end } = shell(
      `printf '\\033[31mred\\033[0m\\n'; head -c 3000000 /dev/zero | tr '\\0' x; printf '\\nlast'`,
    );
    await end;
    expect(lines).toEqual(['red', `${'x'.repeat(2000)}…`, 'last']);
  });

  it('keeps the last lines of a failure', async () => {
    const { tail } = await shell('seq 1 100; exit 1').end;
    expect(tail).toEqual(Array.from({ length: 40 }, (_, index) => String(index + 61)));
  });

  it('keeps the line that tells of the error, where an object of many lines comes after it', async () => {
    const { tail } = await shell('echo "QueryFailedError: no such table"; seq 1 100; exit 1').end;
    expect(tail.slice(0, 3)).toEqual(['QueryFailedError: no such table', '…', '63']);
    expect(tail).toHaveLength(40);
    const values = await shell('echo "Error: a"; for i in $(seq 100); do echo …; done; seq 1 38; exit 1').end;
    expect(values.tail.slice(0, 3)).toEqual(['Error: a', '…', '1']);
  });

  it('is ended after its time, with all that it started', async () => {
    const { end } = shell(`trap '' TERM; sleep 1000 & echo $! > pid; wait; sleep 1000`, { limitMs: 300 });
    await expect(end).resolves.toMatchObject({ outcome: 'timed out' });
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await until('it has ended', () => !isAlive(pid) || undefined);
  });

  it('leaves nothing running in the background', async () => {
    const { end } = shell('sleep 1000 & echo $! > pid');
    await expect(end).resolves.toMatchObject({ outcome: 'succeeded' });
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await until('it has ended', () => !isAlive(pid) || undefined);
  });

  it('is ended with the run', async () => {
    const controller = new AbortController();
    const { end } = shell('echo $$ > pid; sleep 1000', { signal: controller.signal });
    await until(
      'it runs',
      () => (existsSync(join(folder, 'pid')) && readFileSync(join(folder, 'pid')).length > 0) || undefined,
    );
    controller.abort();
    await expect(end).rejects.toThrow(CancelledError);
    expect(isAlive(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(false);
  });

  it('says when it cannot be started', async () => {
    const { end } = shell('true', { cwd: join(folder, 'nowhere') });
    await expect(end).resolves.toMatchObject({
      outcome: 'failed',
      exitCode: 126,
      tail: [expect.stringContaining('ENOENT')],
    });
  });
});

describe('the environment of the command', () => {
  const login = { port: 5433, user: 'app user', password: 'p@ss/word', database: "o'shop" };

  it('leads to the scratch database', () => {
    expect(commandEnvironment({}, login, [])).toEqual({
      DATABASE_URL: "postgresql://app%20user:p%40ss%2Fword@127.0.0.1:5433/o'shop?sslmode=disable",
      PGHOST: '127.0.0.1',
      PGPORT: '5433',
      PGUSER: 'app user',
      PGPASSWORD: 'p@ss/word',
      PGDATABASE: "o'shop",
      PGSSLMODE: 'disable',
    });
  });

  it('leads there by other names too, where the job uses them', () => {
    const env = commandEnvironment({ DIRECT_URL: 'postgresql://production/shop' }, login, []);
    expect(env['DIRECT_URL']).toBe(env['DATABASE_URL']);
    expect(env).not.toHaveProperty('POSTGRES_URL');
  });

  it('holds nothing of ours', () => {
    const ours = {
      INPUT_PASSPHRASE: 'x',
      'INPUT_DATABASE-URL': 'x',
      ACTIONS_RUNTIME_TOKEN: 'x',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x',
      GITHUB_TOKEN: 'x',
      GH_TOKEN: 'x',
      GITHUB_OUTPUT: '/x',
      GITHUB_ENV: '/x',
      GITHUB_PATH: '/x',
      GITHUB_STEP_SUMMARY: '/x',
      STATE_x: 'x',
      PGKEEP_STORAGE: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      PGSERVICE: 'production',
      SHADOW_DATABASE_URL: 'postgresql://production/shop',
      MY_KEY: 'before AGE-SECRET-KEY-1 after',
      GH_ENTERPRISE_TOKEN: 'x',
      OTHER_KEY: 'AGE-SECRET-KEY-2',
    };
    const identities = '# created: today\nAGE-SECRET-KEY-1\nAGE-SECRET-KEY-2\n';
    const kept = { PATH: '/bin', HOME: '/home/me', CI: 'true', GITHUB_SHA: 'abc', NODE_ENV: 'test' };
    const env = commandEnvironment({ ...ours, ...kept }, login, [identities, 'x']);
    expect(env).toMatchObject(kept);
    for (const name of Object.keys(ours)) expect(env).not.toHaveProperty(name);
  });
});

describe('the relay', () => {
  let server: Server;
  beforeEach(async () => {
    // Answers what it hears, and hangs up on `bye`.
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => (data.toString() === 'bye' ? socket.destroy() : socket.write(data)));
    });
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
  });
  afterEach(() => void server.close());

  const heard = (port: number, text: string, host = '127.0.0.1'): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, host, () => socket.write(text));
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        socket.destroy();
        resolve(data.toString());
      });
      socket.on('close', () => resolve('closed'));
    });

  it('leads there and back, and ends what the server ends', async () => {
    const relay = await openRelay(join(folder, 'socket'));
    expect(await heard(relay.port, 'hello')).toBe('hello');
    expect(await heard(relay.port, 'bye')).toBe('closed');
    await relay.close();
    expect(await heard(relay.port, 'hello')).toBe('closed');
  });

  it('is open at no other address', async () => {
    const relay = await openRelay(join(folder, 'socket'));
    expect(await heard(relay.port, 'hello', '127.0.0.2')).toBe('closed');
    await relay.close();
  });

  it('ends connections when it is closed, and those to a server that is gone', async () => {
    const relay = await openRelay(join(folder, 'socket'));
    const ended = heard(relay.port, '');
    const nobody = await openRelay(join(folder, 'nobody'));
    expect(await heard(nobody.port, 'hello')).toBe('closed');
    await nobody.close();
    await relay.close();
    await relay.close();
    expect(await ended).toBe('closed');
  });
});

describe('what is shown of an error', () => {
  it.each([
    ['ERROR:  relation "orders" does not exist', 'ERROR:  relation "orders" does not exist'],
    [
      'ERROR:  duplicate key value violates unique constraint "orders_pkey"',
      'ERROR:  duplicate key value violates unique constraint "orders_pkey"',
    ],
    ['DETAIL:  Key (email)=(ann@example.org) already exists.', 'DETAIL:  …'],
    [`  detail: 'Failing row contains (1, Ann).',`, `  detail: …`],
    ['Key (email)=(ann@example.org) is duplicated.', 'Key (email)=…'],
    ['Failing row contains (1, Ann).', 'Failing row contains …'],
    [
      'ERROR: invalid input syntax for type integer: "ann"',
      'ERROR: invalid input syntax for type integer: …',
    ],
    ['invalid input value for enum mood: "grim"', 'invalid input value for enum mood: …'],
    ['value "99999" is out of range for type smallint', 'value "…" is out of range for type smallint'],
    ['date/time field value out of range: "1.13.2020"', 'date/time field value out of range: …'],
    ["[parameters: {'a': 'ann@example.org'}]", '[parameters: …'],
    ['malformed array literal: "{a"', 'malformed array literal: …'],
    ['  detail: undefined,', '  detail: undefined,'],
    ['Cannot find module "knex"', 'Cannot find module "knex"'],
  ])('%j is %j', (line, shown) => {
    expect(redactLine(line)).toBe(shown);
  });

  it.each([
    [
      ['DETAIL:  Key (note)=(one', 'ann. (two)', 'three) is duplicated.', 'done'],
      ['DETAIL:  …', '…', '…', 'done'],
    ],
    [
      ['DETAIL:  Failing row contains (1, one', 'ann).', 'done'],
      ['DETAIL:  …', '…', 'done'],
    ],
    [
      ['CONTEXT:  COPY t, line 1, column a: "one', 'ann"', 'done'],
      ['CONTEXT:  …', '…', 'done'],
    ],
    [
      ['DETAIL:  Key (note)=(one', 'ann', 'HINT:  none', 'done'],
      ['DETAIL:  …', '…', 'HINT:  none', 'done'],
    ],
    [
      ['  parameters: [', "    'ann', ']',", '    [', '      1', '    ]', '  ],', '  driverError: error: x'],
      ['  parameters: …', '…', '…', '…', '…', '…', '  driverError: error: x'],
    ],
    [
      ['"params": {', '  "a": "ann"', '}', 'done'],
      ['"params": …', '…', '…', 'done'],
    ],
    [
      ["  parameters: [ 'ann' ],", 'done'],
      ['  parameters: …', 'done'],
    ],
    [
      ["  query: 'INSERT INTO t VALUES (\\'ann\\', 7)',", 'query: "ALTER TABLE t ADD a int DEFAULT 7"'],
      ["  query: 'INSERT INTO t VALUES ('…', …)'…'", 'query: "ALTER TABLE t ADD a int DEFAULT 7"'],
    ],
    [
      ['parameters: [', ...Array.from({ length: 1000 }, () => 'x'), 'shown'],
      ['parameters: …', ...Array.from({ length: 1000 }, () => '…'), 'shown'],
    ],
    [
      ['DETAIL:  Key (a)=(1) already exists.', 'done'],
      ['DETAIL:  …', 'done'],
    ],
    [
      ['DETAIL:  view v depends on column a of table t', 'done'],
      ['DETAIL:  …', 'done'],
    ],
  ])('of values that go on in the next line nothing: %j', (lines, shown) => {
    expect(lines.map(redactor())).toEqual(shown);
  });

  it('what a function raises stays away, unless the statement says it itself', () => {
    const message = 'ann@example.org has no address';
    expect(redactError(message, 'P0001', 'UPDATE people SET a = b')).not.toContain('ann');
    const statement = `DO $$ BEGIN RAISE '${message}'; END $$`;
    expect(redactError(message, 'P0001', statement)).toBe(message);
  });
});
