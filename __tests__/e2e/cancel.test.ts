import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Programs } from '../../src/postgres/types.js';
import { processesOf } from '../postgres/scratch-rig.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { until } from '../support/children.js';
import {
  addNoise,
  clientsAreHere,
  files,
  fillShop,
  newFolder,
  programsFor,
  sql,
  toolCache,
} from '../support/e2e.js';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js';
import { runStep, startStep, type Step } from '../support/runner.js';
import { s3IsHere, startS3, type S3Server } from '../support/s3.js';
import { postgresBin } from '../support/servers.js';

const here = clientsAreHere('a cancelled job') && s3IsHere('a cancelled job');

/** The runner's patience: it kills 10 s after the first signal. */
const KILL_MS = 10_000;

/** Cancels as the runner does: SIGINT, SIGTERM 7.5 s later, SIGKILL 2.5 s after that. */
async function cancel(step: Step): Promise<Awaited<Step['result']>> {
  step.process.kill('SIGINT');
  const term = setTimeout(() => step.process.kill('SIGTERM'), 7500);
  const kill = setTimeout(() => step.process.kill('SIGKILL'), KILL_MS);
  const result = await step.result;
  clearTimeout(term);
  clearTimeout(kill);
  return result;
}

/** Programs at work for the server on this port. */
function left(port: number): string[] {
  const its = new RegExp(`\\b${port}\\b`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        return /pg_dump|psql|zstd|pg_restore/.test(line) && its.test(line) ? [line] : [];
      } catch {
        return [];
      }
    });
}

