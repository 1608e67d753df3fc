import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readInventory, type Inventory } from '../../src/backup/inventory.js';
import { CancelledError } from '../../src/base/errors.js';
import { applyPlan, type ApplyOptions, type Removed } from '../../src/retention/apply.js';
import { candidatesOf } from '../../src/retention/candidates.js';
import { planOrphans } from '../../src/retention/orphans.js';
import { planRetention } from '../../src/retention/plan.js';
import type { Policy, RetentionPlan } from '../../src/retention/types.js';
import { putObject } from '../../src/storage/put.js';
import type { Store } from '../../src/storage/store.js';
import { idsOf, keysOf, objectsOf, putBackup, verdictOf } from '../support/family.js';
import { Listener } from '../support/listener.js';
import { WatchedStore } from '../support/watched-store.js';

const DAY = 24 * 3_600_000;

/** Ids of one backup a day, oldest first. */
export const IDS = [1, 2, 3, 4, 5, 6].map((day) => `2026010${day}T000000Z-aaaa`);
const [FIRST = '', SECOND = '', THIRD = '', FOURTH = '', , LAST = ''] = IDS;

/** Reads, plans and returns what the applier takes. Objects that were written just now count as written two days ago. */
export async function planned(
  store: Store,
  policy: Policy,
  more: { label?: string } = {},
): Promise<ApplyOptions & { plan: RetentionPlan; reporter: Listener }> {
  const inventory = await readInventory(store, 'shop');
  const now = new Date(Date.now() + 2 * DAY);
  const plan = planRetention({
    backups: candidatesOf(inventory),
    unreadable: inventory.unreadable,
    policy,
    now,
    ...more,
  });
  const orphans = planOrphans({ inventory, now });
  return { plan, orphans, inventory, store, reporter: new Listener() };
}

/** Six backups, the second verified, all daily but the third. */
export async function fill(store: Store): Promise<void> {
  for (const id of IDS)
    await putBackup(store, {
      id,
      label: id === THIRD ? 'weekly' : 'daily',
      ...(id === SECOND ? { verdict: 'passed' as const } : {}),
    });
}

