import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Programs } from '../../src/postgres/types.js';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import {
  annotations,
  clientsAreHere,
  fillShop,
  newFolder,
  programsFor,
  sql,
  toolCache,
} from '../support/e2e.js';
import { GithubFake, json } from '../support/github-fake.js';
import { runStep, type StepResult } from '../support/runner.js';
import { postgresBin } from '../support/servers.js';
import { checkedOut, PULL_REQUEST, shownCheck } from '../support/shown-check.js';

const here = clientsAreHere('backups as artifacts');
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

(here ? describe : describe.skip)('backups as artifacts', () => {
  let server: PostgresServer;
  let programs: Programs;
  let github: GithubFake;
  let identity: string;
  let recipient: string;
  const folder = newFolder();

  beforeAll(async () => {
    [server, programs, github] = await Promise.all([
      startPostgres({ major: 15 }),
      programsFor(15),
      GithubFake.start('octo/shop'),
    ]);
    fillShop(programs, server);
    identity = await generateX25519Identity();
    recipient = await identityToRecipient(identity);
  });

  afterAll(async () => {
    await github.stop();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const step = (
    action: string,
    runId: number,
    inputs: Record<string, string>,
    repository = { private: true },
  ): Promise<StepResult> => {
    const env = github.env(runId);
    return runStep(action, {
      toolCache: toolCache ?? '',
      inputs: { storage: 'artifact://', 'github-token': env['GITHUB_TOKEN'] ?? '', ...inputs },
      env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? ''])),
      event: { repository },
    });
  };
  const names = (): string[] => github.artifacts.map(({ name }) => name).sort();
  const green = (result: StepResult): StepResult => {
    expect([annotations(result.log), result.code]).toEqual([[], 0]);
    return result;
  };

  it('are made in one run, verified and restored in others, and pruned', async () => {
    const backup = { 'database-url': server.url(), recipients: recipient, 'artifact-retention-days': '30' };
    const first = green(await step('backup', 1, backup)).outputs['backup-id'] ?? '';
    expect(names()).toEqual(
      expect.arrayContaining([
        `pgkeep.postgres.${first}.database.dump.zst.age`,
        'pgkeep.postgres.manifest.json',
      ]),
    );
    const again = green(await step('backup', 2, backup));
    const second = again.outputs['backup-id'] ?? '';
    // Without a rule to keep by, to read is enough.
    expect(github.requests.filter((request) => request.startsWith('DELETE'))).toEqual([]);
    expect(again.log).toMatch(
      /postgres: At this size and schedule these artifacts cost about \S+ GB-hours a month/,
    );

    const bin = await postgresBin(15);
    const verified = green(
      await step('verify', 3, { identity, ...(bin === undefined ? {} : { 'postgres-bin': bin }) }),
    );
    expect(verified.outputs).toMatchObject({ verified: 'true', 'backup-id': second });

    const restored = green(
      await step('restore', 4, {
        backup: first,
        identity,
        'database-url': server.url('again'),
      }),
    );
    expect(restored.outputs).toMatchObject({ 'restored-database': 'again', matches: 'true' });
    expect(sql(programs, server.url('again'), 'SELECT count(*) FROM app.orders')).toBe(
      sql(programs, server.url(), 'SELECT count(*) FROM app.orders'),
    );

    const pruned = green(await step('prune', 5, { 'keep-last': '1' }));
    expect(JSON.parse(pruned.outputs['removed'] ?? '')).toEqual([first]);
    expect(names().filter((name) => name.includes(first))).toEqual([]);
    expect(names().filter((name) => name.includes(second))).not.toEqual([]);
  });

  it('are what migrations are tried on, as the workflow for it says, also where no comment may be made', async () => {
    const shown = shownCheck('check-migrations/README.md', {
      MIGRATIONS_IDENTITY: identity,
      MIGRATIONS_AWS_ACCESS_KEY_ID: 'none',
      MIGRATIONS_AWS_SECRET_ACCESS_KEY: 'none',
    });
    const { name = '' } = shown.inputs;
    const bin = await postgresBin(15);
    const postgres: Record<string, string> = bin === undefined ? {} : { 'postgres-bin': bin };
    green(await step('backup', 8, { 'database-url': server.url(), recipients: recipient, name }));
    green(await step('verify', 9, { name, identity, ...postgres }));
    github.rule = ({ path }, response) => {
      const isIssue = path.includes('/issues/');
      if (isIssue) json(response, 403, { message: 'Resource not accessible by integration' });
      return isIssue;
    };
    const files = Object.fromEntries(
      ['GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE'].map((file) => [file, join(folder, file)]),
    );
    const check = (runId: number, workspace: Record<string, string>): Promise<StepResult> => {
      const env = github.env(runId);
      return runStep('check-migrations', {
        toolCache: toolCache ?? '',
        inputs: {
          'github-token': env['GITHUB_TOKEN'] ?? '',
          ...shown.inputs,
          storage: 'artifact://',
          ...postgres,
        },
        env: { ...(env as Record<string, string>), ...shown.env, ...files, ...workspace },
        event: PULL_REQUEST,
      });
    };
    const added = checkedOut(folder, programs, 'CREATE TABLE app.items (id int);');
    const own = { STRIPE_KEY: 'sk_test_abcdefgh', PGKEEP_JOBS: '1', GH_TOKEN: 'gho_of_somebody' };
    const good = green(await check(10, { ...added, ...own, SAME_KEY: `it is ${identity}` }));
    expect(good.outputs['outcome']).toBe('success');
    expect(good.log).toMatch(/^::warning::.*comment/m);
    const seen = readFileSync(join(added['GITHUB_WORKSPACE'] ?? '', 'environment'), 'utf8').split('\0');
    const namesOf = seen.map((entry) => entry.slice(0, entry.indexOf('=')));
    expect(namesOf).toEqual(
      expect.arrayContaining(['PATH', 'HOME', 'CI', 'GITHUB_WORKSPACE', 'STRIPE_KEY', 'DATABASE_URL']),
    );
    const ours =
      /^(INPUT_|ACTIONS_|AWS_|PGKEEP_|STATE_|GITHUB_(TOKEN|OUTPUT|ENV|PATH|STATE|STEP_SUMMARY)$|GH_TOKEN$|SAME_KEY$)/;
    expect(namesOf.filter((name) => ours.test(name))).toEqual([]);
    expect(seen.join('\n')).not.toContain(identity);

    const bad = await check(11, checkedOut(folder, programs, 'DELETE FROM app.orders;'));
    expect([bad.code, bad.outputs['outcome']]).toEqual([1, 'failure']);
    expect(bad.outputs['rows-lost']).toBe(sql(programs, server.url(), 'SELECT count(*) FROM app.orders'));
    github.rule = () => false;
  });

  it('are listed from a terminal', async () => {
    const { code, stdout } = await new Promise<{ code: number | null; stdout: string }>((resolve) => {
      const env = { ...github.env(), PATH: process.env['PATH'], HOME: folder };
      const child = spawn(
        process.execPath,
        [cli, 'list', '--storage=artifact://', '--name=postgres', '--json'],
        {
          env,
        },
      );
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.on('close', (status) => {
        resolve({ code: status, stdout: text });
      });
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(1);
  });

  it('are refused where everybody could read them, and where they would not live long enough', async () => {
    const before = names();
    const open = await step('backup', 6, { 'database-url': server.url() }, { private: false });
    expect([open.code, annotations(open.log)]).toEqual([
      1,
      [expect.stringContaining('This repository is public, so everybody can download its artifacts')],
    ]);
    const policy = { 'keep-monthly': '12', 'artifact-retention-days': '30', recipients: recipient };
    const short = await step('backup', 7, { 'database-url': server.url(), ...policy });
    expect([short.code, annotations(short.log)]).toEqual([1, [expect.stringContaining('keep-monthly: 12')]]);
    expect(names()).toEqual(before);
  });
});
