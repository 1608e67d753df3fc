import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { join } from 'node:path';
import type { RunOptions } from '../support/act/act.js';
import type { ActRun } from '../support/act/log.js';
import { Stand, workflowsRunHere } from '../support/act/stand.js';
import { GithubFake } from '../support/github-fake.js';

const suite = 'reusable workflows under act';
const BACKUP = 'pgkeep/pgkeep/.github/workflows/backup.yml@v1';

/** A workflow that only calls one, as a list of inputs. */
const caller = (inputs: string): string => `
name: Backup
on: [workflow_dispatch, pull_request]
permissions: {}
jobs:
  backup:
    uses: ${BACKUP}
    with: { ${inputs} }
    secrets:
      DATABASE_URL: \${{ secrets.DATABASE_URL }}
`;

/** Each is handed what the one before put out; the last job tells what they all put out. */
const chain = (storage: string, recipient: string): string => `
name: Chain
on: workflow_dispatch
permissions: {}
jobs:
  backup:
    uses: ${BACKUP}
    with:
      storage: ${storage}
      recipients: ${recipient}
    secrets:
      DATABASE_URL: \${{ secrets.DATABASE_URL }}
  verify:
    needs: backup
    uses: ${BACKUP.replace('backup', 'verify')}
    with:
      backup: \${{ needs.backup.outputs.backup-id }}
      storage: ${storage}
      control: false
    secrets:
      IDENTITY: \${{ secrets.IDENTITY }}
  restore:
    needs: verify
    if: needs.verify.outputs.verified == 'true'
    uses: ${BACKUP.replace('backup', 'restore')}
    with:
      backup: \${{ needs.verify.outputs.backup-id }}
      storage: ${storage}
    secrets:
      DATABASE_URL: \${{ secrets.TARGET_URL }}
      IDENTITY: \${{ secrets.IDENTITY }}
  status:
    needs: restore
    uses: ${BACKUP.replace('backup', 'status')}
    with:
      storage: ${storage}
  tell:
    needs: [backup, verify, restore, status]
    runs-on: ubuntu-latest
    steps:
      - env:
          NEEDS: \${{ toJSON(needs) }}
        run: printf 'needs<<END\\n%s\\nEND\\n' "$NEEDS" >> "$GITHUB_OUTPUT"
`;

(workflowsRunHere(suite) ? describe : describe.skip)(suite, () => {
  let stand: Stand;
  let github: GithubFake;
  let storage: string;
  let identity: string;

  beforeAll(async () => {
    [stand, github] = await Promise.all([Stand.start(), GithubFake.start('octo/shop')]);
    identity = await generateX25519Identity();
    storage = `file://${join(stand.folder, 'backups')}`;
    stand.commit({
      chain: chain(storage, await identityToRecipient(identity)),
      plain: caller(`storage: '${storage}/plain'`),
      wrong: caller(`storage: '${storage}/wrong', keep-last: seven`),
      artifacts: caller("storage: 'artifact://'"),
      action: caller('').replace(/ {4}uses:[^]*/, stepOf(storage)),
    });
  });
  afterAll(async () => {
    await github.stop();
    await stand.stop();
  });

  const run = (workflow: string, options: Partial<RunOptions> = {}): Promise<ActRun> =>
    stand.run(workflow, {
      event: 'workflow_dispatch',
      secrets: {
        DATABASE_URL: stand.server.url(),
        TARGET_URL: stand.server.url('copy'),
        IDENTITY: identity,
      },
      ...options,
    });
  const red = (result: ActRun, error: RegExp): void => {
    expect(result.errors).toEqual([expect.stringMatching(error)]);
    expect([result.code, Object.values(result.jobs)]).toEqual([1, ['failure']]);
    expect(result.outputs['outcome']).toBe('failure');
  };

  it('hand their outputs on: a backup is proven and restored by the id that was put out', async () => {
    const result = await run('chain');
    expect(result.errors).toEqual([]);
    expect(result.code).toBe(0);
    const needs = JSON.parse(result.outputs['needs'] ?? '') as Record<string, { outputs: object }>;
    const put = Object.fromEntries(Object.entries(needs).map(([job, { outputs }]) => [job, outputs]));
    const { 'backup-id': id } = put['backup'] as { 'backup-id': string };
    expect(put).toMatchObject({
      backup: { outcome: 'success', error: '', rows: '6506' },
      verify: { 'backup-id': id, verified: 'true', differences: expect.anything() as unknown },
      restore: { 'backup-id': id, 'restored-database': 'copy', matches: 'true' },
      status: { healthy: 'true', count: '1', 'newest-backup-id': id, problems: '[]' },
    });
    const orders = 'SELECT md5(string_agg(o::text, chr(10) ORDER BY id)) FROM app.orders o';
    expect(stand.sql('copy', orders)).toBe(stand.sql('postgres', orders));
  });

  it('are red without their secret, and say so', async () => {
    red(await run('plain', { secrets: {} }), /No database is named\. Set `database-url`/);
  });

  it('are red in a pull request from a fork, which is given no secrets', async () => {
    const head = { repo: { full_name: 'eve/shop', fork: true } };
    const payload = { pull_request: { number: 7, head, base: { repo: { full_name: 'octo/shop' } } } };
    red(await run('plain', { event: 'pull_request', payload, secrets: {} }), /No database is named/);
  });

  it('are red when an input is wrong, before anything is dumped', async () => {
    red(await run('wrong'), /^Input "keep-last": "seven" is not a whole number/);
  });

  it('name the permission that is missing', async () => {
    github.rule = ({ path }, response) => {
      if (!path.includes('/actions/artifacts')) return false;
      response.writeHead(403).end('{"message":"Resource not accessible by integration"}');
      return true;
    };
    red(await run('artifacts', { github }), /no permission.*Add to the job: "permissions:" with "actions: /);
  });

  // Of a reusable workflow GitHub itself refuses it; act does not.
  it('refuse an unknown input of an action by name', async () => {
    red(await run('action'), /^Unknown input "keep-dayly"\. Did you mean "keep-daily"\?/);
  });
});

const stepOf = (storage: string): string => `
    runs-on: ubuntu-latest
    steps:
      - uses: pgkeep/pgkeep@v1
        with:
          database-url: \${{ secrets.DATABASE_URL }}
          storage: ${storage}
          keep-dayly: 7
`;
