import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ActRun } from '../support/act/log.js';
import { starter } from '../support/act/published.js';
import { Stand, workflowsRunHere } from '../support/act/stand.js';
import { PullRequestFake } from '../support/pull-request-fake.js';

const suite = 'migration checks under act';
const COMMAND = 'for file in migrations/*.sql; do psql -X -v ON_ERROR_STOP=1 -f "$file"; done';
const PACKAGE = { name: 'shop', version: '1.0.0', lockfileVersion: 3, requires: true, packages: {} };

/** A job of the backup workflow, and the check by the reusable workflow in place of the starter. */
const backup = (storage: string, recipient: string): string => `
name: Backup
on: workflow_dispatch
permissions: {}
jobs:
  migrations:
    uses: pgkeep/pgkeep/.github/workflows/backup.yml@v1
    with:
      storage: ${storage}
      name: migrations
      recipients: ${recipient}
    secrets:
      DATABASE_URL: \${{ secrets.DATABASE_URL }}
`;
const reusable = (storage: string): string => `
name: Check
on: pull_request
permissions: {}
jobs:
  check:
    uses: pgkeep/pgkeep/.github/workflows/check-migrations.yml@v1
    with:
      setup: mv migrations ready # which is where the command looks
      command: ${COMMAND.replace('migrations', 'ready')}
      backup: latest
      storage: ${storage}
    secrets:
      IDENTITY: \${{ secrets.MIGRATIONS_IDENTITY }}
`;

(workflowsRunHere(suite) ? describe : describe.skip)(suite, () => {
  let stand: Stand;
  let fake: PullRequestFake;
  let identity: string;

  beforeAll(async () => {
    [stand, fake] = await Promise.all([Stand.start(), PullRequestFake.start()]);
    identity = await generateX25519Identity();
    const storage = `file://${join(stand.folder, 'backups')}`;
    // What its comments tell the user to change, and nothing else.
    const check = starter('check-migrations')
      .replace('s3://my-backups/postgres?region=eu-central-1', storage)
      .replace('npx prisma migrate deploy', COMMAND);
    stand.commit(
      { check, reusable: reusable(storage), backup: backup(storage, await identityToRecipient(identity)) },
      { 'package.json': JSON.stringify(PACKAGE), 'package-lock.json': JSON.stringify(PACKAGE) },
    );
    const secrets = { DATABASE_URL: stand.server.url() };
    const made = await stand.run('backup', { event: 'workflow_dispatch', secrets });
    expect(made.errors).toEqual([]);
  });
  afterAll(async () => {
    await fake.stop();
    await stand.stop();
  });

  /** Opens the pull request that adds this migration, or pushes to it. */
  const check = (sql: string, from = {}, workflow = 'check'): Promise<ActRun> => {
    stand.commit({}, { 'migrations/V2.sql': sql });
    const repo = { full_name: 'octo/shop' };
    const request = { number: 7, user: { login: 'mona' }, head: { repo }, base: { repo }, ...from };
    return stand.run(workflow, {
      event: 'pull_request',
      payload: { action: 'synchronize', number: 7, pull_request: request },
      secrets: { MIGRATIONS_IDENTITY: identity },
      github: {
        env: () => ({
          GITHUB_API_URL: fake.access.apiUrl,
          GITHUB_TOKEN: fake.access.token,
          GITHUB_REPOSITORY: 'octo/shop',
        }),
      },
    });
  };

  it('are green for a migration that loses nothing, and say so in the pull request', async () => {
    const result = await check('ALTER TABLE app.orders ADD COLUMN note text;');
    expect(result.errors).toEqual([]);
    expect([result.code, result.jobs]).toEqual([0, { 'Check migrations/check': 'success' }]);
    expect(result.outputs).toMatchObject({ outcome: 'success', 'rows-lost': '0' });
    expect(fake.comments.map(({ body }) => body)).toEqual([expect.stringContaining('note')]);
  });

  it('are red for one that loses data, in the same comment', async () => {
    const result = await check('DELETE FROM app.orders WHERE id <= 10;');
    expect([result.code, result.jobs]).toEqual([1, { 'Check migrations/check': 'failure' }]);
    expect(result.errors[0]).toMatch(/^Table app\.orders has lost 10 rows of 5,000\./);
    expect(result.outputs).toMatchObject({ outcome: 'failure', 'rows-lost': '10' });
    expect(fake.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/Migration check failed[^]*migrations\/V2\.sql/),
    ]);
    expect(stand.sql('postgres', 'SELECT count(*) FROM app.orders')).toBe('5000');
  });

  it('are red by the reusable workflow too, after steps of the user', async () => {
    const result = await check('DROP TABLE app.orders CASCADE;', {}, 'reusable');
    expect([result.code, Object.values(result.jobs)]).toEqual([1, ['failure']]);
    expect(result.log).toContain('Run Main Set up');
    expect(result.errors[0]).toMatch(/^Table app\.orders is gone/);
    expect(result.outputs).toMatchObject({ outcome: 'failure', 'rows-lost': '5000' });
  });

  it.each(['check', 'reusable'])('run nothing of a fork, and say so: %s', async (workflow) => {
    const trace = join(stand.folder, 'trace');
    const head = { repo: { full_name: 'eve/shop' } };
    const result = await check(`\\! touch ${trace}`, { head }, workflow);
    expect([result.code, result.errors, Object.values(result.jobs)]).toEqual([0, [], ['success']]);
    expect(result.outputs).toEqual({ outcome: 'skipped' });
    expect(result.warnings).toEqual([expect.stringMatching(/^NOT CHECKED: .* from a fork/)]);
    expect(existsSync(trace)).toBe(false);
    expect(result.log).not.toContain('Run Main Set up');
  });

  it('skip what Dependabot opens, which has no secrets either', async () => {
    const result = await check('SELECT 1;', { user: { login: 'dependabot[bot]' } });
    expect([result.code, result.jobs]).toEqual([0, {}]);
  });
});
