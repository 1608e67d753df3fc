import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { blocksOf, PAGES } from '../docs/pages.js';
import { Stand, workflowsRunHere } from '../support/act/stand.js';
import { GithubFake } from '../support/github-fake.js';
import { s3IsHere, startS3, type S3Server } from '../support/s3.js';

const suite = 'workflows of the pages under act';
const here = [workflowsRunHere(suite), s3IsHere(suite)].every(Boolean);

/** In the order that a family of backups lives in: what makes them comes first. */
const ORDER = ['backup', 'verify', 'status', 'restore', 'prune'];
const actionOf = (workflow: string): string =>
  /uses: pgkeep\/pgkeep(?:\/(?:\.github\/workflows\/)?([\w-]+))?(?:\.yml)?@v1/.exec(workflow)?.[1] ??
  'backup';

/** Every whole workflow that users may paste; not what other suites run: migrations, which need Prisma here, and fleets. */
const workflows = PAGES.flatMap((page) => blocksOf(page, 'yaml'))
  .filter(({ text }) => /^on:/m.test(text) && /^jobs:/m.test(text))
  .map(({ page, heading, text }) => ({ page, heading, text, action: actionOf(text) }))
  .filter(({ action }) => !['check-migrations', 'fleet'].includes(action))
  .sort((a, b) => ORDER.indexOf(a.action) - ORDER.indexOf(b.action));

(here ? describe : describe.skip)(suite, () => {
  let stand: Stand;
  let s3: S3Server;
  let github: GithubFake;
  let identity: string;
  let bucket: string;

  beforeAll(async () => {
    [stand, s3, github] = await Promise.all([Stand.start(), startS3(), GithubFake.start('octo/shop')]);
    identity = await generateX25519Identity();
    bucket = await s3.bucket();
    // The tables that they speak of.
    stand.sql('postgres', 'CREATE DATABASE shop');
    stand.sql(
      'shop',
      'CREATE TABLE customers AS SELECT 1 AS id;' +
        'CREATE TABLE orders AS SELECT id, now() AS created_at FROM generate_series(1, 1001) AS id;',
    );
  });
  afterAll(async () => {
    await github.stop();
    s3.stop();
    await stand.stop();
  });

  /** What the pages tell the user to change, and nothing else. */
  const edited = async (text: string): Promise<string> =>
    text
      .replace(
        /s3:\/\/my-backups\/([\w-]+)\?region=eu-central-1/g,
        `s3://${bucket}/$1?region=us-east-1&endpoint=${s3.ceph.endpoint}`,
      )
      .replace('age1...', await identityToRecipient(identity));

  it('are of every action', () => {
    expect(new Set(workflows.map(({ action }) => action))).toEqual(new Set(ORDER));
  });

  it.each(workflows)('run: $page, $heading', async ({ text }) => {
    stand.commit({ pasted: await edited(text) });
    const result = await stand.run('pasted', {
      event: 'workflow_dispatch',
      payload: { inputs: { backup: 'latest-verified', confirm: 'shop', 'dry-run': 'false' } },
      github,
      secrets: {
        DATABASE_URL: stand.server.url('shop'),
        AWS_ACCESS_KEY_ID: s3.ceph.accessKey,
        AWS_SECRET_ACCESS_KEY: s3.ceph.secretKey,
        BACKUP_IDENTITY: identity,
      },
    });
    expect(result.errors).toEqual([]);
    expect([result.code, result.outputs['outcome']]).toEqual([0, 'success']);
  });
});
