import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe } from '@jest/globals';
import { openStore } from '../../src/storage/registry.js';
import { s3IsHere, startS3 } from '../support/s3.js';
import { storeContract } from './store-contract.js';

describe('file store', () => {
  storeContract(async () => {
    const base = await mkdtemp(join(tmpdir(), 'pgkeep-contract-'));
    let last = base;
    return {
      empty: async () => {
        last = await mkdtemp(join(base, 'store with space-'));
        return openStore(pathToFileURL(last).href, { env: {} });
      },
      neighbours: async () => {
        const root = pathToFileURL(await mkdtemp(join(base, 'pair-'))).href;
        return [await openStore(`${root}/a`, { env: {} }), await openStore(`${root}/ab`, { env: {} })];
      },
      leftovers: () => readdir(last, { recursive: true }),
      stop: () => rm(base, { recursive: true }),
    };
  });
});

(s3IsHere('contract of the S3 store') ? describe : describe.skip)('S3 store', () => {
  storeContract(async () => {
    const server = await startS3();
    let last = '';
    return {
      empty: async () => {
        last = await server.bucket();
        return openStore(`s3://${last}/some/prefix%20here`, { env: server.ceph.env });
      },
      neighbours: async () => {
        const bucket = await server.bucket();
        const open = (prefix: string) => openStore(`s3://${bucket}/${prefix}`, { env: server.ceph.env });
        return [await open('a'), await open('ab')];
      },
      leftovers: async () => [...(await server.keys(last)), ...(await server.unfinished(last))],
      stop: () => Promise.resolve(server.stop()),
    };
  });
});