(here ? describe : describe.skip)('a cancelled job', () => {
  let server: PostgresServer;
  let programs: Programs;
  let s3: S3Server;
  let proxy: FaultProxy;
  let bucket: string;
  const folder = newFolder();

  beforeAll(async () => {
    [server, programs, s3] = await Promise.all([startPostgres({ major: 15 }), programsFor(15), startS3()]);
    fillShop(programs, server);
    addNoise(programs, server, 60_000);
    proxy = await startFaultProxy(s3.ceph.port);
  });

  beforeEach(async () => {
    bucket = await s3.bucket();
    proxy.seen.length = 0;
  });

  afterAll(async () => {
    proxy.stop();
    s3.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const begin = (inputs: Record<string, string>): Promise<Step> =>
    startStep('backup', {
      toolCache: toolCache ?? '',
      inputs: { 'database-url': server.url(), storage: `s3://${bucket}/p\nfile://${folder}`, ...inputs },
      env: { ...s3.ceph.env, AWS_ENDPOINT_URL: proxy.endpoint },
    });

  // A request that hangs holds the run at that stage.
  const stages: [string, string, RegExp, Record<string, string>][] = [
    ['while the first part is sent', 'PUT', /partNumber=1/, { compression: 'none' }],
    ['while an upload is completed', 'POST', /uploadId=/, { compression: 'none' }],
    ['while the fingerprint is stored', 'PUT', /fingerprint/, {}],
    ['while the manifest is stored', 'PUT', /manifest/, {}],
    [
      'while a folder is dumped and packed',
      'PUT',
      /database\.dir/,
      { format: 'directory', jobs: '2', compression: 'gzip:1' },
    ],
  ];

  it.each(stages)('%s, leaves nothing and is red in time', async (_title, method, path, inputs) => {
    proxy.rule = (seen) => (seen.method === method && path.test(seen.path) ? { kind: 'hang' } : undefined);
    const step = await begin(inputs);
    let over = false;
    void step.result.then(() => (over = true));
    await until(
      'the request that hangs',
      () => over || proxy.seen.some((seen) => seen.method === method && path.test(seen.path)) || undefined,
    );
    proxy.rule = () => undefined;
    const result = await cancel(step);
    expect(result.code).toBe(1);
    expect(result.outputs['outcome']).toBe('failure');
    expect(result.log).toContain('::error::Cancelled');
    expect((await s3.keys(bucket)).filter((key) => !key.includes('_log'))).toEqual([]);
    expect(await s3.unfinished(bucket)).toEqual([]);
    expect(files(folder)).toEqual([]);
    expect(left(server.port)).toEqual([]);
    // The server ends a session soon after its client is gone.
    await until('no session', () =>
      sql(
        programs,
        server.url(),
        `SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pg%' AND pid <> pg_backend_pid()`,
      ) === '0'
        ? true
        : undefined,
    );
  });

  it('before it could connect', async () => {
    const step = await begin({ 'database-url': server.url().replace('127.0.0.1', '10.255.255.1') });
    await until('its first line', () => step.log().includes('pgkeep') || undefined);
    const result = await cancel(step);
    expect(result.code).toBe(1);
    expect(result.outputs['outcome']).toBe('failure');
  });

  it('in the moment of its first line', async () => {
    // Sends itself the signal from within that write, as no other process could.
    const preload = `const { write } = process.stdout;
      process.stdout.write = (...given) => {
        process.stdout.write = write;
        process.kill(process.pid, 'SIGINT');
        return write.apply(process.stdout, given);
      };`;
    const step = await startStep('backup', {
      inputs: { 'database-url': server.url(), storage: `file://${folder}` },
      env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(preload)}"` },
    });
    const result = await step.result;
    expect(result.log).toContain('::error::Cancelled');
    expect(result.code).toBe(1);
    expect(result.outputs['outcome']).toBe('failure');
  });

  describe('whose migrations are running', () => {
    const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    let identity: string;
    let storage: string;
    let temp: string;

    beforeAll(async () => {
      identity = await generateX25519Identity();
      storage = `file://${mkdtempSync(join(tmpdir(), 'pgkeep-e2e-'))}`;
      const { code } = await runStep('backup', {
        toolCache: toolCache ?? '',
        inputs: { 'database-url': server.url(), storage, recipients: await identityToRecipient(identity) },
      });
      expect(code).toBe(0);
    });
    afterAll(() => rmSync(storage.slice('file://'.length), { recursive: true, force: true }));
    beforeEach(() => {
      temp = mkdtempSync(join(tmpdir(), 'pgkeep-cancelled-'));
      // The scratch server's user enters it.
      chmodSync(temp, 0o755);
      mkdirSync(join(temp, 'work'));
    });
    afterEach(() => rmSync(temp, { recursive: true, force: true }));

    /** Does not end before those that it starts do, one of which is at work in the database. */
    const command = `sleep 600 & psql -X -c "SELECT pg_sleep(600)" & touch started; wait`;

    /** Once the command runs and its server is there. */
    const running = (step: { over: boolean; log: () => string }): Promise<unknown> =>
      until(`the command: ${step.log()}`, () => {
        if (step.over) throw new Error(step.log());
        return existsSync(join(temp, 'work', 'started')) || undefined;
      });

    /** No server, no file of the backup, no process of the command; on a busy machine a moment after the run. */
    const nothingLeft = (): Promise<true> =>
      until(`an end of ${readdirSync(temp).join(', ')}`, () =>
        processesOf(temp).length === 0 && readdirSync(temp).join() === 'work' ? true : undefined,
      );

    it('leaves nothing on the runner, and is red in time', async () => {
      const bin = await postgresBin(15);
      const step = await startStep('check-migrations', {
        toolCache: toolCache ?? '',
        inputs: {
          storage,
          identity,
          // Nor do these take notice of what they are told.
          command: `trap '' TERM INT; ${command}`,
          backup: 'latest',
          'working-directory': join(temp, 'work'),
          ...(bin === undefined ? {} : { 'postgres-bin': bin }),
        },
        env: { RUNNER_TEMP: temp },
      });
      const state = { over: false, log: () => step.log() };
      void step.result.then(() => (state.over = true));
      await running(state);
      const result = await cancel(step);
      expect([result.code, result.outputs['outcome']]).toEqual([1, 'failure']);
      expect(result.log).toContain('::error::Cancelled');
      await nothingLeft();
    });

    it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing on a laptop after %s', async (signal) => {
      const bin = await postgresBin(15);
      const child = spawn(
        process.execPath,
        [
          ...[cli, 'check-migrations', '--backup=latest', `--storage=${storage}`, `--command=${command}`],
          ...[`--working-directory=${join(temp, 'work')}`],
        ],
        {
          env: {
            PATH: process.env['PATH'],
            TMPDIR: temp,
            RUNNER_TOOL_CACHE: toolCache ?? '',
            PGKEEP_IDENTITY: identity,
            ...(bin === undefined ? {} : { PGKEEP_POSTGRES_BIN: bin }),
          },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      let log = '';
      child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
      const state = { over: false, log: () => log };
      const code = new Promise((resolve) => child.once('close', resolve));
      void code.then(() => (state.over = true));
      await running(state);
      child.kill(signal);
      expect(await code).toBe(1);
      expect(log).toContain(`Cancelled: the run was told to stop (${signal}).`);
      await nothingLeft();
    });
  });
});
