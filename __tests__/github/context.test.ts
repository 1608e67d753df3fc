import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { githubContext } from '../../src/github/context.js';

const folder = mkdtempSync(join(tmpdir(), 'pgkeep-context-'));
afterAll(() => rmSync(folder, { recursive: true }));

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
      isPublic: undefined,
    });
  });

  it('names the attempt of a run that was run again', () => {
    expect(githubContext({ ...ENV, GITHUB_RUN_ATTEMPT: '3' })?.runUrl).toMatch(/\/runs\/42\/attempts\/3$/);
  });

  it.each<[string, string, boolean | undefined]>([
    ['public', '{"repository":{"private":false,"visibility":"public"}}', true],
    ['private', '{"repository":{"private":true,"visibility":"private"}}', false],
    ['internal', '{"repository":{"private":false,"visibility":"internal"}}', false],
    ['old and public', '{"repository":{"private":false}}', true],
    ['old and private', '{"repository":{"private":true}}', false],
    ['not told', '{"repository":{}}', undefined],
    ['no repository', '{}', undefined],
    ['damaged', '{', undefined],
  ])('reads the visibility: %s', (name, event, expected) => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, event);
    expect(githubContext({ ...ENV, GITHUB_EVENT_PATH: path })?.isPublic).toBe(expected);
  });

  it('does without an event', () => {
    expect(githubContext({ ...ENV, GITHUB_EVENT_PATH: join(folder, 'none') })?.isPublic).toBeUndefined();
  });
});
