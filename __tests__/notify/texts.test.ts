import { describe, expect, it } from '@jest/globals';
import { signUrl } from '../../src/notify/healthcheck.js';
import { slackMessage } from '../../src/notify/slack.js';
import { headline, newestText, plainText } from '../../src/notify/text.js';
import type { FamilyNotice, Notice } from '../../src/notify/types.js';
import { webhookMessage } from '../../src/notify/webhook.js';
import { isRecovery, isToldOf } from '../../src/notify/when.js';

const newest = { id: '20261119T020000Z-aaaa', snapshotAt: '2026-11-19T02:00:00Z', verified: true };

const family = (change: Partial<FamilyNotice> = {}): FamilyNotice => ({
  name: 'shop',
  database: 'shop',
  outcome: 'failure',
  backup: null,
  reasons: ['The password for the database was refused.'],
  newest,
  before: 'success',
  ...change,
});

const notice = (change: Partial<Notice> = {}): Notice => ({
  action: 'backup',
  outcome: 'failure',
  reasons: [],
  families: [family()],
  startedAt: '2026-11-20T06:00:00Z',
  finishedAt: '2026-11-20T06:01:00Z',
  run: {
    repository: 'octo/shop',
    workflow: 'Backup',
    runUrl: 'https://github.com/octo/shop/actions/runs/4711',
  },
  ...change,
});

describe('a message', () => {
  it('says what a person needs at night', () => {
    expect(plainText(notice())).toBe(
      [
        'pgkeep backup of shop failed (octo/shop)',
        'The password for the database was refused.',
        'Newest backup: 20261119T020000Z-aaaa, 1 d 4 h old, verified',
        'Run: https://github.com/octo/shop/actions/runs/4711',
      ].join('\n'),
    );
  });

  it('names each family of several, and only failed ones in its first line', () => {
    const good = family({ name: 'crm', database: 'crm_prod', outcome: 'success', reasons: [], newest: null });
    const text = plainText(notice({ families: [good, family()], run: {} }));
    expect(text).toBe(
      [
        'pgkeep backup of shop failed',
        'crm: Database: crm_prod',
        'crm: Newest backup: none',
        'shop: The password for the database was refused.',
        'shop: Newest backup: 20261119T020000Z-aaaa, 1 d 4 h old, verified',
      ].join('\n'),
    );
  });

  it('of a run that came to no family says why', () => {
    const text = plainText(notice({ families: [], reasons: ['Input "storage" is required.'], run: {} }));
    expect(text).toBe('pgkeep backup failed\nInput "storage" is required.');
  });

  it.each([
    ['succeeded', 'success', 'success'],
    ['works again', 'success', 'failure'],
    ['failed', 'failure', 'failure'],
  ] as const)('%s', (ended, outcome, before) => {
    expect(headline(notice({ outcome, families: [family({ outcome, before })], run: {} }))).toBe(
      `backup of shop ${ended}`,
    );
  });

  it('does not list a fleet in its first line', () => {
    const families = ['a', 'b', 'c', 'd', 'e'].map((name) => family({ name }));
    expect(headline(notice({ families, run: {} }))).toBe('backup of a, b, c and 2 more failed');
  });

  it.each([
    [undefined, 'not known: the storage could not be read'],
    [null, 'none'],
    [{ ...newest, verified: null }, '20261119T020000Z-aaaa, 2 d old, never verified'],
    [{ ...newest, verified: false }, '20261119T020000Z-aaaa, 2 d old, its last verification failed'],
  ])('tells of the newest backup %j', (given, text) => {
    expect(newestText(given, new Date('2026-11-21T02:00:00Z'))).toBe(text);
  });
});

describe('a message to Slack', () => {
  it('has its markup escaped, and is no longer than Slack takes', () => {
    const reasons = [`<!channel> & <@U1>\n${'x'.repeat(5000)}`];
    const { text, blocks } = slackMessage(notice({ families: [family({ reasons })] })) as {
      text: string;
      blocks: { text: { text: string } }[];
    };
    expect(text).toBe(':x: pgkeep backup of shop failed (octo/shop)');
    expect(blocks[1]?.text.text).toMatch(/^&lt;!channel&gt; &amp; &lt;@U1&gt; x+\.\.\.$/);
    expect(Math.max(...blocks.map((block) => block.text.text.length))).toBeLessThanOrEqual(3000);
    expect(blocks[2]?.text.text).toBe('<https://github.com/octo/shop/actions/runs/4711|Open the run>');
  });
});

it('a message to a webhook has what others read', () => {
  expect(webhookMessage(notice())).toEqual({
    version: 1,
    action: 'backup',
    outcome: 'failure',
    summary: 'backup of shop failed (octo/shop)',
    startedAt: '2026-11-20T06:00:00Z',
    finishedAt: '2026-11-20T06:01:00Z',
    repository: 'octo/shop',
    workflow: 'Backup',
    runUrl: 'https://github.com/octo/shop/actions/runs/4711',
    reasons: [],
    families: [
      {
        name: 'shop',
        database: 'shop',
        outcome: 'failure',
        backup: null,
        reasons: ['The password for the database was refused.'],
        newestBackup: newest,
        previousOutcome: 'success',
      },
    ],
  });
});

describe('notify-on', () => {
  const run = (outcome: Notice['outcome'], ...before: FamilyNotice['before'][]): Notice =>
    notice({ outcome, families: before.map((last) => family({ outcome, before: last })) });

  it.each([
    ['the first failure', run('failure', 'success'), [true, true, true]],
    ['a failure without a run before it', run('failure', null), [true, true, true]],
    ['a failure after one that is not known', run('failure', undefined), [true, true, true]],
    ['one more failure', run('failure', 'failure'), [true, true, false]],
    ['a failure before any family', run('failure'), [true, true, true]],
    ['the recovery', run('success', 'failure'), [false, true, true]],
    ['one more success', run('success', 'success'), [false, true, false]],
    ['the first success of all', run('success', null), [false, true, false]],
    ['a success after one that is not known', run('success', undefined), [false, true, false]],
    [
      'one family of two that fails for the first time',
      run('failure', 'failure', 'success'),
      [true, true, true],
    ],
  ])('%s', (_title, given, expected) => {
    expect((['failure', 'always', 'change'] as const).map((on) => isToldOf(given, on))).toEqual(expected);
  });

  it('tells a recovery when one of two families works again while the other fails still', () => {
    const families = [
      family({ before: 'failure' }),
      family({ name: 'crm', outcome: 'success', before: 'failure' }),
    ];
    expect(isToldOf(notice({ families }), 'change')).toBe(true);
    expect(isRecovery(notice({ families }))).toBe(false);
  });
});

it.each([
  ['https://hc-ping.com/uuid', 'start', 'https://hc-ping.com/uuid/start'],
  ['https://hc-ping.com/uuid/', 'fail', 'https://hc-ping.com/uuid/fail'],
  ['https://hc-ping.com/uuid', 'success', 'https://hc-ping.com/uuid'],
  ['https://hc.example.com/ping/slug?create=1', 'start', 'https://hc.example.com/ping/slug/start?create=1'],
] as const)('the sign of %s for %s', (url, sign, expected) => {
  expect(signUrl(url, sign)).toBe(expected);
});
