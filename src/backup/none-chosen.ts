import { UserError } from '../base/errors.js';
import { formatDuration, plural } from '../base/units.js';
import type { BackupSelector } from '../inputs/selector.js';
import type { Store } from '../storage/store.js';
import { listBackups, listFamilies } from './catalogue.js';
import { idTime } from './id.js';
import type { Manifest } from './manifest.js';
import { unfinishedText } from './unfinished.js';

export interface Wanted {
  name: string;
  label?: string | undefined;
  selector: BackupSelector;
  now: Date;
}

const SHOW_ALL = '`pgkeep list` shows all.';

/** Why none of the backups in these stores is the one that is wanted, with what there is instead. */
export async function whyNothing(stores: readonly Store[], wanted: Wanted): Promise<UserError> {
  const where = stores.map(({ url }) => url).join(', ');
  const found = new Map<string, Manifest>();
  let unreadable = 0;
  const unfinished = new Map<string, Store>();
  for (const store of stores) {
    const listing = await listBackups(store, wanted.name);
    for (const manifest of listing.backups) found.set(manifest.id, manifest);
    unreadable += listing.unreadable.length;
    for (const id of listing.unfinished) unfinished.set(id, store);
  }
  const { selector } = wanted;
  const asked = selector.kind === 'id' ? unfinished.get(selector.id) : undefined;
  if (selector.kind === 'id' && asked !== undefined)
    return new UserError(unfinishedText(asked, wanted.name, selector.id, wanted.now));
  const family = [...found.values()].sort((a, b) => a.snapshotAt.localeCompare(b.snapshotAt));
  if (family.length > 0) return new UserError(whyNone(family, wanted, where));
  if (unreadable > 0)
    return new UserError(
      `No backup named "${wanted.name}" in ${where} can be read: ${plural(unreadable, 'manifest')} ${unreadable === 1 ? 'is' : 'are'} damaged, or of a newer pgkeep.`,
    );
  if (unfinished.size > 0)
    return new UserError(
      `There are no backups named "${wanted.name}" in ${where}, only ${plural(unfinished.size, 'folder')} without a manifest, which is written last: a first backup is under way, or was killed. Look at the runs of the backup workflow.`,
    );
  const families = (await Promise.all(stores.map(listFamilies))).flat();
  const others = [...new Set(families)].filter((name) => name !== wanted.name).sort();
  return new UserError(
    `There are no backups named "${wanted.name}" in ${where}. ${
      others.length === 0 ? 'Check the storage URL.' : `There are backups of ${others.join(', ')}: set name.`
    }`,
  );
}

/** @param family every backup of the family, at least one, oldest first */
function whyNone(family: readonly Manifest[], { name, label, selector, now }: Wanted, where: string): string {
  if (selector.kind === 'id')
    return `There is no backup "${selector.id}" named "${name}" in ${where}. Nearest in time: ${nearest(family, selector.id).join(', ')}; ${SHOW_ALL}`;
  const candidates =
    label === undefined ? family : family.filter((manifest) => (manifest.label ?? undefined) === label);
  const [oldest, newest] = [candidates[0], candidates.at(-1)];
  if (oldest === undefined || newest === undefined) return whyNoLabel(family, name, label ?? '', where);
  const none = `No backup named "${name}"${label === undefined ? '' : ` with label "${label}"`} in ${where}`;
  switch (selector.kind) {
    case 'before':
      return `${none} is of ${selector.text} or before. The oldest is of ${oldest.snapshotAt} (${oldest.id}).`;
    case 'random':
      return `${none} is that young. The newest is ${newest.id}, ${formatDuration((now.getTime() - new Date(newest.snapshotAt).getTime()) / 1000)} old.`;
    case 'latest-verified':
      return `${none} has passed verification. Run \`pgkeep verify\`, or name one by its id; the newest is ${newest.id}.`;
    case 'latest':
      return `${none} could be chosen a moment ago; now ${newest.id} can. Run this again.`;
  }
}

function whyNoLabel(family: readonly Manifest[], name: string, label: string, where: string): string {
  const labels = [...new Set(family.flatMap((manifest) => manifest.label ?? []))].sort();
  const there = labels.length === 0 ? 'None of them has a label.' : `Their labels are ${labels.join(', ')}.`;
  return `No backup named "${name}" in ${where} has the label "${label}". ${there}`;
}

/** The last backup before and the first after the time in an id. */
function nearest(family: readonly Manifest[], id: string): string[] {
  const ids = family.map((manifest) => manifest.id).sort();
  const time = idTime(id).getTime();
  const before = ids.filter((other) => idTime(other).getTime() <= time).at(-1);
  const after = ids.find((other) => idTime(other).getTime() > time);
  return [before, after].filter((other) => other !== undefined);
}
