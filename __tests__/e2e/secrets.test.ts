import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql } from '../../src/postgres/psql.js';
import type { Programs } from '../../src/postgres/types.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { until } from '../support/children.js';
import { clientsAreHere, fillShop, newFolder, programsFor, sql, toolCache, visible } from '../support/e2e.js';
import { startStep } from '../support/runner.js';

const here = clientsAreHere('no secret in the log or the process list');

const PASSPHRASE = 'correct horse battery staple 4711';

/** Nobody else's: other suites hand the servers' common password to psql on its command line. */
const PASSWORD = `only @ here #${randomInt(1e9)}`;

/** The command lines of all processes at this moment, as anyone on the machine can read them. */
function commandLines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        return '';
      }
    })
    .join('\n');
}

(here ? describe : describe.skip)('secrets', () => {
  let server: PostgresServer;
  let programs: Programs;
  const store = newFolder();
  const sessions: Psql[] = [];

  beforeAll(async () => {
    server = await startPostgres({ major: 15 });
    programs = await programsFor(15);
    fillShop(programs, server);
    sql(
      programs,
      server.url(),
      'CREATE TABLE app.big AS SELECT i, md5(i::text) FROM generate_series(1, 500000) i',
    );
    sql(programs, server.url(), `CREATE ROLE guarded SUPERUSER LOGIN PASSWORD '${PASSWORD}'`);
  });

  afterAll(async () => {
    await Promise.all(sessions.map((session) => session.close()));
    await server.stop();
    rmSync(store, { recursive: true, force: true });
  });

  it('stand in no log, summary, output, stored plaintext or command line, at any time', async () => {
    const encoded = encodeURIComponent(PASSWORD);
    const url = server.url().replace(/\/\/[^@]*@/, `//guarded:${encoded}@`);
    const connection = parseConnection(server.url(), process.env);
    const holder = await Psql.open({ programs, connection });
    sessions.push(holder);
    await holder.exec('BEGIN', 'LOCK TABLE app.big IN ACCESS EXCLUSIVE MODE');
    const step = await startStep('backup', {
      toolCache: toolCache ?? '',
      inputs: {
        'database-url': url,
        storage: `file://${store}`,
        passphrase: PASSPHRASE,
        fingerprint: 'content',
      },
    });
    const seen = new Set<string>();
    const look = (): string => {
      const now = commandLines();
      seen.add(now);
      return now;
    };
    const timer = setInterval(look, 15);
    // The watch is worth nothing unless it saw the programs at work: this holds pg_dump up until it did.
    const ours = new RegExp(`pg_dump.*port='${server.port}'`);
    await until('pg_dump', () => ours.test(look()) || undefined);
    await holder.exec('COMMIT');
    const result = await step.result;
    clearInterval(timer);
    expect(result.code).toBe(0);
    const lines = [...seen].join('\n');
    const stored = readdirSync(store, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    const places = {
      log: visible(result.log),
      summary: result.summary,
      outputs: JSON.stringify(result.outputs),
      lines,
      stored: stored.join('\n'),
    };
    for (const [place, text] of Object.entries(places)) {
      for (const secret of [PASSWORD, encoded, url, PASSPHRASE]) {
        expect({ place, leaks: text.includes(secret) }).toEqual({ place, leaks: false });
      }
    }
    // The manifest is public: it names neither host nor user, nor any table.
    const manifest = result.outputs['manifest'] ?? '';
    for (const word of ['127.0.0.1', String(server.port), 'customers']) expect(manifest).not.toContain(word);
    expect(result.log).toContain(`::add-mask::${url.replaceAll('%', '%25')}`);
  });
});
