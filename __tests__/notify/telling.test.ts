import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CancelledError, UserError } from '../../src/base/errors.js';
import { silentReporter } from '../../src/base/reporter.js';
import { telling, type FamilyDone, type TellingOptions } from '../../src/notify/telling.js';
import { startHook, type Hook } from '../support/hook.js';

interface Told {
  outcome: string;
  reasons: string[];
  families: { name: string; outcome: string; newestBackup: unknown; reasons: string[] }[];
}

describe('telling how a run ended', () => {
  let hook: Hook;
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-telling-'));

  beforeAll(async () => {
    hook = await startHook();
  });

  beforeEach(() => {
    hook.sent.length = 0;
  });

  afterAll(async () => {
    await hook.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const options = (change: Partial<TellingOptions['inputs']> = {}): TellingOptions => ({
    action: 'backup',
    inputs: {
      storage: [`file://${folder}`],
      notifyOn: 'always',
      notifyWebhook: `${hook.url}/json`,
      healthcheckUrl: `${hook.url}/ping`,
      ...change,
    },
    env: {},
    run: { repository: 'octo/shop' },
    reporter: silentReporter,
    signal: new AbortController().signal,
  });
  const told = (): Told => JSON.parse(hook.sent.find(({ path }) => path === '/json')?.body ?? 'null') as Told;
  const paths = (): string[] => hook.sent.map(({ path }) => path);
  const done = (change: Partial<FamilyDone> = {}): FamilyDone => ({
    ...{ name: 'shop', database: 'shop', outcome: 'success', backup: 'b', reasons: [] },
    ...change,
  });

  it('well', async () => {
    const value = await telling(options(), (families) => {
      families.push(done());
      return Promise.resolve(42);
    });
    expect(value).toBe(42);
    expect(paths().sort()).toEqual(['/json', '/ping', '/ping/start']);
    expect(told()).toMatchObject({
      outcome: 'success',
      families: [{ name: 'shop', newestBackup: null, previousOutcome: null }],
    });
  });

  it('with an error, which is thrown on and told without names', async () => {
    const error = new UserError('No SELECT right on table "secret_plans" at db.example.com.');
    const hidden = { target: { host: 'db.example.com', user: 'app' }, secrets: [] };
    const given = { ...options({ name: 'shop' }), hidden };
    await expect(telling(given, () => Promise.reject(error))).rejects.toBe(error);
    expect(paths()).toContain('/ping/fail');
    expect(told()).toMatchObject({
      outcome: 'failure',
      reasons: [],
      families: [{ name: 'shop', outcome: 'failure', reasons: ['No SELECT right on table "..." at ....'] }],
    });
  });

  it('with an error before any family was known', async () => {
    await expect(telling(options(), () => Promise.reject(new UserError('Disk full.')))).rejects.toThrow(
      'Disk full.',
    );
    expect(told()).toMatchObject({ outcome: 'failure', reasons: ['Disk full.'], families: [] });
  });

  it('red although nothing was thrown', async () => {
    await telling(options(), (families) => {
      families.push(done(), done({ name: 'crm', outcome: 'failure', reasons: ['Half of it.'] }));
      return Promise.resolve();
    });
    expect(paths()).toContain('/ping/fail');
    expect(told()).toMatchObject({ outcome: 'failure', reasons: [] });
    expect(told().families.map(({ outcome }) => outcome)).toEqual(['success', 'failure']);
  });

  it('to nobody where a success is told to nobody, without asking the storage', async () => {
    const silent = {
      ...options({
        notifyOn: 'failure',
        healthcheckUrl: undefined,
        name: 'shop',
        storage: [`s3://bucket/prefix?endpoint=${hook.url}&region=us-east-1`],
      }),
      env: { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' },
    };
    await telling(silent, () => Promise.resolve());
    expect(hook.sent).toEqual([]);
    // As it is for a failure, so that nothing would be sent for another reason.
    await expect(telling(silent, () => Promise.reject(new UserError('Disk full.')))).rejects.toThrow();
    expect(paths().some((path) => path.startsWith('/bucket'))).toBe(true);
  });

  it('to nobody after a dry run', async () => {
    await telling(options({ dryRun: true }), () => Promise.resolve());
    expect(hook.sent).toEqual([]);
  });

  it('to nobody when it was cancelled', async () => {
    await expect(telling(options(), () => Promise.reject(new CancelledError()))).rejects.toThrow('Cancelled');
    expect(paths()).toEqual(['/ping/start']);
  });

  it('without waiting for a service that hangs at the start', async () => {
    hook.answer = ({ path }) => (path.endsWith('/start') ? 500 : 200);
    const order: string[] = [];
    await telling(options(), () => Promise.resolve(order.push(...paths())));
    expect(order).toEqual([]);
    hook.answer = () => 200;
  });
});
