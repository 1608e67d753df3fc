import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe } from '@jest/globals';
import { openStore } from '../../src/storage/registry.js';
import { s3IsHere, startS3 } from '../support/s3.js';
import { pruneContract } from './prune-contract.js';

describe('pruning a file store', () => {
  pruneContract(async () => {
    const base = await mkdtemp(join(tmpdir(), 'pgkeep-prune-'));
    return {
      empty: async () => openStore(pathToFileURL(await mkdtemp(join(base, 'store-'))).href, { env: {} }),
      stop: () => rm(base, { recursive: true }),
    };
  });
});

(s3IsHere('pruning an S3 store') ? describe : describe.skip)('pruning an S3 store', () => {
  pruneContract(async () => {
    const server = await startS3();
    return {
      empty: async () => openStore(`s3://${await server.bucket()}/prefix`, { env: server.ceph.env }),
      stop: () => Promise.resolve(server.stop()),
    };
  });
});
