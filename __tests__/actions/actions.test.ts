import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compile } from '../../scripts/compile.mjs';
import type { Action } from '../../src/inputs/spec.js';
import { Rig, rigMissing, type Published } from '../support/backup-rig.js';
import { provideClients } from '../support/clients.js';
import { startHook } from '../support/hook.js';
import { psqlFolder } from '../support/migration-rig.js';
import { PullRequestFake } from '../support/pull-request-fake.js';
import { postgresBin } from '../support/servers.js';

if (rigMissing !== undefined)
  process.stderr.write(`NOT RUN: the actions restore and verify: ${rigMissing}\n`);

const clients = await provideClients();

interface Result {
  code: number | null;
  log: string;
  summary: string;
  outputs: Record<string, string>;
}

(rigMissing === undefined ? describe : describe.skip)('the action', () => {
  let compiled: string;
  let rig: Rig;
  let backup: Published;

  beforeAll(async () => {
    compiled = await compile();
    rig = await Rig.start(15);
    await rig.shop('shop');
    backup = await rig.publish('shop');
  });

  afterAll(async () => {
    await rig.stop();
    rmSync(compiled, { recursive: true, force: true });
  });

  /** Runs an action from its source, as a runner does, in a repository that is private or not. */
  async function act(
    action: Action,
    inputs: Record<string, string>,
    { isPrivate, event = {}, env = {} }: { isPrivate: boolean; event?: object; env?: NodeJS.ProcessEnv },
  ): Promise<Result> {
    const file = (name: string, text: string): string => {
      writeFileSync(join(rig.folder, name), text);
      return join(rig.folder, name);
    };
    const [output, summary] = [file('output', ''), file('summary', '')];
    const script = join(compiled, 'run-action.js');
    writeFileSync(script, `import { actions } from './index.js';\nawait actions['${action}']();\n`);
    const all = { storage: `file://${join(backup.folder, '../..')}`, ...inputs };
    const child = spawn(process.execPath, [script], {
      env: {
        PATH: process.env['PATH'],
        GITHUB_ACTIONS: 'true',
        GITHUB_REPOSITORY: 'octo/shop',
        GITHUB_RUN_ID: '1',
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_EVENT_PATH: file(
          'event.json',
          JSON.stringify({ repository: { private: isPrivate }, ...event }),
        ),
        RUNNER_TEMP: rig.folder,
        RUNNER_TOOL_CACHE: 'notRun' in clients ? '' : clients.cacheDir,
        ...Object.fromEntries(
          Object.entries(all).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]),
        ),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    const outputs = Object.fromEntries(
      [...readFileSync(output, 'utf8').matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(
        ([, name = '', , text = '']) => [name, text],
      ),
    );
    return { code, log, summary: readFileSync(summary, 'utf8'), outputs };
  }

  const verify = async (
    inputs: Record<string, string>,
    repository: { isPrivate: boolean },
  ): Promise<Result> => {
    const bin = await postgresBin(15);
    return act('verify', { ...(bin === undefined ? {} : { 'postgres-bin': bin }), ...inputs }, repository);
  };

  const annotations = ({ log }: Result): string[] =>
    log.split('\n').filter((line) => line.startsWith('::error'));

  it('verify is green for a sound backup, and says in outputs, summary and log what it found', async () => {
    const result = await verify({ 'max-age': '1h' }, { isPrivate: true });
    expect([result.code, annotations(result)]).toEqual([0, []]);
    const { id } = backup.manifest;
    expect(result.outputs).toMatchObject({
      outcome: 'success',
      verified: 'true',
      'backup-id': id,
      differences: '0',
    });
    expect(Number(result.outputs['restore-seconds'])).toBeGreaterThan(0);
    expect(JSON.parse(result.outputs['report'] ?? '')).toMatchObject({ verdict: 'passed', backupId: id });
    expect(result.summary).toContain('## ✅ Verified');
    expect(result.log).toContain(`PASSED shop/${id} restores`);
  });

  it('verify is red and names what differs where few can read it', async () => {
    const result = await verify(
      { 'expect-tables': 'public.refunds', checks: 'SELECT false' },
      { isPrivate: true },
    );
    expect(result.code).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failure', verified: 'false', differences: '2' });
    expect(result.summary).toContain('## ❌ Verification failed');
    expect(result.summary).toContain('refunds');
    expect(annotations(result)).toEqual([expect.stringContaining('public.refunds')]);
    expect(result.log).toContain('SELECT false');
  });

  it('verify is as red where everybody can read it, and names nothing', async () => {
    const result = await verify(
      { 'expect-tables': 'public.refunds', checks: 'SELECT false' },
      { isPrivate: false },
    );
    expect(result.code).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failure', verified: 'false', differences: '2' });
    expect(annotations(result)).toEqual([
      expect.stringContaining('did not pass verification: expected table'),
    ]);
    expect(result.summary).toContain('| Expected tables | 0 | **1** | 0 |');
    expect(result.summary + result.log).not.toMatch(/refunds|SELECT false/);
  });

  it('verify says in the summary that it came to no verdict', async () => {
    const result = await verify({ backup: '20200101T000000Z-aaaa' }, { isPrivate: true });
    expect(result.code).toBe(1);
    expect(result.outputs).toEqual(RED);
    expect(result.summary).toContain('## ❌ Nothing was verified');
    expect(annotations(result)).toHaveLength(1);
  });

  it('restore says where it restored what', async () => {
    const inputs = { backup: 'latest', 'database-url': rig.server.url('again') };
    const result = await act('restore', inputs, { isPrivate: true });
    expect([result.code, annotations(result)]).toEqual([0, []]);
    expect(result.outputs).toMatchObject({
      outcome: 'success',
      'backup-id': backup.manifest.id,
      'restored-database': 'again',
      matches: 'true',
    });
    expect(result.outputs).not.toHaveProperty('previous-database');
    expect(result.summary).toContain('## ✅ Backup restored');
  });

  it.each([true, false])('restore touches nothing that was not confirmed, private: %s', async (isPrivate) => {
    const inputs = { backup: 'latest', mode: 'replace', 'database-url': rig.server.url('shop') };
    const result = await act('restore', inputs, { isPrivate });
    expect([result.code, result.outputs]).toEqual([1, RED]);
    expect(result.summary).toMatch(
      /^## ❌ Restore failed\n\n- .+\n\nA restore that fails leaves the target as it was\./,
    );
    expect(annotations(result)).toHaveLength(1);
  });

  it('prune removes nothing but what its policy says, and tells whom it is to tell', async () => {
    const hook = await startHook();
    try {
      const inputs = { 'keep-last': '1', 'notify-webhook': `${hook.url}/secret-path`, 'notify-on': 'always' };
      const result = await act('prune', inputs, { isPrivate: false });
      expect([result.code, annotations(result)]).toEqual([0, []]);
      expect(result.outputs).toEqual({ outcome: 'success', removed: '[]', 'removed-bytes': '0', kept: '1' });
      expect(result.summary).toContain('## ✅ Old backups removed');
      expect(result.summary).toContain(backup.manifest.id);
      expect(hook.sent.map(({ path }) => path)).toEqual(['/secret-path']);
      expect(JSON.parse(hook.sent[0]?.body ?? '')).toMatchObject({
        action: 'prune',
        outcome: 'success',
        repository: 'octo/shop',
        families: [{ name: 'shop', newestBackup: { id: backup.manifest.id } }],
      });
      const shown = result.log.split('\n').filter((line) => !line.startsWith('::add-mask::'));
      expect(shown.join('\n') + result.summary).not.toContain('secret-path');
    } finally {
      await hook.stop();
    }
  });

  /** A storage that holds the backup alone: no verdict on it, and no run that failed. */
  function copyOfBackup(): string {
    const folder = join(rig.folder, 'copy');
    const to = join(folder, 'shop', backup.manifest.id);
    cpSync(backup.folder, to, { recursive: true, filter: (file) => !file.endsWith('verified.json') });
    return `file://${folder}`;
  }

  it('status is green without a database, and says how the backups are', async () => {
    const badge = join(rig.folder, 'pages', 'backup.json');
    const result = await act('status', { storage: copyOfBackup(), badge }, { isPrivate: false });
    expect([result.code, annotations(result)]).toEqual([0, []]);
    expect(result.outputs).toMatchObject({
      outcome: 'success',
      healthy: 'true',
      problems: '[]',
      'newest-backup-id': backup.manifest.id,
      count: '1',
    });
    expect(result.summary).toMatch(/^## ✅ Backups are healthy\n\n### shop in /);
    expect(JSON.parse(readFileSync(badge, 'utf8'))).toMatchObject({ schemaVersion: 1, label: 'backup' });
  });

  it('status is red for what exceeds its limits, and asks the database only where it has one', async () => {
    const bin = await postgresBin(15);
    const database = {
      storage: copyOfBackup(),
      'database-url': rig.server.url('shop'),
      ...(bin === undefined ? {} : { 'postgres-bin': bin }),
    };
    const inputs = { ...database, 'max-database-bytes': '1MB', 'max-storage-bytes': '10' };
    const red = await act('status', inputs, { isPrivate: false });
    expect([red.code, red.outputs['outcome'], red.outputs['healthy']]).toEqual([1, 'failure', 'false']);
    expect(JSON.parse(red.outputs['problems'] ?? '')).toMatchObject([
      { kind: 'database-limit', name: null, storage: null },
      { kind: 'storage-limit', name: 'shop' },
    ]);
    expect(annotations(red)).toEqual([
      expect.stringMatching(/The database is [\d.]+ MiB on its server; at most 977 KiB/),
      expect.stringContaining('max-storage-bytes'),
    ]);
    expect(red.summary).toMatch(/^## ❌ Backups need attention\n\n- The database is /);
    const away = await act(
      'status',
      { ...database, 'database-url': rig.server.url('away'), 'max-database-bytes': '1TB' },
      { isPrivate: false },
    );
    expect(JSON.parse(away.outputs['problems'] ?? '')).toMatchObject([{ kind: 'database-unreadable' }]);
    expect(away.summary + away.outputs['problems']).not.toContain('away');
    expect(
      (await act('status', { 'max-database-bytes': '1TB', ...database }, { isPrivate: true })).code,
    ).toBe(0);
  });

  it('a failure that cannot be told to anybody is the failure that it was', async () => {
    const hook = await startHook();
    hook.answer = () => 404;
    try {
      const red = await act(
        'verify',
        { backup: '20200101T000000Z-aaaa', 'notify-slack': `${hook.url}/s` },
        { isPrivate: true },
      );
      expect([red.code, red.outputs]).toEqual([1, RED]);
      expect(red.log).toMatch(/::warning::What notify-slack names did not take the message: it answered 404/);
      expect(annotations(red)).toHaveLength(1);
    } finally {
      await hook.stop();
    }
  });

  /** All that is left of a run without a result. */
  const RED = { outcome: 'failure', error: expect.stringMatching(/\S/) as unknown };

  describe('check-migrations', () => {
    let fake: PullRequestFake;
    beforeAll(async () => {
      fake = await PullRequestFake.start();
    });
    afterAll(() => fake.stop());

    const request = (head: string): object => ({
      pull_request: {
        number: 7,
        head: { repo: { full_name: head } },
        base: { repo: { full_name: 'octo/shop' } },
      },
    });

    /** A check of a pull request whose only migration drops a column with values in it. */
    async function check(inputs: Record<string, string>, isPrivate: boolean): Promise<Result> {
      const workspace = join(rig.folder, 'workspace');
      mkdirSync(join(workspace, 'db'), { recursive: true });
      writeFileSync(join(workspace, 'db', '1.sql'), '\nALTER TABLE app.customers DROP COLUMN tags;\n');
      const bin = await postgresBin(15);
      const path = [psqlFolder(rig.folder, rig.programs), process.env['PATH']].join(delimiter);
      return act(
        'check-migrations',
        {
          backup: 'latest',
          command: 'psql -X -q -v ON_ERROR_STOP=1 -f 1.sql',
          'working-directory': 'db',
          'github-token': fake.access.token,
          ...(bin === undefined ? {} : { 'postgres-bin': bin }),
          ...inputs,
        },
        {
          isPrivate,
          event: request('octo/shop'),
          env: {
            PATH: path,
            GITHUB_WORKSPACE: workspace,
            GITHUB_EVENT_NAME: 'pull_request',
            GITHUB_API_URL: fake.access.apiUrl,
          },
        },
      );
    }

    it('is red for a loss, and says so on the pull request and at the line', async () => {
      const result = await check({ 'approve-label': 'loss-accepted' }, true);
      expect([result.code, result.outputs['outcome']]).toEqual([1, 'failure']);
      expect(Number(result.outputs['rows-lost'])).toBe(0);
      expect(result.outputs['schema-diff']).toMatch(/^-.*tags/m);
      expect(JSON.parse(result.outputs['report'] ?? '')).toMatchObject({ outcome: 'failed' });
      expect(result.summary).toContain('Migration check failed');
      expect(annotations(result)).toEqual([
        expect.stringMatching(/^::error file=db\/1\.sql,line=2::Column app.customers.tags is gone/),
        expect.stringContaining('at the lines above'),
      ]);
      expect(fake.comments).toHaveLength(1);
      expect(fake.comments[0]?.body).toContain('Migration check failed');
      expect(fake.comments[0]?.body).toContain('run this job again');
    });

    it('is green for one that a label accepts, and names nothing where everybody can read it', async () => {
      fake.labels = ['loss-accepted'];
      fake.events = [{ event: 'labeled', label: { name: 'loss-accepted' }, actor: { login: 'ann' } }];
      const result = await check({ 'approve-label': 'loss-accepted' }, false);
      expect([result.code, result.outputs['outcome'], annotations(result)]).toEqual([0, 'success', []]);
      expect(fake.comments).toHaveLength(1);
      const [{ body } = { body: '' }] = fake.comments;
      expect(result.log).not.toMatch(/customers|tags/);
      for (const text of [body, result.summary]) {
        expect(text).toContain('Data loss approved by');
        expect(text).not.toMatch(/customers|tags|ALTER/);
      }
    });

    it('that came to no verdict takes back what the comment said', async () => {
      const result = await check({ backup: '20200101T000000Z-aaaa' }, true);
      expect([result.code, result.outputs]).toEqual([1, RED]);
      expect(result.summary).toContain('## ❌ The migrations were not checked');
      expect(fake.comments.map(({ body }) => body)).toEqual([
        expect.stringMatching(/^<!-- .* -->\n## ❌ The migrations were not checked/),
      ]);
    });

    it('runs nothing of a fork, needs no input for that, and says that nothing was checked', async () => {
      const env = { GITHUB_EVENT_NAME: 'pull_request' };
      const event = request('eve/shop');
      const result = await act('check-migrations', { storage: '' }, { isPrivate: false, event, env });
      expect([result.code, result.outputs]).toEqual([0, { outcome: 'skipped' }]);
      expect(result.log).toMatch(/^::warning::NOT CHECKED: /m);
      expect(result.summary).toMatch(/^## ⏭️ Migrations NOT CHECKED/);
    });

    it('refuses to run code of strangers with the secrets of the repository', async () => {
      const env = { GITHUB_EVENT_NAME: 'pull_request_target' };
      const result = await act('check-migrations', {}, { isPrivate: true, event: request('octo/shop'), env });
      expect([result.code, result.outputs]).toEqual([1, RED]);
      expect(annotations(result)).toEqual([expect.stringContaining('Let it run on pull_request instead')]);
    });
  });
});
