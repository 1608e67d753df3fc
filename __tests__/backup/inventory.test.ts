import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { readRecords } from '../../src/backup/history.js';
import { readInventory } from '../../src/backup/inventory.js';
import { candidatesOf } from '../../src/retention/candidates.js';
import { planOrphans } from '../../src/retention/orphans.js';
import { StoreError } from '../../src/storage/errors.js';
import { openStore } from '../../src/storage/registry.js';
import type { ObjectInfo, Store } from '../../src/storage/store.js';
import { FaultyStore } from '../support/faulty-store.js';
import { idsOf, objectsOf, verdictOf, type Made } from '../support/family.js';
import { WatchedStore } from '../support/watched-store.js';

const A = '20260101T000000Z-aaaa';
const B = '20260102T000000Z-aaaa';
const C = '20260103T000000Z-aaaa';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pgkeep-inventory-'));
  store = await openStore(`file://${folder}`, { env: {} });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(key: string, bytes: string | Buffer, modified?: Date): void {
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  writeFileSync(join(folder, key), bytes);
  if (modified !== undefined) utimesSync(join(folder, key), modified, modified);
}

function backup(made: Made, name = 'shop'): number {
  let bytes = 0;
  for (const [key, object] of objectsOf(made, name)) {
    put(key, object);
    bytes += object.length;
  }
  return bytes;
}

describe('the inventory of a family', () => {
  it('says of everything there what it is, and what it weighs', async () => {
    const second = backup({ id: B, verdict: 'failed' });
    const first = backup({ id: A, verdict: 'passed', label: 'daily' });
    const orphaned = new Date('2026-01-03T02:00:00Z');
    put(`shop/${C}/database.dump`, 'half', orphaned);
    put(`shop/${C}/globals.sql`, 'role', new Date('2026-01-03T01:00:00Z'));
    put('shop/20260104T000000Z-aaaa/manifest.json', '{');
    put('shop/20260104T000000Z-aaaa/database.dump', 'dump');
    put('shop/_log/20260102T000000Z-2.json', '{}');
    put('shop/_log/20260101T000000Z-1.json', '{}');
    put('shop/notes.txt', 'mine');
    put('shop/old/database.dump', 'dump');
    put('shop/20260105T000000Z-aaaa', 'named like a backup, but no folder');
    backup({ id: C }, 'shop-b');
    backup({ id: C }, 'sho');

    const inventory = await readInventory(store, 'shop');
    expect(idsOf(inventory)).toEqual([A, B]);
    expect(inventory.entries.map(({ storedBytes, verified }) => [storedBytes, verified?.verdict])).toEqual([
      [first, 'passed'],
      [second, 'failed'],
    ]);
    expect(inventory.orphans).toEqual([{ id: C, bytes: 8, newest: orphaned }]);
    expect(inventory.unreadable).toEqual([
      { id: '20260104T000000Z-aaaa', reason: expect.stringContaining('is not JSON'), bytes: 5 },
    ]);
    expect(inventory.foreign.map(({ key }) => key).sort()).toEqual([
      'shop/20260105T000000Z-aaaa',
      'shop/notes.txt',
      'shop/old/database.dump',
    ]);
    expect(inventory.log).toEqual(['shop/_log/20260101T000000Z-1.json', 'shop/_log/20260102T000000Z-2.json']);
    const foreign = inventory.foreign.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(inventory.totalBytes).toBe(first + second + 8 + 5 + 4 + foreign);
    expect(candidatesOf(inventory)).toEqual([
      { id: A, time: new Date('2026-01-01T00:00:00Z'), label: 'daily', verified: true, bytes: first },
      { id: B, time: new Date('2026-01-02T00:00:00Z'), label: null, verified: false, bytes: second },
    ]);
  });

  it('takes no verdict that is damaged or of another backup', async () => {
    backup({ id: A });
    backup({ id: B });
    put(`shop/${A}/verified.json`, 'passed');
    put(`shop/${B}/verified.json`, verdictOf(A, 'passed'));
    const { entries } = await readInventory(store, 'shop');
    expect(entries.map(({ verified }) => verified)).toEqual([undefined, undefined]);
  });

  it('is empty where there is nothing', async () => {
    expect(await readInventory(store, 'shop')).toEqual({
      name: 'shop',
      entries: [],
      unreadable: [],
      orphans: [],
      foreign: [],
      log: [],
      totalBytes: 0,
    });
  });

  describe('is never a part of it', () => {
    const broken = new StoreError('The store broke.');
    const object = (key: string): ObjectInfo => ({ key, bytes: 1, modified: new Date() });

    it('when the listing breaks off', async () => {
      const half = new FaultyStore('memory://half');
      // eslint-disable-next-line @typescript-eslint/require-await -- a listing that breaks
      half.list = async function* () {
        yield object(`shop/${A}/manifest.json`);
        throw broken;
      };
      await expect(readInventory(half, 'shop')).rejects.toBe(broken);
    });

    it.each(['manifest.json', 'verified.json'])('when one %s cannot be fetched', async (file) => {
      const half = new FaultyStore('memory://half');
      const objects = objectsOf({ id: A, verdict: 'passed' });
      // eslint-disable-next-line @typescript-eslint/require-await -- as a listing is
      half.list = async function* () {
        for (const key of objects.keys()) yield object(key);
      };
      half.get = (key?: string) =>
        key?.endsWith(file) === true
          ? Promise.reject(broken)
          : Promise.resolve(Readable.from([objects.get(key ?? '')]));
      await expect(readInventory(half, 'shop')).rejects.toBe(broken);
    });
  });

  it('costs one listing, a request for each manifest, and one for a verdict or a run only where the listing shows it', async () => {
    backup({ id: A, verdict: 'passed' });
    backup({ id: B });
    put(`shop/${C}/database.dump`, 'half');
    const [old, young] = ['shop/_log/20260101T000000Z-1.json', 'shop/_log/20260103T000000Z-2.json'];
    for (const key of [old, young]) put(key, '{}');
    const asked: string[] = [];
    const watched = new WatchedStore(store, (what, key) => void asked.push(`${what} ${key}`));
    const { log } = await readInventory(watched, 'shop');
    await readRecords(watched, log, new Date('2026-01-02T00:00:00Z'));
    expect(asked).toEqual([
      'list shop/',
      `get shop/${A}/manifest.json`,
      `get shop/${B}/manifest.json`,
      `get shop/${A}/verified.json`,
      `get ${young}`,
    ]);
  });

  it('takes a manifest that is gone when it is read for one that cannot be read, and never for an orphan', async () => {
    const half = new FaultyStore('memory://half');
    // eslint-disable-next-line @typescript-eslint/require-await -- as a listing is
    half.list = async function* () {
      for (const key of objectsOf({ id: A }).keys()) yield { key, bytes: 1, modified: new Date(1) };
    };
    half.get = () => Promise.reject(new StoreError('It is gone.', { notFound: true }));
    const { unreadable, orphans } = await readInventory(half, 'shop');
    expect(unreadable).toEqual([{ id: A, reason: 'It is gone.', bytes: 3 }]);
    expect(orphans).toEqual([]);
  });
});

