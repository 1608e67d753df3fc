import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeVerified,
  encodeVerified,
  readVerified,
  writeVerified,
  type Verified,
} from '../../src/backup/verified.js';
import { StoreError } from '../../src/storage/errors.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';

const ID = '20261120T020000Z-k3fd';
const verified: Verified = {
  version: 1,
  backupId: ID,
  verdict: 'passed',
  startedAt: '2026-11-22T04:43:10.000Z',
  finishedAt: '2026-11-22T04:43:41.000Z',
  restoreSeconds: 18.4,
  compareSeconds: 2.3,
  totals: { equal: 30, different: 0, notMeasured: 1 },
  tables: 3,
  rows: 12_480,
  control: 'noticed',
  server: '17.7',
  pgkeep: '0.1.0',
  runUrl: 'https://github.com/acme/shop/actions/runs/1',
};
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('a stored verdict', () => {
  it('is read as it was written, and later fields are ignored', () => {
    expect(decodeVerified(encodeVerified(verified), ID)).toEqual(verified);
    expect(decodeVerified(bytes({ ...verified, tables: null, rows: null, later: 1 }), ID)).toMatchObject({
      verdict: 'passed',
      rows: null,
    });
  });

  it.each<[string, Buffer]>([
    ['of a newer format', bytes({ ...verified, version: 2 })],
    ['of another backup', bytes({ ...verified, backupId: '20261121T020000Z-aaaa' })],
    ['with another verdict', bytes({ ...verified, verdict: 'maybe' })],
    ['without totals', bytes({ ...verified, totals: undefined })],
    ['with a total that is none', bytes({ ...verified, totals: { ...verified.totals, equal: '30' } })],
    ['without its time', bytes({ ...verified, finishedAt: undefined })],
    ['of no time', bytes({ ...verified, finishedAt: 'yesterday' })],
    ['cut off', encodeVerified(verified).subarray(0, 100)],
    ['empty', Buffer.alloc(0)],
    ['null', bytes(null)],
    ['a list', bytes([verified])],
  ])('%s says nothing', (_what, stored) => {
    expect(decodeVerified(stored, ID)).toBeUndefined();
  });

  describe('in a store', () => {
    let folder: string;
    let store: Store;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'pgkeep-verified-'));
      store = await openStore(`file://${folder}`, { env: {} });
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('is absent until it is written, and the newest replaces the older', async () => {
      expect(await readVerified(store, 'shop', ID)).toBeUndefined();
      expect(await writeVerified(store, 'shop', verified)).toBe(`file://${folder}/shop/${ID}/verified.json`);
      expect(await readVerified(store, 'shop', ID)).toEqual(verified);
      await writeVerified(store, 'shop', { ...verified, verdict: 'failed' });
      expect(await readVerified(store, 'shop', ID)).toMatchObject({ verdict: 'failed' });
      expect(await readVerified(store, 'other', ID)).toBeUndefined();
      writeFileSync(join(folder, 'shop', ID, 'verified.json'), '{');
      expect(await readVerified(store, 'shop', ID)).toBeUndefined();
    });

    it('that cannot be asked for is an error, not an absence', async () => {
      const closed: Store = Object.assign(Object.create(store) as Store, {
        get: () => Promise.reject(new StoreError('access denied')),
      });
      await expect(readVerified(closed, 'shop', ID)).rejects.toThrow('access denied');
    });
  });
});