/** What pruning does in any store. */
export function pruneContract(
  start: () => Promise<{ empty(): Promise<Store>; stop(): Promise<void> }>,
): void {
  let subject: Awaited<ReturnType<typeof start>>;
  let store: Store;
  beforeAll(async () => {
    subject = await start();
  });
  afterAll(() => subject.stop());
  beforeEach(async () => {
    store = await subject.empty();
    await fill(store);
  });

  const now = (): Promise<Inventory> => readInventory(store, 'shop');
  const sorted = ({ removed }: Removed): string[] => [...removed].sort();

  it('removes what the plan says and what killed runs left, and nothing else', async () => {
    await putObject(store, 'shop/20251201T000000Z-aaaa/database.dump', Buffer.from('half'));
    const others = [
      'shop/20251202T000000Z-aaaa/manifest.json',
      'shop/20251202T000000Z-aaaa/database.dump',
      'shop/_log/20260101T000000Z-1.json',
      'shop/notes.txt',
      `shop-b/${FIRST}/manifest.json`,
      `sho/${FIRST}/manifest.json`,
      'shop.dump',
    ];
    for (const key of others) await putObject(store, key, Buffer.from('{}'));
    const options = await planned(store, { last: 2 });
    const before = options.inventory.totalBytes;

    const result = await applyPlan(options);
    expect(sorted(result)).toEqual(['20251201T000000Z-aaaa', FIRST, THIRD, FOURTH].sort());
    expect([result.failed, result.spared]).toEqual([[], []]);
    expect(result.bytes).toBe(options.plan.removedBytes + 4);
    const kept = [SECOND, ...IDS.slice(4)].flatMap((id) => [...objectsOf({ id }).keys()]);
    expect(await keysOf(store)).toEqual([...others, ...kept, `shop/${SECOND}/verified.json`].sort());
    const after = await now();
    expect(idsOf(after)).toEqual([SECOND, ...IDS.slice(4)]);
    expect(after.totalBytes).toBe(before - result.bytes);
    expect(options.reporter.lines).toHaveLength(4);

    // There is nothing left to do.
    const again = await planned(store, { last: 2 });
    expect((await applyPlan(again)).removed).toEqual([]);
    expect(again.reporter.lines).toEqual([]);
  });

  it('removes nothing of another label', async () => {
    await applyPlan(await planned(store, { last: 1 }, { label: 'daily' }));
    expect(idsOf(await now())).toEqual([SECOND, THIRD, LAST]);
    await applyPlan(await planned(store, { last: 1 }, { label: 'weekly' }));
    expect(idsOf(await now())).toEqual([SECOND, THIRD, LAST]);
  });

  it('is harmless twice at once, also with two policies', async () => {
    const [one, same, other] = [
      await planned(store, { last: 3 }),
      await planned(store, { last: 3 }),
      await planned(store, { monthly: 1 }),
    ];
    const results = await Promise.all([applyPlan(one), applyPlan(same), applyPlan(other)]);
    for (const { failed, spared } of results) expect([failed, spared]).toEqual([[], []]);
    const left = await now();
    expect(idsOf(left)).toEqual([SECOND, LAST]);
    expect([left.orphans, left.unreadable]).toEqual([[], []]);
    expect(await keysOf(store)).toHaveLength(7);
  });

  it('leaves a backup alone that is being written, and one that was published since', async () => {
    const made = { id: '20260107T000000Z-bbbb' };
    const [[dump, bytes] = ['', Buffer.alloc(0)], ...rest] = objectsOf(made);
    await putObject(store, dump, bytes);
    const writing = await planned(store, { last: 1 });
    // By the clock of this machine it was begun, and last written to, just now.
    writing.orphans = planOrphans({ inventory: writing.inventory, now: new Date() });
    expect(writing.orphans.remove).toEqual([]);
    const published = (async () => {
      for (const [key, object] of rest) await putObject(store, key, object);
    })();
    await Promise.all([applyPlan(writing), published]);
    expect(idsOf(await now())).toEqual([SECOND, LAST, made.id]);
    expect(await keysOf(store, `shop/${made.id}/`)).toEqual([...objectsOf(made).keys()].sort());
  });

  it('leaves an orphan alone that is a backup by now, or that something was written to', async () => {
    const [done, busy] = [{ id: '20251201T000000Z-aaaa' }, '20251202T000000Z-aaaa'];
    await putObject(store, `shop/${done.id}/database.dump`, Buffer.from('dump'));
    await putObject(store, `shop/${busy}/database.dump`, Buffer.from('dump'));
    const options = await planned(store, {});
    const written = new Date();
    options.orphans = { remove: options.orphans?.remove ?? [], cutoff: written };
    expect(options.orphans.remove.map(({ id }) => id)).toEqual([done.id, busy]);
    await putBackup(store, done);
    // Stores tell the time to the second.
    await new Promise((resolve) => setTimeout(resolve, 1001 - (Date.now() % 1000)));
    await putObject(store, `shop/${busy}/globals.sql`, Buffer.from('role'));
    const { removed, spared } = await applyPlan(options);
    expect(removed).toEqual([]);
    expect(spared.map(({ id }) => id).sort()).toEqual([done.id, busy]);
    expect(idsOf(await now())).toEqual([done.id, ...IDS]);
    expect(await keysOf(store, `shop/${busy}/`)).toHaveLength(2);
  });

  it('spares a backup that was verified since, where it is the newest verified now', async () => {
    const options = await planned(store, { last: 1 });
    await putObject(store, `shop/${FOURTH}/verified.json`, verdictOf(FOURTH, 'passed'));
    // Older than the newest verified: that stays, so this may go.
    await putObject(store, `shop/${FIRST}/verified.json`, verdictOf(FIRST, 'passed'));
    const { removed, spared } = await applyPlan(options);
    expect([...removed].sort()).toEqual([FIRST, THIRD, IDS[4]]);
    expect(spared).toEqual([{ id: FOURTH, reason: expect.stringContaining('newest verified') }]);
    expect(options.reporter.warnings).toEqual([expect.stringContaining(`shop/${FOURTH} is kept`)]);
    expect(idsOf(await now())).toEqual([SECOND, FOURTH, LAST]);
  });

  it('spares a verified backup whose better has failed a verification since', async () => {
    await putObject(store, `shop/${FIRST}/verified.json`, verdictOf(FIRST, 'passed'));
    const options = await planned(store, { last: 1 });
    await putObject(store, `shop/${SECOND}/verified.json`, verdictOf(SECOND, 'failed'));
    expect((await applyPlan(options)).spared.map(({ id }) => id)).toEqual([FIRST]);
    expect(idsOf(await now())).toEqual([FIRST, SECOND, LAST]);
  });

  it.each([
    ['the newest backup', LAST],
    ['the newest verified backup', SECOND],
  ])('removes nothing where %s is gone', async (_what, id) => {
    const options = await planned(store, { last: 1 });
    await store.remove(`shop/${id}/manifest.json`);
    const keys = await keysOf(store);
    await expect(applyPlan(options)).rejects.toThrow(
      /backup when .* was listed, is no longer there\. Nothing was removed/,
    );
    expect(await keysOf(store)).toEqual(keys);
  });

  it('refuses a plan that removes the newest', async () => {
    const options = await planned(store, { last: 1 });
    const decisions = options.plan.decisions.map((decision) => ({ ...decision, keep: false }));
    await expect(applyPlan({ ...options, plan: { decisions } })).rejects.toThrow(/would remove the newest/);
    expect(idsOf(await now())).toEqual(IDS);
  });

  describe('cancelled', () => {
    it('before it begins, removes nothing', async () => {
      const keys = await keysOf(store);
      const options = await planned(store, { last: 1 });
      await expect(applyPlan({ ...options, signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
      expect(await keysOf(store)).toEqual(keys);
    });

    it('stops between two objects, and finishes next time', async () => {
      const options = await planned(store, { last: 1 });
      const stop = new AbortController();
      const stopping = new WatchedStore(store, (what) => void (what === 'remove' && stop.abort()));
      await expect(applyPlan({ ...options, store: stopping, signal: stop.signal })).rejects.toThrow(
        CancelledError,
      );
      // Of four backups that were under way at most the manifests are gone.
      const left = await now();
      expect(left.orphans.length).toBeGreaterThan(0);
      for (const id of IDS) expect(await keysOf(store, `shop/${id}/`)).toContain(`shop/${id}/database.dump`);
      await applyPlan(await planned(store, { last: 1 }));
      expect(idsOf(await now())).toEqual([SECOND, LAST]);
      expect(await keysOf(store)).toHaveLength(7);
    });
  });
}
