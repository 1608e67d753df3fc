import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { pullRequestApi, pullRequestOf, type PullRequest } from '../../src/github/pull-request.js';

const folder = mkdtempSync(join(tmpdir(), 'pgkeep-event-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function read(event: string, payload: unknown): PullRequest | undefined {
  const file = join(folder, 'event.json');
  writeFileSync(file, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return pullRequestOf({ GITHUB_EVENT_NAME: event, GITHUB_EVENT_PATH: file });
}

const request = (head: string | null): unknown => ({
  pull_request: {
    number: 7,
    head: { repo: head === null ? null : { full_name: head } },
    base: { repo: { full_name: 'acme/shop' } },
  },
});

describe('pullRequestOf', () => {
  it.each<[string, string, unknown, PullRequest | undefined]>([
    ['one of the repository', 'pull_request', request('acme/shop'), { number: 7, fork: false }],
    ['a fork', 'pull_request', request('eve/shop'), { number: 7, fork: true }],
    ['a fork that is gone', 'pull_request', request(null), { number: 7, fork: true }],
    ['a review', 'pull_request_review', request('acme/shop'), { number: 7, fork: false }],
    ['a push', 'push', { ref: 'refs/heads/main' }, undefined],
    ['a run by hand', 'workflow_dispatch', '', undefined],
    [
      'after a run of the repository',
      'workflow_run',
      {
        workflow_run: { head_repository: { full_name: 'acme/shop' } },
        repository: { full_name: 'acme/shop' },
      },
      undefined,
    ],
  ])('%s', (_, event, payload, expected) => {
    expect(read(event, payload)).toEqual(expected);
  });

  it('is none outside of GitHub', () => {
    expect(pullRequestOf({})).toBeUndefined();
  });

  it.each<[string, string, unknown]>([
    ['pull_request_target', 'pull_request_target', request('acme/shop')],
    [
      'a run after one of a fork',
      'workflow_run',
      {
        workflow_run: { head_repository: { full_name: 'eve/shop' } },
        repository: { full_name: 'acme/shop' },
      },
    ],
    [
      'a run after one of a fork that is gone',
      'workflow_run',
      { workflow_run: { head_repository: null }, repository: { full_name: 'acme/shop' } },
    ],
    ['a run after nobody knows which', 'workflow_run', {}],
  ])('refuses %s, and says what to use', (_, event, payload) => {
    expect(() => read(event, payload)).toThrow('Let it run on pull_request instead');
  });

  it.each([['{"pull_request":'], ['null'], ['{}']])('refuses a payload that tells nothing: %s', (payload) => {
    expect(() => read('pull_request', payload)).toThrow('nobody knows whose code it is');
  });
});

describe('pullRequestApi', () => {
  it('needs a repository and a token', () => {
    const { signal } = new AbortController();
    const access = { repository: 'acme/shop', apiUrl: 'https://api.github.com', token: '' };
    expect(pullRequestApi(undefined, signal)).toBeUndefined();
    expect(pullRequestApi(access, signal)).toBeUndefined();
    expect(pullRequestApi({ ...access, token: 'x' }, signal)).toBeDefined();
  });
});
