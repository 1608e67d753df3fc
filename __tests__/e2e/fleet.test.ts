import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import {
  annotations,
  clientsAreHere,
  newFolder,
  programsFor,
  sql,
  toolCache,
  visible,
} from '../support/e2e.js';
import { GithubFake } from '../support/github-fake.js';
import { runStep, type StepResult } from '../support/runner.js';

const here = clientsAreHere('the steps of a fleet');

(here ? describe : describe.skip)('the steps of a fleet', () => {
  const folder = newFolder();
  const config = join(folder, 'pgkeep.yml');
  let server: PostgresServer;
  let github: GithubFake;

  beforeAll(async () => {
    [server, github] = await Promise.all([startPostgres({ major: 15 }), GithubFake.start('octo/shop')]);
    const programs = await programsFor(15);
    sql(programs, server.url(), 'CREATE DATABASE crm');
    sql(programs, server.url('crm'), 'CREATE TABLE people AS SELECT generate_series(1, 1234) AS id');
  });

  afterAll(async () => {
    await github.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (action: string, inputs: Record<string, string>, attempt = 1): Promise<StepResult> =>
    runStep(action, {
      inputs,
      toolCache: toolCache ?? '',
      env: { ...(github.env(8) as Record<string, string>), GITHUB_RUN_ATTEMPT: String(attempt) },
      event: { repository: { private: true } },
    });

  /** What fleet.yml passes on. */
  const report = (
    id: string,
    database: string,
    { outputs }: StepResult,
    attempt?: number,
  ): Promise<StepResult> => {
    const told = ['outcome', 'error', 'backup-id', 'bytes', 'rows', 'duration-seconds'];
    const passed = told.map((name): [string, string] => [name, outputs[name] ?? '']);
    return run('fleet', { step: 'report', id, database, ...Object.fromEntries(passed) }, attempt);
  };

  it('back up what can be, and tell in one summary what became of each database', async () => {
    writeFileSync(
      config,
      `defaults: { storage: 'file://${folder}/backups' }\ndatabases: { shop: SHOP, down: DOWN, crm: CRM, lost: LOST }\n`,
    );
    const secrets: Record<string, string> = {
      SHOP: server.url(),
      CRM: server.url('crm'),
      DOWN: 'postgresql://u:pw12345@127.0.0.1:1/db',
    };
    const plan = await run('fleet', { config });
    expect([annotations(plan.log), plan.outputs['count']]).toEqual([[], '4']);
    const { matrix = '', databases = '', id = '' } = plan.outputs;
    for (const { database = '', ...leg } of JSON.parse(matrix) as Record<string, string>[]) {
      const { 'database-url-secret': secret = '', ...inputs } = leg;
      const url = secrets[secret];
      // The job of one of them is killed before it can say a word.
      if (url === undefined) continue;
      const done = await run('backup', { 'database-url': url, ...inputs });
      expect([database, (await report(id, database, done)).code]).toEqual([database, 0]);
    }

    const summary = { step: 'summary', id, expected: databases };
    const red = await run('fleet', { ...summary, result: 'failure' });
    expect([red.code, JSON.parse(red.outputs['failed'] ?? '')]).toEqual([1, ['down', 'lost']]);
    expect(annotations(red.log)).toEqual([
      expect.stringMatching(/down: Nothing accepts connections at the server 127\.0\.0\.1/),
      expect.stringMatching(/lost: there is no report of its job/),
    ]);
    expect(red.summary).toContain('## ❌ Fleet backup: 2 of 4 databases succeeded');
    expect(red.summary).toMatch(
      /\| crm \| ✅ success \| <code>\d{8}T\d{6}Z-\w{4}<\/code> \| .* \| 1,234 \| /,
    );
    expect(visible(red.log) + red.summary).not.toContain('pw12345');

    // Only what failed is started again: what the others reported before still counts.
    const good = { ...plan, outputs: { outcome: 'success' } };
    for (const database of ['down', 'lost']) await report(id, database, good, 2);
    const green = await run('fleet', { ...summary, result: 'success' }, 2);
    expect([annotations(green.log), green.code]).toEqual([[], 0]);
    expect(green.summary).toContain('## ✅ Fleet backup: 4 of 4 databases succeeded');
    expect(green.summary).toMatch(/\| crm \| ✅ success \| <code>/);
  });

  it('begin nothing with mistakes in the file, or without a secret that it names', async () => {
    writeFileSync(
      config,
      `defaults:\n  storage: artifact://\n  keep-daly: 7\ndatabases:\n  shop: hunter2!\n`,
    );
    const typo = await run('fleet', { config });
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
    const missing = await run('fleet', { step: 'check', 'missing-secrets': ' SHOP  ' });
    expect([missing.code, missing.outputs['error']]).toEqual([1, expect.stringContaining('no secret SHOP ')]);
    expect((await run('fleet', { step: 'check', 'missing-secrets': '   ' })).code).toBe(0);

    const secrets = '{"SHOP": "postgresql://u:pw12345@db/shop", "CRM": "not this one"}';
    const passed = await run('fleet', { step: 'check', 'missing-secrets': 'SHOP', secrets });
    expect([passed.code, passed.log]).toEqual([
      0,
      expect.stringContaining('::add-mask::postgresql://u:pw12345@db/shop\n'),
    ]);
  });

  it('are red when the reports cannot be read, unless GitHub calls every job a success', async () => {
    github.rule = ({ path }, response) => {
      if (!path.endsWith('/ListArtifacts')) return false;
      response.writeHead(400).end('{"msg":"no"}');
      return true;
    };
    const summary = { step: 'summary', id: 'x', expected: 'shop' };
    const red = await run('fleet', { ...summary, result: 'failure' });
    expect([red.code, red.log]).toEqual([1, expect.stringContaining('could not be read')]);
    expect((await run('fleet', { ...summary, result: 'success' })).code).toBe(0);
  });
});
