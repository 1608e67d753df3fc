import { mkdtemp, rm } from 'node:fs/promises';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readInventory } from '../../src/backup/inventory.js';
import { applyPlan } from '../../src/retention/apply.js';
import { StoreError } from '../../src/storage/errors.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';
import { idsOf, keysOf, objectsOf } from '../support/family.js';
import { Random, seedOfRun } from '../support/random.js';
import { WatchedStore, type Before } from '../support/watched-store.js';
import { IDS, planned } from './prune-contract.js';

/** How a prune can end at its nth request. */
type Ending = 'one request fails' | 'all further requests fail' | 'it is cancelled';

const broken = (): never => {
  throw new StoreError('The store broke.');
};

const seed = seedOfRun();

describe(`a prune that is interrupted (PGKEEP_SEED=${seed})`, () => {
  const random = new Random(seed);
  let base: string;
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'pgkeep-interrupted-'));
  });
  afterAll(() => rm(base, { recursive: true }));

  /** A family in which some backups are verified, with one orphan. */
  async function family(): Promise<Store> {
    const folder = await mkdtemp(join(base, 'store-'));
    const objects = new Map<string, Buffer>([
      ['shop/20251201T000000Z-aaaa/database.dump', Buffer.from('half')],
    ]);
    for (const id of IDS)
      for (const [key, bytes] of objectsOf({ id, ...(random.once(3) ? { verdict: 'passed' } : {}) }))
        objects.set(key, bytes);
    for (const [key, bytes] of objects) {
      mkdirSync(dirname(join(folder, key)), { recursive: true });
      writeFileSync(join(folder, key), bytes);
    }
    return openStore(pathToFileURL(folder).href, { env: {} });
  }

  /** The keys of a backup that is whole. */
  const whole = (id: string): string[] => [...objectsOf({ id }).keys()];

  /** Prunes until the nth request; returns whether it came to that. */
  async function interrupted(store: Store, nth: number, ending: Ending): Promise<boolean> {
    const options = await planned(store, { last: 2 });
    const stop = new AbortController();
    let count = 0;
    const before: Before = () => {
      count += 1;
      if (ending === 'it is cancelled' && count === nth) stop.abort();
      if (ending === 'one request fails' && count === nth) broken();
      if (ending === 'all further requests fail' && count >= nth) broken();
    };
    const keep = options.plan.decisions.flatMap((decision) => (decision.keep ? decision.id : []));
    const watched = { ...options, store: new WatchedStore(store, before), signal: stop.signal };
    const result = await applyPlan(watched).catch(() => undefined);

    const keys = await keysOf(store);
    for (const id of keep) expect(keys).toEqual(expect.arrayContaining(whole(id)));
    const left = await readInventory(store, 'shop');
    for (const id of idsOf(left)) expect(keys).toEqual(expect.arrayContaining(whole(id)));
    expect(left.unreadable).toEqual([]);
    for (const id of result?.removed ?? []) expect(keys.filter((key) => key.includes(id))).toEqual([]);
    for (const { id } of result?.failed ?? []) expect(keys.filter((key) => key.includes(id))).not.toEqual([]);

    await applyPlan(await planned(store, { last: 2 }));
    const after = await readInventory(store, 'shop');
    expect(idsOf(after)).toEqual([...keep].sort());
    expect(after.orphans).toEqual([]);
    return count >= nth;
  }

  it.each<Ending>(['one request fails', 'all further requests fail', 'it is cancelled'])(
    'at any request, where %s: loses nothing that is kept, leaves nothing that looks whole, and finishes next time',
    async (ending) => {
      let nth = 1;
      while (await interrupted(await family(), nth, ending)) nth += 1;
      expect(nth).toBeGreaterThan(10);
    },
  );
});
