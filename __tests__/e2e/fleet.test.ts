import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GithubFake } from '../support/github-fake.js';
import { runStep, type StepResult } from '../support/runner.js';

const annotations = (log: string): string[] => log.split('\n').filter((line) => line.startsWith('::error'));

// Whole fleets, with servers, are run by act.
describe('the steps of a fleet', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-fleet-'));
  const config = join(folder, 'pgkeep.yml');
  let github: GithubFake;

  beforeAll(async () => {
    github = await GithubFake.start('octo/shop');
  });

  afterAll(async () => {
    await github.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (inputs: Record<string, string>, attempt = 1): Promise<StepResult> =>
    runStep('fleet', {
      inputs,
      env: { ...(github.env(8) as Record<string, string>), GITHUB_RUN_ATTEMPT: String(attempt) },
      event: { repository: { private: true } },
    });

  const DONE = {
    outcome: 'success',
    'backup-id': '20261120T020000Z-k3fd',
    bytes: '2048',
    rows: '1234',
    'duration-seconds': '1.5',
  };

  it('tell in one summary what became of each database, and of an attempt after that', async () => {
    writeFileSync(
      config,
      'defaults: { storage: artifact:// }\ndatabases: { shop: SHOP, down: DOWN, crm: CRM, lost: LOST }\n',
    );
    const plan = await run({ config });
    expect([annotations(plan.log), plan.outputs['count']]).toEqual([[], '4']);
    const { matrix = '', databases = '', id = '' } = plan.outputs;
    expect(JSON.parse(matrix)).toEqual(
      ['SHOP', 'DOWN', 'CRM', 'LOST'].map((secret) => ({
        database: secret.toLowerCase(),
        name: secret.toLowerCase(),
        storage: 'artifact://',
        'database-url-secret': secret,
      })),
    );
    const report = (database: string, did: Record<string, string>, attempt?: number): Promise<StepResult> =>
      run({ step: 'report', id, database, ...did }, attempt);
    const failed = { outcome: 'failure', error: 'Nothing accepts connections.', bytes: '', rows: '' };
    // The job of the fourth is killed before it can say a word.
    const reports = [report('shop', DONE), report('down', failed), report('crm', DONE)];
    for (const { code, log } of await Promise.all(reports)) expect([annotations(log), code]).toEqual([[], 0]);

    const summary = { step: 'summary', id, expected: databases };
    const red = await run({ ...summary, result: 'failure' });
    expect([red.code, JSON.parse(red.outputs['failed'] ?? '')]).toEqual([1, ['down', 'lost']]);
    expect(annotations(red.log)).toEqual([
      '::error::down: Nothing accepts connections.',
      expect.stringContaining('::error::lost: there is no report of its job'),
    ]);
    expect(red.summary).toContain('## ❌ Fleet backup: 2 of 4 databases succeeded');
    expect(red.summary).toContain(
      '| crm | ✅ success | <code>20261120T020000Z-k3fd</code> | 2.0 KiB | 1,234 | 1.5 s |',
    );

    // Only what failed is started again: what the others reported before still counts.
    await Promise.all([report('down', DONE, 2), report('lost', DONE, 2)]);
    const green = await run({ ...summary, result: 'success' }, 2);
    expect([annotations(green.log), green.code]).toEqual([[], 0]);
    expect(green.summary).toContain('## ✅ Fleet backup: 4 of 4 databases succeeded');
    expect(green.summary).not.toContain('No backup is named');
  });

  it('begin nothing with mistakes in the file, or without a secret that it names', async () => {
    writeFileSync(
      config,
      'defaults:\n  storage: artifact://\n  keep-daly: 7\ndatabases:\n  shop: hunter2!\n',
    );
    const typo = await run({ config });
    expect([typo.code, typo.outputs['matrix'], annotations(typo.log)]).toEqual([
      1,
      undefined,
      [
        expect.stringContaining('pgkeep.yml:3:3: unknown key "keep-daly"; did you mean "keep-daily"?'),
        expect.stringContaining('pgkeep.yml:5:9: "database-url-secret" takes the name of a secret'),
      ],
    ]);
    expect(typo.summary).toContain('keep-daly');
    expect(typo.log + typo.summary).not.toContain('hunter2');
    const missing = await run({ step: 'check', 'missing-secrets': ' SHOP  ' });
    expect([missing.code, missing.outputs['error']]).toEqual([1, expect.stringContaining('no secret SHOP ')]);
    expect((await run({ step: 'check', 'missing-secrets': '   ' })).code).toBe(0);
  });

  it('hide the secrets of a database before a later step is given them', async () => {
    const secrets = '{"SHOP": "postgresql://u:pw12345@db/shop", "CRM": "not this one"}';
    const passed = await run({ step: 'check', 'missing-secrets': 'SHOP', secrets });
    expect([passed.code, passed.log]).toEqual([
      0,
      expect.stringContaining('::add-mask::postgresql://u:pw12345@db/shop\n'),
    ]);
    expect(passed.log).not.toContain('::add-mask::not this one\n');
  });

  it('are red when the reports cannot be read, unless GitHub calls every job a success', async () => {
    github.rule = ({ path }, response) => {
      if (!path.endsWith('/ListArtifacts')) return false;
      response.writeHead(400).end('{"msg":"no"}');
      return true;
    };
    const summary = { step: 'summary', id: 'x', expected: 'shop' };
    const red = await run({ ...summary, result: 'failure' });
    expect([red.code, red.log]).toEqual([1, expect.stringContaining('could not be read')]);
    const green = await run({ ...summary, result: 'success' });
    expect([green.code, green.summary]).toEqual([0, expect.stringContaining('No backup is named here')]);
  });
});
