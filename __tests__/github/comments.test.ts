import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentReporter } from '../../src/base/reporter.js';
import {
  commentMarker,
  commentMarkup,
  correctComment,
  keepComment,
  PullRequestComment,
} from '../../src/github/comments.js';
import type { IssueApi } from '../../src/github/issue-api.js';
import { pullRequestApi } from '../../src/github/pull-request.js';
import { json } from '../support/github-fake.js';
import { BOT, MEMBER, PullRequestFake, STRANGER } from '../support/pull-request-fake.js';

const MARKER = commentMarker('shop', '.');
const body = (text: string): string => `${MARKER}\n${text}`;

let fake: PullRequestFake;
beforeEach(async () => {
  fake = await PullRequestFake.start();
});
afterEach(() => fake.stop());

function api(patience = { waitMs: 1, timeoutMs: 5000 }): IssueApi {
  const made = pullRequestApi(fake.access, new AbortController().signal, patience);
  if (made === undefined) throw new Error('no access');
  return made;
}

const bodies = (): string[] => fake.comments.map((comment) => comment.body);

describe('commentMarker', () => {
  it('is the same for the same check, another for another, and shows nothing', () => {
    expect(commentMarker('shop', '.')).toBe(MARKER);
    const all = [commentMarker('shop', 'a'), commentMarker('shopa', ''), commentMarker('', 'shopa'), MARKER];
    expect(new Set(all).size).toBe(4);
    for (const marker of all) expect(marker).toMatch(/^<!-- pgkeep check-migrations key=[0-9a-f]{16} -->$/);
    expect(commentMarker('--><b>', '')).not.toContain('<b>');
  });
});

describe('keepComment', () => {
  it('makes one, changes it, and leaves those of others alone', async () => {
    const others = [
      fake.add(body('a stranger who has copied ours'), STRANGER),
      fake.add(`of another check\n${MARKER}`, BOT),
      fake.add(`${commentMarker('other', '.')}\nanother family`, BOT),
    ].map((comment) => ({ ...comment }));
    const url = await keepComment(api(), 7, MARKER, body('one'));
    expect(bodies().at(-1)).toBe(body('one'));
    await expect(keepComment(api(), 7, MARKER, body('two'))).resolves.toBe(url);
    expect(fake.comments).toMatchObject([...others, { body: body('two') }]);
  });

  it.each([BOT, MEMBER])('changes what an own token has made, %j', async (author) => {
    fake.add(body('one'), author);
    await keepComment(api(), 7, MARKER, body('two'));
    expect(bodies()).toEqual([body('two')]);
  });

  it('finds its comment behind a hundred others', async () => {
    for (let number = 0; number < 230; number += 1) fake.add(`talk ${number}`, STRANGER);
    fake.add(body('one'));
    fake.add('more talk', STRANGER);
    await keepComment(api(), 7, MARKER, body('two'));
    expect(fake.comments).toHaveLength(232);
    expect(bodies()[230]).toBe(body('two'));
  });

  it('is one although two runs have found none', async () => {
    // Each is told of no comment before both have made theirs.
    let empty = 2;
    fake.rule = ({ method, path }, response) => {
      if (method !== 'GET' || path !== '/7/comments' || empty === 0) return false;
      empty -= 1;
      json(response, 200, []);
      return true;
    };
    const urls = await Promise.all([
      keepComment(api(), 7, MARKER, body('a')),
      keepComment(api(), 7, MARKER, body('b')),
    ]);
    await keepComment(api(), 7, MARKER, body('c'));
    expect(bodies()).toEqual([body('c')]);
    expect(fake.comments[0]?.html_url).toBe([...urls].sort()[0]);
  });

  it('trusts its own comment although the list is behind', async () => {
    fake.rule = ({ method, path }, response) => {
      if (method === 'GET' && path === '/7/comments') json(response, 200, []);
      return response.writableEnded;
    };
    await expect(keepComment(api(), 7, MARKER, body('one'))).resolves.toContain('issuecomment');
    expect(bodies()).toEqual([body('one')]);
  });
});

describe('correctComment', () => {
  it('changes a comment that is there, and makes none', async () => {
    await correctComment(api(), 7, MARKER, body('nothing known'));
    expect(bodies()).toEqual([]);
    fake.add(body('passed'));
    await correctComment(api(), 7, MARKER, body('nothing known'));
    expect(bodies()).toEqual([body('nothing known')]);
  });
});

describe('commentMarkup', () => {
  it('notifies nobody and links to nothing', () => {
    const text = commentMarkup.escape('@octocat #1 <!-- --> [x](http://y) GH-2');
    expect(text).not.toMatch(/[@#<>[\]](?!\d+;)/);
    expect(text).not.toContain('GH-2');
  });
});

describe('PullRequestComment', () => {
  /** What it warned of. */
  async function warned(patience?: { waitMs: number; timeoutMs: number }): Promise<string[]> {
    const warnings: string[] = [];
    const reporter = { ...silentReporter, warn: (message: string) => void warnings.push(message) };
    await new PullRequestComment(api(patience), 7, MARKER, reporter).keep(body('one'));
    return warnings;
  }

  it.each([403, 404])('warns of a missing permission (%d), and says which', async (status) => {
    fake.rule = ({ method }, response) => {
      if (method === 'POST') json(response, status, { message: 'Resource not accessible by integration' });
      return method === 'POST';
    };
    expect(await warned()).toEqual([
      expect.stringMatching(
        /pull request 7 could not be written; the verdict stands\. .*\npermissions:\n {2}pull-requests: write\n.*Resource not accessible/,
      ),
    ]);
    expect(fake.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('tries again what may pass', async () => {
    let failures = 2;
    fake.rule = (_, response) => {
      if (failures === 0) return false;
      failures -= 1;
      json(response, failures === 0 ? 429 : 502, {}, { 'retry-after': '0' });
      return true;
    };
    expect(await warned()).toEqual([]);
    expect(bodies()).toEqual([body('one')]);
  });

  it('warns of a GitHub that stays broken, or says nothing', async () => {
    fake.rule = (_, response) => {
      json(response, 503, {});
      return true;
    };
    expect(await warned()).toEqual([expect.stringContaining('GitHub answered 503')]);
    fake.rule = () => true;
    expect(await warned({ waitMs: 1, timeoutMs: 50 })).toEqual([expect.stringContaining('gave no answer')]);
  });
});
