// The policies of docs/s3.md, in force on a real S3 server: each job does its work with its own, and nothing else.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  type BucketLifecycleConfiguration,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { messageOf } from '../../src/base/errors.js';
import { readInputs } from '../../src/inputs/read.js';
import { folderCache } from '../../src/postgres/programs/index.js';
import { redReasons as pruneRed, runPrune } from '../../src/retention/run.js';
import { runStatus } from '../../src/status/run.js';
import { redReasons as statusRed } from '../../src/status/result.js';
import { putObject } from '../../src/storage/put.js';
import { readObject } from '../../src/storage/read-many.js';
import { openStore } from '../../src/storage/registry.js';
import { clientMajors, Rig, rigMissing } from '../support/backup-rig.js';
import { errorBody, faulty, startFaultProxy, type FaultProxy, type Seen } from '../support/fault-proxy.js';
import { Listener } from '../support/listener.js';
import { restoring } from '../support/restore-rig.js';
import { s3IsHere, startS3, type S3Server } from '../support/s3.js';
import { verify } from '../support/verify-rig.js';
import { blocksOf, blockUnder } from './pages.js';

const PAGE = 'docs/s3.md';
const major = Math.max(...clientMajors.filter((each) => each <= 18));
const KEY = { id: 'PGKEEPJOBACCESSKEY01', secret: 'pgkeep-job-secret-key-000000000000000002' };

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
}
interface Policy {
  Version: string;
  Statement: Statement[];
}

const policyOf = (heading: string): Policy => JSON.parse(blockUnder(PAGE, heading, 'json')) as Policy;
const actionsOf = ({ Statement }: Policy): string[] =>
  [...new Set(Statement.flatMap(({ Action }) => Action))].sort();

/** The right that AWS asks for before it answers a request of ours. */
function rightFor({ method, path }: Seen): string {
  const query = path.split('?')[1] ?? '';
  if (method === 'GET' && /(^|&)uploads(=|&|$)/.test(query)) return 's3:ListBucketMultipartUploads';
  if (method === 'GET' && query.includes('list-type=2')) return 's3:ListBucket';
  if (method === 'GET' || method === 'HEAD') return 's3:GetObject';
  if (method === 'DELETE') return query.includes('uploadId=') ? 's3:AbortMultipartUpload' : 's3:DeleteObject';
  if (method === 'PUT' || method === 'POST') return 's3:PutObject';
  throw new Error(`${method} ${path}`);
}

const here = s3IsHere('policies of the documentation') && rigMissing === undefined;
if (rigMissing !== undefined) process.stderr.write(`NOT RUN: policies of the documentation: ${rigMissing}\n`);

