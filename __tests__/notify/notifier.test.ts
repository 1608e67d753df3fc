import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLog } from '../../src/backup/log.js';
import { silentReporter, type Reporter } from '../../src/base/reporter.js';
import { knownOf } from '../../src/notify/newest.js';
import { Notifier } from '../../src/notify/notifier.js';
import type { Notice, NotifyTargets } from '../../src/notify/types.js';
import { FileStore } from '../../src/storage/file/store.js';
import type { Store } from '../../src/storage/store.js';
import { startHook, type Hook } from '../support/hook.js';

const PATIENCE = { attempts: 3, timeoutMs: 60_000, waitMs: 1 };

const BROKEN = {
  folders: () => Promise.reject(new Error('down')),
  list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('down')) }) }),
} as unknown as Store;

const NOTICE: Notice = {
  action: 'verify',
  outcome: 'failure',
  reasons: ['Disk full.'],
  families: [],
  startedAt: '2026-11-20T06:00:00Z',
  finishedAt: '2026-11-20T06:01:00Z',
  run: {},
};

describe('a notifier', () => {
  let hook: Hook;
  let warnings: string[];
  let masked: string[];

  beforeEach(async () => {
    hook = await startHook();
    warnings = [];
    masked = [];
  });

  afterEach(() => hook.stop());

  const notifier = (targets: Partial<NotifyTargets>, patience = PATIENCE): Notifier => {
    const reporter: Reporter = {
      ...silentReporter,
      warn: (message) => warnings.push(message),
      mask: (secret) => masked.push(secret),
    };
    return new Notifier({ notifyOn: 'failure', ...targets }, reporter, patience);
  };

  it('tells Slack, a webhook and a healthcheck, each in its own words', async () => {
    const one = notifier({
      notifySlack: `${hook.url}/slack`,
      notifyWebhook: `${hook.url}/json`,
      healthcheckUrl: `${hook.url}/ping?x=1`,
    });
    await one.started();
    await one.ended(NOTICE);
    const paths = hook.sent.map(({ method, path, type }) => `${method} ${path} ${type}`).sort();
    expect(paths).toEqual([
      'POST /json application/json',
      'POST /ping/fail?x=1 text/plain; charset=utf-8',
      'POST /ping/start?x=1 text/plain; charset=utf-8',
      'POST /slack application/json',
    ]);
    const bodyOf = (path: string): string => hook.sent.find((sent) => sent.path.startsWith(path))?.body ?? '';
    expect(JSON.parse(bodyOf('/slack'))).toHaveProperty('blocks');
    expect(JSON.parse(bodyOf('/json'))).toMatchObject({ version: 1, outcome: 'failure' });
    expect(bodyOf('/ping/fail')).toBe('pgkeep verify failed\nDisk full.');
    expect(warnings).toEqual([]);
    expect(masked).toEqual(expect.arrayContaining([`${hook.url}/slack`, `${hook.url}/json`]));
  });

  it('gives the healthcheck its sign also when nobody else is told', async () => {
    const one = notifier({ notifySlack: `${hook.url}/slack`, healthcheckUrl: `${hook.url}/ping` });
    await one.ended({ ...NOTICE, outcome: 'success' });
    expect(hook.sent.map(({ path }) => path)).toEqual(['/ping']);
  });

  it('listens to nobody where nobody is named', async () => {
    expect(notifier({}).listens).toBe(false);
    await notifier({}).started();
    await notifier({}).ended(NOTICE);
    expect(warnings).toEqual([]);
  });

  it('tries again where that can help', async () => {
    const answers = [500, 429, 200];
    hook.answer = () => answers.shift() ?? 200;
    await notifier({ notifySlack: `${hook.url}/s` }).ended(NOTICE);
    expect(hook.sent).toHaveLength(3);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['always answers 500', (): 500 => 500, 3, /it answered 500/],
    ['refuses', (): 404 => 404, 1, /it answered 404/],
    ['hangs', (): 'hang' => 'hang', 3, /it gave no answer within 0.3 s/],
  ])('warns of a hook that %s, without its address', async (title, answer, times, why) => {
    hook.answer = answer;
    const patience = { ...PATIENCE, ...(title === 'hangs' ? { timeoutMs: 300 } : {}) };
    await notifier({ notifySlack: `${hook.url}/T0/B0/secret-word` }, patience).ended(NOTICE);
    expect(hook.sent).toHaveLength(times);
    expect(warnings).toEqual([expect.stringMatching(why)]);
    expect(warnings[0]).toContain('notify-slack');
    expect(warnings[0]).not.toContain('secret-word');
  });

  it('warns of a hook that nobody serves', async () => {
    await hook.stop();
    await notifier({ notifyWebhook: `${hook.url}/secret-word` }).ended(NOTICE);
    expect(warnings).toEqual([expect.stringContaining('it could not be reached (ECONNREFUSED)')]);
  });
});

describe('what is known of a family', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-known-'));
  const store = new FileStore(`file://${folder}`, folder);
  const about = { name: 'shop', action: 'backup', startedAt: new Date('2026-11-20T06:00:00Z') };

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is how the run of the same action before it ended', async () => {
    const log = (action: 'backup' | 'verify', time: string, failure?: Error): Promise<void> =>
      writeLog({ stores: [store], run: {}, reporter: silentReporter }, 'shop', new Date(time), {
        action,
        backup: null,
        ...(failure === undefined ? {} : { failure }),
      });
    await log('backup', '2026-11-19T06:00:00Z', new Error('Disk full.'));
    await log('verify', '2026-11-19T07:00:00Z');
    await log('backup', '2026-11-20T06:00:00Z');
    expect(await knownOf([store], about)).toEqual({ newest: null, before: 'failure' });
  });

  it('is nothing of a family that is not there', async () => {
    expect(await knownOf([store], about)).toEqual({ newest: null, before: null });
  });

  it('is not known where no store answers, or not in time', async () => {
    expect(await knownOf([BROKEN], about)).toEqual({ newest: undefined, before: undefined });
    const forever = (): Promise<never> => new Promise(() => undefined);
    const silent = { folders: forever, list: () => ({ [Symbol.asyncIterator]: () => ({ next: forever }) }) };
    expect(await knownOf([silent as unknown as Store], about, 20)).toEqual({
      newest: undefined,
      before: undefined,
    });
  });

  it('comes from the next store where the first is broken', async () => {
    expect(await knownOf([BROKEN, store], about)).toEqual({ newest: null, before: null });
  });
});
