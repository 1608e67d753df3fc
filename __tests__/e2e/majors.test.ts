import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeManifest } from '../../src/backup/manifest.js';
import type { Programs } from '../../src/postgres/types.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import {
  clientMajors,
  clientsAreHere,
  files,
  fillShop,
  newFolder,
  programsFor,
  sql,
  stockTools,
  toolCache,
} from '../support/e2e.js';
import { testMajors } from '../support/majors.js';
import { runStep } from '../support/runner.js';

const here = clientsAreHere('backups of every major by the bundle');

const COUNTS = `SELECT (SELECT count(*) FROM app.customers) || ' ' || (SELECT sum(amount) FROM app.orders) || ' ' ||
  (SELECT count(*) FROM app.ev) || ' ' || (SELECT last_value FROM app.orders_id_seq)`;

(here ? describe : describe.skip).each(testMajors())('PostgreSQL %i', (major) => {
  let server: PostgresServer;
  let programs: Programs;
  const store = newFolder();

  beforeAll(async () => {
    server = await startPostgres({ major });
    programs = await programsFor(major);
    fillShop(programs, server);
  });

  afterAll(async () => {
    await server.stop();
    rmSync(store, { recursive: true, force: true });
  });

  it('is backed up encrypted by the bundle and restored by stock programs', async () => {
    const tools = await stockTools();
    const toolEnv = { ...process.env, ...tools.age.env };
    const key = spawnSync(join(dirname(tools.age.path), 'age-keygen'), {
      encoding: 'utf8',
      env: toolEnv,
    }).stdout;
    const keyFile = join(store, 'key.txt');
    writeFileSync(keyFile, key, { mode: 0o600 });
    const step = await runStep('backup', {
      toolCache: toolCache ?? '',
      inputs: {
        'database-url': server.url(),
        storage: `file://${store}/backups`,
        recipients: /age1\w+/.exec(key)?.[0] ?? '',
        label: 'daily',
      },
    });
    expect(step.log).not.toContain('::error');
    expect(step.code).toBe(0);
    expect(step.outputs['outcome']).toBe('success');
    const id = step.outputs['backup-id'] ?? '';
    const folder = join(store, 'backups', 'postgres', id);
    const dump = programs.major >= 16 ? 'database.dump' : 'database.dump.zst';
    expect(files(folder)).toEqual(
      ['RECOVERY.md', `${dump}.age`, 'fingerprint.json.age', 'globals.sql.age', 'manifest.json'].sort(),
    );
    const manifest = decodeManifest(readFileSync(join(folder, 'manifest.json')), folder);
    expect(manifest.tools.sameMajor).toBe(clientMajors.includes(major));
    expect(step.log.includes('::warning')).toBe(!clientMajors.includes(major));
    expect(manifest.totals).toEqual({ tables: 9, rows: 6506 });

    const decrypted = spawnSync(tools.age.path, ['-d', '-i', keyFile, join(folder, `${dump}.age`)], {
      env: toolEnv,
      maxBuffer: 1e9,
    });
    expect(decrypted.stderr.toString()).toBe('');
    const archive =
      programs.major >= 16
        ? decrypted.stdout
        : spawnSync(tools.zstd.path, ['-dc'], {
            input: decrypted.stdout,
            maxBuffer: 1e9,
            env: { ...process.env, ...tools.zstd.env },
          }).stdout;
    sql(programs, server.url(), 'CREATE DATABASE restored');
    const sqlText = spawnSync(programs.path('pg_restore'), ['-f', '-'], {
      input: archive,
      env: { ...process.env, ...programs.env },
      maxBuffer: 1e9,
    });
    expect(sqlText.status).toBe(0);
    // A newer client's dump may set what this server does not know; that is why the client's major is the server's.
    const text = sqlText.stdout.toString().replace(/^SET transaction_timeout.*$/m, '');
    sql(programs, server.url('restored'), text);
    expect(sql(programs, server.url('restored'), COUNTS)).toBe(sql(programs, server.url(), COUNTS));
  });
});