describe('the plan for orphans', () => {
  const now = new Date('2026-01-10T12:00:00Z');
  const yesterday = '2026-01-09T12:00:00Z';
  const plan = (id: string, newest: string) =>
    planOrphans({
      inventory: { name: 'shop', foreign: [], orphans: [{ id, bytes: 1, newest: new Date(newest) }] },
      now,
    });

  it.each([
    ['20260109T115959Z-aaaa', '2026-01-09T11:59:59.999Z', true],
    ['20260109T120000Z-aaaa', '2026-01-09T11:59:59Z', false],
    ['20260109T115959Z-aaaa', yesterday, false],
    ['20260101T000000Z-aaaa', '2026-01-10T11:00:00Z', false],
    ['20260110T110000Z-aaaa', '2026-01-01T00:00:00Z', false],
    // A clock that is ahead, a store that does not tell when, a time that there is not.
    ['20270101T000000Z-aaaa', '2026-01-01T00:00:00Z', false],
    ['20260101T000000Z-aaaa', '1970-01-01T00:00:00Z', false],
    ['20261332T000000Z-aaaa', '2026-01-01T00:00:00Z', false],
  ])('%s, last written %s: removed is %j', (id, newest, removed) => {
    const { remove, notes } = plan(id, newest);
    expect(remove.map((orphan) => orphan.id)).toEqual(removed ? [id] : []);
    expect(notes).toEqual(removed ? [] : [expect.stringMatching(/^1 folder in shop\/ without a manifest/)]);
  });

  it('tells of what is not ours, and names a few', () => {
    const foreign = Array.from({ length: 7 }, (_, index) => ({ key: `shop/${index}`, bytes: 1024 }));
    const { remove, notes } = planOrphans({ inventory: { name: 'shop', foreign, orphans: [] }, now });
    expect(remove).toEqual([]);
    expect(notes).toEqual([
      '7 objects in shop/ that pgkeep did not write (7.0 KiB), left alone: shop/0, shop/1, shop/2, shop/3, shop/4, ...',
    ]);
  });
});
