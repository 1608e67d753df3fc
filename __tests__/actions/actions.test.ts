import { spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compile } from '../../scripts/compile.mjs';
import { Rig, rigMissing, type Published } from '../support/backup-rig.js';
import { provideClients } from '../support/clients.js';
import { startHook } from '../support/hook.js';
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
    action: 'restore' | 'verify' | 'prune' | 'status',
    inputs: Record<string, string>,
    { isPrivate }: { isPrivate: boolean },
  ): Promise<Result> {
    const file = (name: string, text: string): string => {
      writeFileSync(join(rig.folder, name), text);
      return join(rig.folder, name);
    };
    const [output, summary] = [file('output', ''), file('summary', '')];
    const script = join(compiled, 'run-action.js');
    writeFileSync(script, `import { actions } from './index.js';\nawait actions.${action}();\n`);
    const all = { storage: `file://${join(backup.folder, '../..')}`, ...inputs };
    const child = spawn(process.execPath, [script], {
      env: {
        PATH: process.env['PATH'],
        GITHUB_ACTIONS: 'true',
        GITHUB_REPOSITORY: 'octo/shop',
        GITHUB_RUN_ID: '1',
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_EVENT_PATH: file('event.json', JSON.stringify({ repository: { private: isPrivate } })),
        RUNNER_TEMP: rig.folder,
        RUNNER_TOOL_CACHE: 'notRun' in clients ? '' : clients.cacheDir,
        ...Object.fromEntries(
          Object.entries(all).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]),
        ),
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
    expect(result.outputs).toEqual({ outcome: 'failure' });
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
    expect([result.code, result.outputs]).toEqual([1, { outcome: 'failure' }]);
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
      expect([red.code, red.outputs]).toEqual([1, { outcome: 'failure' }]);
      expect(red.log).toMatch(/::warning::What notify-slack names did not take the message: it answered 404/);
      expect(annotations(red)).toHaveLength(1);
    } finally {
      await hook.stop();
    }
  });
});
