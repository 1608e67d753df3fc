import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { readMany } from '../../src/storage/read-many.js';
import { withRetry } from '../../src/storage/retry.js';
import { FaultyStore } from '../support/faulty-store.js';

/** A store that counts how many reads are under way. */
class CountingStore extends FaultyStore {
  readonly readsAtOnce?: number;
  most = 0;
  private underWay = 0;

  constructor(readsAtOnce?: number) {
    super('memory://counting');
    if (readsAtOnce !== undefined) this.readsAtOnce = readsAtOnce;
  }

  override async get(key = ''): Promise<Readable> {
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    await turn();
    this.underWay -= 1;
    if (key === '7') throw new Error('The store broke.');
    return Readable.from([Buffer.from(key)]);
  }
}

describe('reading many objects', () => {
  const keys = Array.from({ length: 200 }, (_, index) => String(index));

  it.each([
    [64, 64],
    [undefined, 32],
  ])('reads as many at once as the store takes (%j: %d)', async (readsAtOnce, most) => {
    const store = new CountingStore(readsAtOnce);
    await readMany(withRetry(store), keys, String);
    expect(store.most).toBe(most);
  });

  it('goes on after what cannot be read or understood', async () => {
    const results = await readMany(new CountingStore(), keys, (bytes, key) => {
      if (key === '9') throw new Error('It is damaged.');
      return Buffer.from(bytes).toString();
    });
    expect(results.flatMap((result) => (result.ok ? [] : [[result.key, String(result.error)]]))).toEqual([
      ['7', 'Error: The store broke.'],
      ['9', 'Error: It is damaged.'],
    ]);
    expect(results.map((result) => (result.ok ? result.value : result.key))).toEqual(keys);
  });
});
