import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { rmSync } from 'node:fs';
import type { Programs } from '../../src/postgres/types.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import {
  addNoise,
  annotations,
  clientsAreHere,
  files,
  fillShop,
  newFolder,
  programsFor,
  toolCache,
  visible,
} from '../support/e2e.js';
import { errorBody, faulty, startFaultProxy, type FaultProxy, type Rule } from '../support/fault-proxy.js';
import { PullRequestFake } from '../support/pull-request-fake.js';
import { runStep, type StepResult } from '../support/runner.js';
import { s3IsHere, startS3, type S3Server } from '../support/s3.js';
import { postgresBin } from '../support/servers.js';
import { checkedOut, PULL_REQUEST, shownCheck } from '../support/shown-check.js';

const here = clientsAreHere('backups to S3 by the bundle') && s3IsHere('backups to S3 by the bundle');

(here ? describe : describe.skip)('backups to S3', () => {
  let server: PostgresServer;
  let programs: Programs;
  let s3: S3Server;
  let proxy: FaultProxy;
  let bucket: string;
  const folder = newFolder();

  beforeAll(async () => {
    [server, programs, s3] = await Promise.all([startPostgres({ major: 15 }), programsFor(15), startS3()]);
    fillShop(programs, server);
    // So that the dump has several parts.
    addNoise(programs, server, 45_000);
  });

  beforeEach(async () => {
    proxy = await startFaultProxy(s3.ceph.port);
  });
  afterEach(() => proxy.stop());

  afterAll(async () => {
    s3.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async (
    storage: string,
    rule: Rule = () => undefined,
    env: Record<string, string> = {},
  ): Promise<StepResult> => {
    bucket = await s3.bucket();
    proxy.rule = rule;
    return runStep('backup', {
      toolCache: toolCache ?? '',
      inputs: {
        'database-url': server.url(),
        storage: storage.replaceAll('BUCKET', bucket),
        compression: 'none',
      },
      env: { ...s3.ceph.env, AWS_ENDPOINT_URL: proxy.endpoint, AWS_MAX_ATTEMPTS: '3', ...env },
    });
  };

  const backups = async (): Promise<string[]> =>
    (await s3.keys(bucket)).filter((key) => !key.includes('/_log/'));

  it('are published with every part proven', async () => {
    const step = await run('s3://BUCKET/prod/nightly');
    expect(annotations(step.log)).toEqual([]);
    expect(step.code).toBe(0);
    const id = step.outputs['backup-id'];
    expect((await backups()).sort()).toEqual(
      ['RECOVERY.md', 'database.dump', 'fingerprint.json', 'globals.sql', 'manifest.json'].map(
        (file) => `prod/nightly/postgres/${id}/${file}`,
      ),
    );
    const manifest = JSON.parse(step.outputs['manifest'] ?? '{}') as {
      parts: { file: string; bytes: number; readBack: string }[];
    };
    const dump = manifest.parts.find(({ file }) => file === 'database.dump');
    expect(dump?.bytes).toBeGreaterThan(16 * 1024 * 1024);
    expect(new Set(manifest.parts.map(({ readBack }) => readBack))).toEqual(new Set(['md5']));
    expect(JSON.parse(step.outputs['locations'] ?? '[]')).toEqual([
      `s3://${bucket}/prod/nightly/postgres/${id}/manifest.json`,
    ]);
  });

  it('survive a service that fails now and then', async () => {
    const step = await run(
      's3://BUCKET',
      faulty('PUT', /partNumber=2/, { kind: 'answer', status: 503, body: errorBody('SlowDown') }, 2),
    );
    expect(step.code).toBe(0);
    expect(await backups()).toHaveLength(5);
  });

  const fatal: [string, Rule, Record<string, string>, RegExp][] = [
    [
      'answers 500',
      faulty('PUT', /partNumber=2/, { kind: 'answer', status: 500, body: errorBody('InternalError') }),
      {},
      /InternalError|500/,
    ],
    [
      'answers 503',
      faulty('POST', /uploads/, { kind: 'answer', status: 503, body: errorBody('SlowDown') }),
      {},
      /SlowDown|503/,
    ],
    ['refuses the key', () => undefined, { AWS_SECRET_ACCESS_KEY: 'wrong' }, /AWS_SECRET_ACCESS_KEY/],
    [
      'dies in the middle of a multipart upload',
      faulty('PUT', /partNumber=2/, { kind: 'die' }),
      {},
      /refused|connection|reach/i,
    ],
  ];

  it.each(fatal)('leave nothing when S3 %s', async (_title, rule, env, message) => {
    const step = await run('s3://BUCKET/p', rule, env);
    expect(step.code).toBe(1);
    expect(step.outputs['outcome']).toBe('failure');
    expect(annotations(step.log)).toHaveLength(1);
    expect(annotations(step.log)[0]).toMatch(message);
    expect(visible(step.log)).not.toContain(s3.ceph.secretKey);
    // A service that is gone cannot be cleaned up: what stays has no manifest.
    expect((await backups()).filter((key) => key.endsWith('manifest.json'))).toEqual([]);
    if (!_title.includes('dies')) {
      expect(await backups()).toEqual([]);
      expect(await s3.unfinished(bucket)).toEqual([]);
    }
  });

  it('name a bucket that is not there', async () => {
    const step = await run('s3://no-such-bucket-here/p');
    expect(step.code).toBe(1);
    expect(annotations(step.log)[0]).toMatch(/no-such-bucket-here/);
  });

  it('go on to the other store when one fails, and the run is red', async () => {
    const step = await run(
      `s3://BUCKET/p\nfile://${folder}`,
      faulty('PUT', /partNumber=2/, { kind: 'answer', status: 403, body: errorBody('AccessDenied') }),
    );
    expect(step.code).toBe(1);
    expect(step.outputs['outcome']).toBe('failure');
    const locations = JSON.parse(step.outputs['locations'] ?? '[]') as string[];
    expect(locations).toHaveLength(1);
    expect(locations[0]).toContain(`file://${folder}/`);
    expect(files(folder).filter((name) => name.endsWith('manifest.json'))).toHaveLength(1);
    expect(await backups()).toEqual([]);
    const errors = annotations(step.log);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`s3://${bucket}/p`);
    expect(step.summary).toContain('❌');
  });

  it('are what migrations are tried on, as the workflow for it says', async () => {
    const identity = await generateX25519Identity();
    const { inputs, env } = shownCheck('docs/migrations.md', {
      MIGRATIONS_IDENTITY: identity,
      MIGRATIONS_AWS_ACCESS_KEY_ID: s3.ceph.accessKey,
      MIGRATIONS_AWS_SECRET_ACCESS_KEY: s3.ceph.secretKey,
    });
    const { storage = '', name = '' } = inputs;
    await s3.client.send(new CreateBucketCommand({ Bucket: new URL(storage).hostname }));
    const bin = await postgresBin(15);
    const postgres: Record<string, string> = bin === undefined ? {} : { 'postgres-bin': bin };
    const step = (
      action: string,
      given: Record<string, string>,
      more: Record<string, string> = {},
    ): Promise<StepResult> =>
      runStep(action, {
        toolCache: toolCache ?? '',
        inputs: given,
        env: { ...env, AWS_ENDPOINT_URL: s3.ceph.endpoint, ...more },
        event: PULL_REQUEST,
      });
    const recipients = await identityToRecipient(identity);
    const family = { storage, name };
    for (const made of [
      await step('backup', { ...family, 'database-url': server.url(), recipients }),
      await step('verify', { ...family, identity, ...postgres }),
    ])
      expect([annotations(made.log), made.code]).toEqual([[], 0]);

    const fake = await PullRequestFake.start();
    const check = (migration: string): Promise<StepResult> =>
      step(
        'check-migrations',
        { ...inputs, ...postgres, 'github-token': fake.access.token },
        { ...checkedOut(folder, programs, migration), GITHUB_API_URL: fake.access.apiUrl },
      );
    try {
      const bad = await check('\nALTER TABLE app.customers DROP COLUMN tags;\n');
      expect([bad.code, bad.outputs['outcome']]).toEqual([1, 'failure']);
      expect(annotations(bad.log)[0]).toMatch(
        /^::error file=prisma\/migrations\/1_change\/migration\.sql,line=2::Column app\.customers\.tags is gone/,
      );
      expect(fake.comments.map(({ body }) => body)).toEqual([
        expect.stringContaining('Migration check failed'),
      ]);
      expect(visible(bad.log)).not.toContain(identity);

      const sanitized = `(SELECT bool_and(email::text LIKE '%@example.org') FROM app.customers)`;
      const good = await check(
        `ALTER TABLE app.customers ADD COLUMN phone text;\nDO $$ BEGIN ASSERT ${sanitized}; END $$;`,
      );
      expect([annotations(good.log), good.code, good.outputs['outcome']]).toEqual([[], 0, 'success']);
      expect(fake.comments.map(({ body }) => body)).toEqual([
        expect.stringContaining('Migration check passed'),
      ]);
    } finally {
      await fake.stop();
    }
  });
});
