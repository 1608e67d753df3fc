import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentReporter } from '../../src/base/reporter.js';
import { labelOf } from '../../src/github/approval.js';
import { pullRequestApi } from '../../src/github/pull-request.js';
import { json } from '../support/github-fake.js';
import { PullRequestFake } from '../support/pull-request-fake.js';

const set = (name: string, login: string | null, event = 'labeled'): unknown => ({
  event,
  label: { name },
  actor: login === null ? null : { login },
});

describe('labelOf', () => {
  let fake: PullRequestFake;
  let warnings: string[];
  beforeEach(async () => {
    fake = await PullRequestFake.start();
    warnings = [];
  });
  afterEach(() => fake.stop());

  function look(): ReturnType<typeof labelOf> {
    const reporter = { ...silentReporter, warn: (message: string) => void warnings.push(message) };
    const api = pullRequestApi(fake.access, new AbortController().signal, { waitMs: 1 });
    if (api === undefined) throw new Error('no access');
    return labelOf(api, 7, 'accepted', reporter);
  }

  it('is nothing without the label, whoever had set it', async () => {
    fake.labels = ['accepted-not', 'bug'];
    fake.events = [set('accepted', 'ann'), set('accepted', 'ann', 'unlabeled')];
    await expect(look()).resolves.toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('names who set it last, whatever happened in between', async () => {
    fake.labels = ['bug', 'Accepted'];
    fake.events = [
      set('accepted', 'ann'),
      ...Array.from({ length: 150 }, () => ({ event: 'mentioned' })),
      set('accepted', 'ann', 'unlabeled'),
      set('Accepted', 'bob'),
      set('bug', 'eve'),
    ];
    await expect(look()).resolves.toEqual({ label: 'accepted', by: 'bob' });
  });

  it('counts although nobody can tell who set it', async () => {
    fake.labels = ['accepted'];
    fake.events = [set('accepted', null)];
    await expect(look()).resolves.toEqual({ label: 'accepted', by: null });
    fake.rule = ({ path }, response) => {
      if (path.endsWith('/events')) json(response, 403, { message: 'no' });
      return response.writableEnded;
    };
    await expect(look()).resolves.toEqual({ label: 'accepted', by: null });
    expect(warnings).toEqual([]);
  });

  it('counts as not set where it cannot be looked for, and says so', async () => {
    fake.labels = ['accepted'];
    fake.rule = (_, response) => {
      json(response, 403, { message: 'Resource not accessible by integration' });
      return true;
    };
    await expect(look()).resolves.toBeUndefined();
    expect(warnings).toEqual([
      expect.stringMatching(/"accepted" counts as not set.*\npermissions:\n {2}pull-requests: write\n/),
    ]);
  });
});
