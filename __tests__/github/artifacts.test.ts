import { describe, expect, it } from '@jest/globals';
import { uploadError } from '../../src/github/artifact-errors.js';
import { artifactAccess } from '../../src/github/artifacts.js';
import { NAME_TAKEN } from '../../src/storage/artifact/access.js';
import { openStore } from '../../src/storage/registry.js';

const here = { GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '77' };
const given = { token: 'ghs_x', tempDir: '/tmp', isPublic: false };

describe('access to artifacts', () => {
  it('is none where no repository is known', () => {
    expect(artifactAccess({ ...given, env: {} })).toBeUndefined();
  });

  it('can read on a terminal, and make new ones in an action', () => {
    const terminal = artifactAccess({ ...given, env: here });
    expect(terminal).toMatchObject({
      repository: 'acme/shop',
      apiUrl: 'https://api.github.com',
      runId: '77',
    });
    expect(terminal?.upload).toBeUndefined();
    const env = { ...here, ACTIONS_RUNTIME_TOKEN: 'x', ACTIONS_RESULTS_URL: 'https://results.example.com' };
    expect(artifactAccess({ ...given, env })?.upload).toBeDefined();
  });

  it.each([
    [undefined, /set GITHUB_REPOSITORY=owner\/repository and GITHUB_TOKEN/],
    [{ ...given, token: '', env: here }, /needs a token.*actions: read/],
    [{ ...given, env: { ...here, GITHUB_REPOSITORY: 'shop' } }, /owner\/repository/],
    [
      { ...given, env: { ...here, GITHUB_SERVER_URL: 'https://git.example.com' } },
      /does not work on GitHub Enterprise Server \(git\.example\.com\)/,
    ],
    [{ ...given, env: { ...here, GITHUB_SERVER_URL: 'https://notgithub.com' } }, /GitHub Enterprise Server/],
  ])('is refused for %j', async (options, sentence) => {
    const artifacts = options === undefined ? undefined : artifactAccess(options);
    await expect(openStore('artifact://', { env: {}, artifacts })).rejects.toThrow(sentence);
  });

  it.each(['https://github.com', 'https://acme.ghe.com', 'http://github.localhost'])(
    'is had on %s',
    async (server) => {
      const artifacts = artifactAccess({ ...given, env: { ...here, GITHUB_SERVER_URL: server } });
      expect((await openStore('artifact://', { env: {}, artifacts })).url).toBe('artifact://');
    },
  );
});

it.each<[string, { retryable: boolean; code: string | undefined }, RegExp]>([
  [
    'Failed to CreateArtifact: Artifact storage quota has been hit. Unable to upload any new artifacts.',
    { retryable: false, code: 'QUOTA' },
    /gigabyte-hours.*deleting artifacts does not help at once.*s3:\/\//,
  ],
  [
    'Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists',
    { retryable: false, code: NAME_TAKEN },
    /has made one of that name already/,
  ],
  [
    'Failed to CreateArtifact: Received non-retryable error: Failed request: (403) Forbidden',
    { retryable: false, code: undefined },
    /GitHub refused it/,
  ],
  [
    'Unable to get the ACTIONS_RUNTIME_TOKEN env variable',
    { retryable: false, code: undefined },
    /Use the action/,
  ],
  [
    'Failed to CreateArtifact: Unable to make request: ECONNRESET\nIf you',
    { retryable: true, code: undefined },
    /broke off/,
  ],
  ['Upload progress stalled.', { retryable: true, code: undefined }, /broke off/],
  [
    'something new. happened\nhttps://x?sig=abc',
    { retryable: false, code: undefined },
    /p\. something new\. happened\.$/,
  ],
])('explains %j', (said, kind, sentence) => {
  const error = uploadError(new Error(said), 'p');
  expect(error).toMatchObject(kind);
  expect(error.message).toMatch(/^Could not make the artifact p\./);
  expect(error.message).toMatch(sentence);
});
