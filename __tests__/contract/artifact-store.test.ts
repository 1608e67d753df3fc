import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { artifactAccess } from '../../src/github/artifacts.js';
import type { UploadArtifact } from '../../src/storage/artifact/access.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';
import { GithubFake } from '../support/github-fake.js';
import { storeContract } from './store-contract.js';

describe('artifact store', () => {
  storeContract(async () => {
    const tempDir = await mkdtemp(join(tmpdir(), 'pgkeep-contract-'));
    const fakes: GithubFake[] = [];
    const open = async (repository?: string): Promise<Store> => {
      const fake = await GithubFake.start(repository);
      fakes.push(fake);
      const env = fake.env(1);
      const access = artifactAccess({ token: env['GITHUB_TOKEN'], tempDir, isPublic: false, env });
      const artifacts = access?.upload && { ...access, upload: entering(fake, access.upload) };
      return openStore('artifact://', { env, artifacts });
    };
    // The library reads the environment of its process, and here are several runs in one.
    const entering =
      (fake: GithubFake, upload: UploadArtifact): UploadArtifact =>
      (file, options) => {
        fake.enter(1);
        return upload(file, options);
      };
    return {
      empty: () => open(),
      neighbours: async () => [await open('acme/a'), await open('acme/ab')],
      leftovers: async () => [
        ...(fakes.at(-1)?.artifacts ?? []).map(({ name }) => name),
        ...(await readdir(tempDir, { recursive: true })),
      ],
      refusesEmpty: true,
      pageful: 103,
      stop: async () => {
        for (const fake of fakes) await fake.stop();
        await rm(tempDir, { recursive: true });
      },
    };
  });
});
