import { describe, expect, it } from '@jest/globals';
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
    });
  });

  it('names the attempt of a run that was run again', () => {
    expect(githubContext({ ...ENV, GITHUB_RUN_ATTEMPT: '3' })?.runUrl).toMatch(/\/runs\/42\/attempts\/3$/);
  });
});
