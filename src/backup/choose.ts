import { randomInt } from 'node:crypto';
import { messageOf, UserError } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import { formatDuration } from '../base/units.js';
import type { BackupSelector } from '../inputs/selector.js';
import type { ChosenBackup } from '../restore/types.js';
import type { Store } from '../storage/store.js';
import { listBackups, listFamilies, newestBackup, readBackup } from './catalogue.js';
import type { Manifest } from './manifest.js';
import { readVerified } from './verified.js';

export interface Choice {
  name: string;
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
 * The backup that is meant, and the first of the stores that has it. A store that cannot be read is warned about; the
 * newest is the newest of all others, since one store may have missed the last backup.
 * @throws UserError when there is none, or no store can be read.
 */
export async function chooseBackup(stores: readonly Store[], choice: Choice): Promise<ChosenBackup> {
  const offers: Offer[] = [];
  const errors: unknown[] = [];
  for (const store of stores) {
    try {
      for (const manifest of await candidates(store, choice)) offers.push({ store, manifest });
    } catch (error) {
      errors.push(error);
      if (stores.length > 1) choice.reporter.warn(`${store.url} cannot be read. ${messageOf(error)}`);
    }
  }
  if (errors.length === stores.length) throw errors[0] as Error;
  const chosen = among(offers, choice);
  if (chosen === undefined) throw await nothing(stores, choice);
  return { ...chosen, others: stores.filter((store) => store !== chosen.store) };
}

/** The backups of one store of which one may be meant; where there is nothing to choose, only that one. */
async function candidates(
  store: Store,
  { name, label, selector, reporter, now }: Choice,
): Promise<Manifest[]> {
  if (selector.kind === 'id') {
    const manifest = await readBackup(store, name, selector.id);
    return manifest === undefined ? [] : [manifest];
  }
  if (selector.kind === 'latest' && label === undefined) {
    const newest = await newestBackup(store, name);
    return newest === undefined ? [] : [newest];
  }
  const { backups, unreadable } = await listBackups(store, name, label);
  for (const { id, reason } of unreadable) reporter.warn(`${name}/${id} in ${store.url}: ${reason}`);
  const time = (manifest: Manifest): number => new Date(manifest.snapshotAt).getTime();
  switch (selector.kind) {
    case 'latest':
      return backups.slice(-1);
    case 'before':
      return backups.filter((manifest) => time(manifest) <= selector.time.getTime()).slice(-1);
    case 'random':
      return backups.filter((manifest) => time(manifest) >= now.getTime() - selector.withinMs);
    case 'latest-verified':
      return newestVerified(store, name, backups);
  }
}

async function newestVerified(store: Store, name: string, backups: readonly Manifest[]): Promise<Manifest[]> {
  for (const manifest of [...backups].reverse()) {
    const verified = await readVerified(store, name, manifest.id);
    if (verified?.verdict === 'passed') return [manifest];
  }
  return [];
}

function among(offers: readonly Offer[], { selector, pick = randomInt }: Choice): Offer | undefined {
  const ids = [...new Set(offers.map(({ manifest }) => manifest.id))];
  let id = ids[0];
  if (selector.kind === 'random' && ids.length > 0) id = ids.sort()[pick(ids.length)];
  else {
    const newest = offers.reduce<Offer | undefined>(
      (best, offer) =>
        best === undefined || offer.manifest.snapshotAt > best.manifest.snapshotAt ? offer : best,
      undefined,
    );
    id = newest?.manifest.id;
  }
  return offers.find(({ manifest }) => manifest.id === id);
}

/** Why nothing was found, with what there is. */
async function nothing(stores: readonly Store[], choice: Choice): Promise<UserError> {
  const { name, label, selector, now } = choice;
  const where = stores.map(({ url }) => url).join(', ');
  const all: Manifest[] = [];
  const families = new Set<string>();
  for (const store of stores) {
    // What cannot be read has been warned about.
    const listing = await listBackups(store, name, label).catch(() => undefined);
    all.push(...(listing?.backups ?? []));
    for (const family of await listFamilies(store).catch(() => [])) families.add(family);
  }
  const labelled = label === undefined ? '' : ` with label "${label}"`;
  const [oldest, newest] = [all[0], all.at(-1)];
  if (oldest === undefined || newest === undefined) {
    const others = [...families].filter((family) => family !== name);
    return new UserError(
      `There are no backups named "${name}"${labelled} in ${where}.` +
        (others.length === 0
          ? ' Check the storage URL.'
          : ` It holds backups of ${others.join(', ')}: set name.`),
    );
  }
  const age = (now.getTime() - new Date(newest.snapshotAt).getTime()) / 1000;
  switch (selector.kind) {
    case 'id':
      return new UserError(
        `There is no backup "${selector.id}" named "${name}" in ${where}. The newest is ${newest.id}; \`pgkeep list\` shows all.`,
      );
    case 'before':
      return new UserError(
        `No backup named "${name}"${labelled} in ${where} is of ${selector.text} or before. The oldest is of ${oldest.snapshotAt} (${oldest.id}).`,
      );
    case 'random':
      return new UserError(
        `No backup named "${name}"${labelled} in ${where} is that young. The newest is ${newest.id}, ${formatDuration(age)} old.`,
      );
    case 'latest':
    case 'latest-verified':
      return new UserError(
        `No backup named "${name}"${labelled} in ${where} has passed verification. Run \`pgkeep verify\`, or name one by its id; the newest is ${newest.id}.`,
      );
  }
}
