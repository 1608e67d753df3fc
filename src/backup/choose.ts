import { randomInt } from 'node:crypto';
import { UserError } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import type { BackupSelector } from '../inputs/selector.js';
import type { ChosenBackup, PassedOver } from '../restore/types.js';
import type { Store } from '../storage/store.js';
import { idTime } from './id.js';
import { listBackups, newestBackup, readBackup, type Passing } from './catalogue.js';
import type { Manifest } from './manifest.js';
import { whyNothing } from './none-chosen.js';
import { unfinishedText } from './unfinished.js';
import { readVerified } from './verified.js';

export interface Choice {
  name: string;
  /** Only backups that carry it; a backup that is named by its id needs none. */
  label?: string | undefined;
  selector: BackupSelector;
  now: Date;
  /** A whole number below `below`. Default: the system's own source. */
  pick?: ((below: number) => number) | undefined;
  reporter: Pick<Reporter, 'warn'>;
}

/** What one store offers. */
interface Offer {
  store: Store;
  manifest: Manifest;
}

/**
 * The backup that is meant, and the first of the stores that offers it. A store that cannot be read is warned about;
 * the newest is the newest of all others, since one store may have missed the last backup. So are manifests that
 * cannot be read: what they describe cannot be chosen. And, with `latest`, newer folders that have no manifest.
 * @throws UserError when there is none, or no store can be read.
 */
export async function chooseBackup(stores: readonly Store[], choice: Choice): Promise<ChosenBackup> {
  const offers: Offer[] = [];
  const failed = new Map<Store, unknown>();
  const skipped: PassedOver[] = [];
  for (const store of stores) {
    try {
      for (const manifest of await candidates(store, choice, skipped)) offers.push({ store, manifest });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failed.set(store, error);
      if (stores.length > 1) choice.reporter.warn(`${store.url} cannot be read. ${error.message}`);
    }
  }
  const chosen = among(offers, choice);
  if (chosen !== undefined) {
    const others = stores.filter((store) => store !== chosen.store);
    const passedOver = choice.selector.kind === 'latest' ? newerThan(chosen.manifest, skipped) : [];
    for (const { state, why } of passedOver) if (state === 'unfinished') choice.reporter.warn(why);
    return { ...chosen, others, ...(passedOver.length === 0 ? {} : { passedOver }) };
  }
  const [failure] = failed.values();
  // The one that was asked for may well be where it could not be looked for.
  if (failed.size === stores.length || (failed.size > 0 && choice.selector.kind === 'id'))
    throw failure as Error;
  const readable = stores.filter((store) => !failed.has(store));
  throw await whyNothing(readable, choice);
}

/** The backups of one store of which one may be meant; where there is nothing to choose, only that one. */
async function candidates(store: Store, choice: Choice, skipped: PassedOver[]): Promise<Manifest[]> {
  const { name, label, selector, now } = choice;
  const passing: Passing = {
    unreadable: (id, reason) => {
      const why = `${name}/${id} in ${store.url} cannot be chosen. ${reason}`;
      skipped.push({ id, state: 'unreadable', why });
      choice.reporter.warn(why);
    },
    unfinished: (id) => skipped.push({ id, state: 'unfinished', why: unfinishedText(store, name, id, now) }),
  };
  if (selector.kind === 'id') {
    const manifest = await readBackup(store, name, selector.id);
    return manifest === undefined ? [] : [manifest];
  }
  if (selector.kind === 'latest' && label === undefined) {
    const newest = await newestBackup(store, name, passing);
    return newest === undefined ? [] : [newest];
  }
  const { backups, unreadable, unfinished } = await listBackups(store, name, label);
  for (const { id, reason } of unreadable) passing.unreadable(id, reason);
  unfinished.forEach(passing.unfinished);
  switch (selector.kind) {
    case 'latest':
      return backups.slice(-1);
    case 'before':
      return backups.filter((manifest) => snapshotTime(manifest) <= selector.time.getTime()).slice(-1);
    case 'random':
      return backups.filter((manifest) => snapshotTime(manifest) >= now.getTime() - selector.withinMs);
    case 'latest-verified':
      return newestVerified(store, name, backups);
  }
}

/** What is newer than the one that was chosen, of which another store may have had a sound copy. */
function newerThan({ id: chosen }: Manifest, skipped: readonly PassedOver[]): PassedOver[] {
  return skipped.filter(({ id }) => id !== chosen && idTime(id) >= idTime(chosen));
}

function snapshotTime({ snapshotAt }: Manifest): number {
  return new Date(snapshotAt).getTime();
}

/** The newest whose verdict, stored beside this very copy, is `passed`. */
async function newestVerified(store: Store, name: string, backups: readonly Manifest[]): Promise<Manifest[]> {
  for (const manifest of [...backups].reverse()) {
    const verified = await readVerified(store, name, manifest.id);
    if (verified?.verdict === 'passed') return [manifest];
  }
  return [];
}

/** One of what the stores offer, from the first store that offers it. */
function among(offers: readonly Offer[], { selector, pick = randomInt }: Choice): Offer | undefined {
  const [first, ...rest] = offers;
  if (first === undefined) return undefined;
  if (selector.kind === 'random') {
    // Each backup once, in however many stores it is.
    const ids = [...new Set(offers.map(({ manifest }) => manifest.id))].sort();
    const id = ids[pick(ids.length)];
    return offers.find(({ manifest }) => manifest.id === id);
  }
  return rest.reduce(
    (best, offer) => (snapshotTime(offer.manifest) > snapshotTime(best.manifest) ? offer : best),
    first,
  );
}