(here ? describe : describe.skip)('the policies of the documentation', () => {
  let server: S3Server;
  let proxy: FaultProxy;
  let rig: Rig;
  let bucket: string;
  let storage: string;
  /** Where the job has what is not its own, and where it makes its own, which Ceph lets it read and remove. */
  let others: string;
  let own: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    [server, rig] = await Promise.all([startS3(), Rig.start(major)]);
    proxy = await startFaultProxy(server.ceph.port);
    const user = ['--uid=job', '--display-name=job', `--access-key=${KEY.id}`, `--secret-key=${KEY.secret}`];
    const made = spawnSync('radosgw-admin', ['user', 'create', ...user], {
      env: { PATH: process.env['PATH'], LC_ALL: 'C', CEPH_CONF: join(server.ceph.folder, 'ceph.conf') },
      encoding: 'utf8',
    });
    expect([made.status, made.stderr]).toEqual([0, expect.anything()]);
    [others, own] = [await server.bucket(), await server.bucket()];
    use(others);
    env = {
      ...process.env,
      ...server.ceph.env,
      AWS_ENDPOINT_URL: proxy.endpoint,
      AWS_ACCESS_KEY_ID: KEY.id,
      AWS_SECRET_ACCESS_KEY: KEY.secret,
      AWS_MAX_ATTEMPTS: '1',
    };
    // Larger than one part of an upload.
    const rows = 'SELECT n AS id, sha512(n::text::bytea) AS noise FROM generate_series(1, 250000) n';
    await rig.database('shop', `CREATE TABLE orders AS ${rows}`);
    for (let nth = 0; nth < 2; nth += 1) {
      const { error } = await backup(
        {},
        { ...env, AWS_ACCESS_KEY_ID: server.ceph.accessKey, AWS_SECRET_ACCESS_KEY: server.ceph.secretKey },
      );
      expect(error).toBeUndefined();
    }
  }, 60_000);
  afterAll(async () => {
    proxy?.stop();
    server?.stop();
    await rig?.stop();
  });
  beforeEach(() => {
    proxy.seen.length = 0;
    proxy.rule = () => undefined;
  });

  function use(which: string): void {
    bucket = which;
    storage = `s3://${bucket}/prod`;
  }

  /** Puts a policy of the page in force for the job's key, which has no other right. */
  async function inForce({ Version, Statement }: Policy): Promise<void> {
    const here = (arn: string): string => arn.replace('my-backups', bucket);
    const policy = {
      Version,
      Statement: Statement.map((each) => ({
        ...each,
        Principal: { AWS: ['arn:aws:iam:::user/job'] },
        Resource: [each.Resource].flat().map(here),
      })),
    };
    await server.client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(policy) }));
  }
  const backup = (inputs: Record<string, string> = {}, as = env) =>
    rig.backup({ 'database-url': rig.server.url('shop'), storage, ...inputs }, { env: as });
  const base = () => ({
    env,
    run: {},
    reporter: new Listener(),
    signal: new AbortController().signal,
  });
  const used = (): string[] => [...new Set(proxy.seen.map(rightFor))].sort();
  /** Deletes a file as the job could. */
  const removing = async (key: string): Promise<unknown> => {
    const store = await openStore(storage, { env });
    return store.remove(key).then(
      () => undefined,
      (error: unknown) => messageOf(error),
    );
  };
  const partOf = async (file: string): Promise<string> => {
    const key = (await server.keys(bucket)).find((each) => each.endsWith(file)) ?? '';
    return key.slice('prod/'.length);
  };

  it('are all of the JSON on the page', () => {
    expect(blocksOf(PAGE, 'json').map(({ heading }) => heading)).toEqual([
      'A key for backups',
      'A key for verify',
      'A key for restore and check-migrations',
      'A key for prune',
      'A key for status',
      'The bucket',
      'AWS without stored keys',
    ]);
  });

  it('let nothing through that they do not name', async () => {
    await inForce({ Version: '2012-10-17', Statement: policyOf('A key for status').Statement.slice(0, 1) });
    const { error } = await backup({ fingerprint: 'none' });
    expect(messageOf(error)).toMatch(/Access was denied\. These credentials need s3:/);
  });

  it('make backups, try a dry run and clean up after a failure, and use each right', async () => {
    const policy = policyOf('A key for backups');
    await inForce(policy);
    expect(await removing(await partOf('database.dump'))).toMatch(/denied/);
    use(own);
    await inForce(policy);
    expect((await backup({ 'dry-run': 'true' })).error).toBeUndefined();
    expect((await backup()).error).toBeUndefined();
    // The second part is refused.
    const refused = { kind: 'answer', status: 403, body: errorBody('AccessDenied') } as const;
    proxy.rule = faulty('PUT', /partNumber=2/, refused);
    expect((await backup({ fingerprint: 'none' })).error).toBeDefined();
    // The answer to the start of an upload is lost: it is looked for, and removed.
    proxy.rule = faulty('POST', /[?&]uploads/, { kind: 'lose-answer' });
    expect((await backup({ fingerprint: 'none' })).error).toBeDefined();
    expect(used()).toEqual(actionsOf(policy));
    expect(await server.unfinished(bucket)).toEqual([]);
    use(others);
  });

  it('verify, store the verdict, and can write nothing else', async () => {
    const policy = policyOf('A key for verify');
    await inForce(policy);
    const { result, error, said } = await verify(major, { storage }, { env, tempDir: rig.folder });
    expect(error).toBeUndefined();
    expect(result?.report.verdict).toBe('passed');
    expect(said.warnings).toEqual([]);
    expect(await partOf('verified.json')).not.toBe('');
    expect(used()).toEqual(actionsOf(policy));
    const store = await openStore(storage, { env });
    await expect(putObject(store, await partOf('manifest.json'), Buffer.from('x'))).rejects.toThrow(/denied/);
    expect(await removing(await partOf('database.dump'))).toMatch(/denied/);
  });

  it('restore with rights to read alone', async () => {
    const policy = policyOf('A key for restore and check-migrations');
    await inForce(policy);
    const inputs = { storage, 'database-url': rig.server.url('restored') };
    const { result, error, said } = await restoring(rig, inputs, { env });
    expect(error).toBeUndefined();
    expect(result?.matches).toBe(true);
    expect(said.warnings.join('\n')).toMatch(/did not take the log/);
    const asked = used().filter((right) => right !== 's3:PutObject');
    expect(asked).toEqual(actionsOf(policy));
  });

  it('tell the status without being able to read a backup', async () => {
    const policy = policyOf('A key for status');
    await inForce(policy);
    const inputs: Record<string, string> = { storage };
    const options = { ...base(), tempDir: rig.folder, method: 'rootless' as const };
    const result = await runStatus({
      ...options,
      inputs: readInputs('status', (name) => inputs[name]),
      cache: folderCache(() => rig.folder),
    });
    expect(statusRed(result)).toEqual([]);
    expect(options.reporter.warnings).toEqual([]);
    expect(used()).toEqual(actionsOf(policy));
    const store = await openStore(storage, { env });
    await expect(readObject(store, await partOf('database.dump'))).rejects.toThrow(/denied/);
  });

  it('prune without being able to read a backup', async () => {
    const policy = policyOf('A key for prune');
    await inForce(policy);
    const inputs: Record<string, string> = { storage, 'keep-last': '1' };
    const options = base();
    const result = await runPrune({ ...options, inputs: readInputs('prune', (name) => inputs[name]) });
    expect(pruneRed(result)).toEqual([]);
    expect(options.reporter.warnings).toEqual([]);
    expect((await server.keys(bucket)).filter((key) => key.endsWith('manifest.json'))).toHaveLength(1);
    expect(used()).toEqual(actionsOf(policy));
    const store = await openStore(storage, { env });
    await expect(readObject(store, await partOf('database.dump'))).rejects.toThrow(/denied/);
  });

  it('have a lifecycle that the server takes', async () => {
    const rules = JSON.parse(blockUnder(PAGE, 'The bucket', 'json')) as BucketLifecycleConfiguration;
    await server.client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: rules }),
    );
  });

  it('trust both forms of the subject, and no other workflow', () => {
    const { Statement } = JSON.parse(blockUnder(PAGE, 'AWS without stored keys', 'json')) as {
      Statement: { Action: string; Condition: Record<string, Record<string, string | string[]>> }[];
    };
    expect(Statement).toHaveLength(1);
    expect(Statement[0]?.Action).toBe('sts:AssumeRoleWithWebIdentity');
    expect(Object.keys(Statement[0]?.Condition ?? {})).toEqual(['StringEquals']);
    const subjects = Statement[0]?.Condition['StringEquals']?.['token.actions.githubusercontent.com:sub'];
    expect(subjects).toEqual([
      expect.stringMatching(/^repo:[\w-]+\/[\w-]+:ref:refs\/heads\/main$/),
      expect.stringMatching(/^repo:[\w-]+@\d+\/[\w-]+@\d+:ref:refs\/heads\/main$/),
    ]);
  });
});
