import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { ActRun } from '../support/act/log.js';
import { Stand, workflowsRunHere } from '../support/act/stand.js';
import { GithubFake } from '../support/github-fake.js';

const suite = 'the fleet under act';
/** What act calls the jobs of the called workflow by. */
const FLEET = 'fleet/pgkeep fleet';

/** As the page has it; inside one organization `inherit` does too. */
const PASSED = `
      SECRETS: >-
        {"SHOP_URL": \${{ toJSON(secrets.SHOP_URL) }},
        "DOWN_URL": \${{ toJSON(secrets.DOWN_URL) }},
        "CRM_URL": \${{ toJSON(secrets.CRM_URL) }}}`;

const calls = (inputs: string, secrets = 'inherit'): string => `
name: Fleet
on: workflow_dispatch
permissions: {}
jobs:
  fleet:
    uses: pgkeep/pgkeep/.github/workflows/fleet.yml@v1
    permissions:
      contents: read
    with: { ${inputs} }
    secrets: ${secrets}
`;

const config = (storage: string): string => `
defaults:
  storage: ${storage}
databases:
  shop: SHOP_URL
  down: DOWN_URL
  crm: CRM_URL
`;

(workflowsRunHere(suite) ? describe : describe.skip)(suite, () => {
  let stand: Stand;
  let github: GithubFake;

  beforeAll(async () => {
    [stand, github] = await Promise.all([Stand.start(), GithubFake.start('octo/shop')]);
    stand.sql('postgres', 'CREATE DATABASE crm');
    stand.sql('crm', 'CREATE TABLE people (name text); INSERT INTO people VALUES (1), (2)');
    const good = config(`file://${join(stand.folder, 'backups')}`);
    stand.commit(
      { backup: calls('', PASSED), verify: calls('action: verify'), typo: calls('config: typo.yml') },
      { 'pgkeep.yml': good, 'typo.yml': good.replace('storage', 'storag') },
    );
  });
  afterAll(async () => {
    await github.stop();
    await stand.stop();
  });

  const run = (workflow: string, secrets: Record<string, string> = {}): Promise<ActRun> =>
    stand.run(workflow, {
      event: 'workflow_dispatch',
      github,
      secrets: {
        SHOP_URL: stand.server.url(),
        DOWN_URL: 'postgresql://postgres:secret@127.0.0.1:1/down',
        CRM_URL: stand.server.url('crm'),
        ...secrets,
      },
    });
  /** What the summary told of each database. */
  const told = ({ outputs }: ActRun): unknown => JSON.parse(outputs['report'] ?? '');
  const down = (error: RegExp): unknown =>
    expect.objectContaining({
      database: 'down',
      outcome: 'failure',
      error: expect.stringMatching(error) as unknown,
    });

  it('backs up two databases while one between them is down; the run is red and names it', async () => {
    const result = await run('backup');
    expect(told(result)).toEqual([
      expect.objectContaining({ database: 'shop', outcome: 'success', rows: 6506, error: null }),
      down(/^Nothing accepts connections at the server 127\.0\.0\.1/),
      expect.objectContaining({ database: 'crm', outcome: 'success', rows: 2, error: null }),
    ]);
    expect(result.summary).toMatch(/2 of 3 databases succeeded[^]*\| down \| ❌/);
    expect(result.errors.at(-1)).toMatch(/^down: Nothing accepts connections/);
    expect([result.code, result.jobs[`${FLEET}/summary`]]).toEqual([1, 'failure']);
  });

  it('says which secret is missing, and backs up the others', async () => {
    const result = await run('backup', { DOWN_URL: '' });
    expect(told(result)).toEqual([
      expect.objectContaining({ database: 'shop', outcome: 'success' }),
      down(/^There is no secret DOWN_URL /),
      expect.objectContaining({ database: 'crm', outcome: 'success' }),
    ]);
    expect(result.code).toBe(1);
  });

  it('verifies each, and says of which there is no backup', async () => {
    const result = await run('verify');
    expect(told(result)).toEqual([
      expect.objectContaining({ database: 'shop', outcome: 'success' }),
      down(/^There are no backups named "down"/),
      expect.objectContaining({ database: 'crm', outcome: 'success' }),
    ]);
    expect(result.code).toBe(1);
  });

  it('begins nothing when the file has a mistake, and says where it is', async () => {
    const result = await run('typo');
    expect(result.errors).toEqual(['typo.yml:3:3: unknown key "storag"; did you mean "storage"?']);
    expect([result.code, result.jobs]).toEqual([1, { [`${FLEET}/plan`]: 'failure' }]);
  });
});
