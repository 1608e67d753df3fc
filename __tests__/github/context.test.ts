import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { githubContext } from '../../src/github/context.js';

const ENV = {
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_RUN_ID: '42',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_WORKFLOW: 'Backup',
  GITHUB_ACTOR: 'octocat',
};

describe('githubContext', () => {
  it('is undefined outside of GitHub Actions', () => {
    expect(githubContext({})).toBeUndefined();
    expect(githubContext({ ...ENV, GITHUB_ACTIONS: 'false' })).toBeUndefined();
  });

  it('tells where a run comes from', () => {
    expect(githubContext(ENV)).toEqual({
      repository: 'acme/shop',
      workflow: 'Backup',
      runId: '42',
      runUrl: 'https://github.example/acme/shop/actions/runs/42',
      actor: 'octocat',
      isPublic: true,
    });
  });

  it('names the attempt of a run that was run again', () => {
    expect(githubContext({ ...ENV, GITHUB_RUN_ATTEMPT: '3' })?.runUrl).toMatch(/\/runs\/42\/attempts\/3$/);
  });

  describe('takes a repository for public', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pgkeep-event-'));
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    it.each<[boolean, string, string]>([
      [false, 'one that is private', '{"repository":{"private":true,"visibility":"private"}}'],
      [
        false,
        'an internal one',
        '{"repository":{"private":true,"visibility":"internal"},"schedule":"0 * * * *"}',
      ],
      [true, 'one that is not private', '{"repository":{"private":false,"visibility":"public"}}'],
      [true, 'an event without one', '{"schedule":"0 * * * *"}'],
      [true, 'a word for true', '{"repository":{"private":"true"}}'],
      [true, 'no object', 'null'],
      [true, 'no JSON', '{"repository":{"private":true'],
    ])('%s: %s', (expected, _, payload) => {
      const file = join(folder, 'event.json');
      writeFileSync(file, payload);
      expect(githubContext({ ...ENV, GITHUB_EVENT_PATH: file })?.isPublic).toBe(expected);
    });

    it('where the event is missing', () => {
      expect(githubContext({ ...ENV, GITHUB_EVENT_PATH: join(folder, 'none.json') })?.isPublic).toBe(true);
    });
  });
});
