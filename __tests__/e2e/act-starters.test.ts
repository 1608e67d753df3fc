import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { RunOptions } from '../support/act/act.js';
import type { ActRun } from '../support/act/log.js';
import { starter, starters } from '../support/act/published.js';
import { Stand, workflowsRunHere } from '../support/act/stand.js';
import { GithubFake } from '../support/github-fake.js';
import { s3IsHere, startS3, type S3Server } from '../support/s3.js';

const suite = 'starter workflows under act';
const here = [workflowsRunHere(suite), s3IsHere(suite)].every(Boolean);

/** The life of a family of backups, in the order of the tests. */
(here ? describe : describe.skip)(suite, () => {
  let stand: Stand;
  let s3: S3Server;
  let github: GithubFake;
  let identity: string;
  let bucket: string;
  /** The newest backup there, and the newest that passed verification. */
  let newest = '';
  let proven = '';

  beforeAll(async () => {
    [stand, s3, github] = await Promise.all([Stand.start(), startS3(), GithubFake.start('octo/shop')]);
    identity = await generateX25519Identity();
    bucket = await s3.bucket();
    const storage = `s3://${bucket}/postgres?region=us-east-1&endpoint=${s3.ceph.endpoint}`;
    const recipient = await identityToRecipient(identity);
    // What their comments tell the user to change, and nothing else.
    const edited = (name: string): string =>
      starter(name)
        .replaceAll('s3://my-backups/postgres?region=eu-central-1', storage)
        .replaceAll('recipients: age1...', `recipients: ${recipient}`);
    stand.commit(
      {
        ...Object.fromEntries(starters().map((name) => [name, edited(name)])),
        unedited: starter('backup-artifacts'),
      },
      // As the comment of the starter has it.
      {
        'pgkeep.yml': edited('fleet')
          .replace(/^(?!# {6}).*\n/gm, '')
          .replace(/^# {6}/gm, ''),
      },
    );
  });

  afterAll(async () => {
    await github.stop();
    s3.stop();
    await stand.stop();
  });

  const ran = new Set(['check-migrations']); // in act-migrations.test.ts
  const run = (workflow: string, options: Partial<RunOptions> = {}): Promise<ActRun> => {
    ran.add(workflow);
    return stand.run(workflow, {
      event: 'workflow_dispatch',
      github,
      ...options,
      secrets: {
        AWS_ACCESS_KEY_ID: s3.ceph.accessKey,
        AWS_SECRET_ACCESS_KEY: s3.ceph.secretKey,
        DATABASE_URL: stand.server.url(),
        BACKUP_IDENTITY: identity,
        RESTORE_DATABASE_URL: stand.server.url('staging'),
        ...options.secrets,
      },
    });
  };
  const green = (jobs: string[], result: ActRun): ActRun => {
    expect(result.errors).toEqual([]);
    expect(result.jobs).toEqual(Object.fromEntries(jobs.map((job) => [job, 'success'])));
    expect(result.code).toBe(0);
    return result;
  };

  it('back up, each schedule with its label', async () => {
    const { outputs } = green(['daily/pgkeep backup/backup'], await run('backup'));
    expect(JSON.parse(outputs['manifest'] ?? '')).toMatchObject({ label: 'daily', name: 'production' });
    const schedule = '47 3 * * 0';
    const weekly = await run('backup', { event: 'schedule', payload: { schedule } });
    green(['weekly/pgkeep backup/backup'], weekly);
    expect(JSON.parse(weekly.outputs['manifest'] ?? '')).toMatchObject({ label: 'weekly' });
    expect(weekly.summary).toContain('keep 8 weekly backups');
    proven = weekly.outputs['backup-id'] ?? '';
  });

  it('prove the newest backup, and find all well', async () => {
    const { outputs } = green(['Verify/verify'], await run('verify'));
    expect(outputs).toMatchObject({ verified: 'true', 'backup-id': proven });
    green(['status/pgkeep status/status'], await run('status'));
    expect(github.issues.all).toEqual([]);
  });

  it('back up with a role instead of a key', async () => {
    const without = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
    const role = { ROLE_KEY_ID: s3.ceph.accessKey, ROLE_SECRET: s3.ceph.secretKey };
    const result = await run('backup-s3-oidc', { secrets: without, env: role });
    newest = green(['backup/pgkeep backup/backup'], result).outputs['backup-id'] ?? '';
    expect(await s3.keys(bucket)).toContain(`postgres/production/${newest}/manifest.json`);
  });

  it('are red when a stored backup is damaged, and open an issue', async () => {
    const place = { Bucket: bucket, Key: `postgres/production/${newest}/database.dump.zst.age` };
    const { Body } = await s3.client.send(new GetObjectCommand(place));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await s3.client.send(new PutObjectCommand({ ...place, Body: bytes }));

    const verify = await run('verify');
    expect([verify.code, verify.jobs]).toEqual([1, { 'Verify/verify': 'failure' }]);
    expect(verify.errors).toEqual([expect.stringContaining(`production/${newest}`)]);
    expect(verify.outputs).toMatchObject({ verified: 'false' });

    const status = await run('status');
    expect([status.code, status.jobs]).toEqual([1, { 'status/pgkeep status/status': 'failure' }]);
    expect(github.issues.open).toEqual([
      expect.objectContaining({ body: expect.stringContaining(newest) as unknown }),
    ]);
  });

  it('restore nothing over a database that is not empty, unless told its name', async () => {
    stand.sql('postgres', 'CREATE DATABASE staging');
    stand.sql('staging', 'CREATE TABLE precious (x int); INSERT INTO precious VALUES (1)');
    const inputs = { backup: 'latest-verified', target: 'staging', mode: 'replace' };
    const refused = await run('restore', { payload: { inputs } });
    expect(refused.jobs).toEqual({ 'Restore/dry-run': 'success', 'Restore/restore': 'failure' });
    expect(refused.summary).toContain('### To be confirmed');
    expect([refused.code, refused.errors]).toEqual([1, [expect.stringContaining('confirm')]]);
    expect(stand.sql('staging', 'SELECT x FROM precious')).toBe('1');
  });

  it('restore by hand after a dry run, row for row', async () => {
    const inputs = { backup: 'latest-verified', target: 'staging', mode: 'replace', confirm: 'staging' };
    const result = green(
      ['Restore/dry-run', 'Restore/restore'],
      await run('restore', { payload: { inputs } }),
    );
    const { 'backup-id': id, 'previous-database': previous = '', matches } = result.outputs;
    expect({ id, matches }).toEqual({ id: proven, matches: 'true' });
    expect(result.summary).toMatch(/plan of a restore[^]*Backup restored/);
    expect(stand.sql(previous, 'SELECT x FROM precious')).toBe('1');
    const orders = 'SELECT md5(string_agg(o::text, chr(10) ORDER BY id)) FROM app.orders o';
    expect(stand.sql('staging', orders)).toBe(stand.sql('postgres', orders));
  });

  it('close the issue when a new backup is proven', async () => {
    const backup = green(['daily/pgkeep backup/backup'], await run('backup'));
    const verify = green(['Verify/verify'], await run('verify'));
    expect(verify.outputs['backup-id']).toBe(backup.outputs['backup-id']);
    green(['status/pgkeep status/status'], await run('status'));
    expect(github.issues.all.map(({ state }) => state)).toEqual(['closed']);
  });

  it('back up to artifacts', async () => {
    const { outputs } = green(['backup/pgkeep backup/backup'], await run('backup-artifacts'));
    expect(github.named('pgkeep.production.manifest.json')).toHaveLength(1);
    expect(github.named(`pgkeep.production.${outputs['backup-id']}.database.dump.zst.age`)).toHaveLength(1);
  });

  it('back up many databases from one file', async () => {
    stand.sql('postgres', 'CREATE DATABASE crm');
    const result = await run('fleet', {
      secrets: { SHOP_DATABASE_URL: stand.server.url(), CRM_DATABASE_URL: stand.server.url('crm') },
    });
    expect([result.errors, result.code]).toEqual([[], 0]);
    expect(result.summary).toContain('2 of 2 databases succeeded');
    const keys = await s3.keys(bucket);
    expect(keys).toEqual(
      expect.arrayContaining([expect.stringMatching(/^postgres\/crm\/.*\/manifest\.json$/)]),
    );
  });

  it('are all run', () => {
    expect([...ran].sort()).toEqual(starters());
  });

  it('say what to change where they were pasted as they are', async () => {
    const result = await run('unedited');
    expect(result.code).toBe(1);
    expect(result.errors).toEqual([expect.stringMatching(/recipients.*age1\.\.\./)]);
  });
});
