import { formatAge } from '../base/units.js';
import type { Store } from '../storage/store.js';
import { idTime } from './id.js';

/** A job on GitHub ends before that, and `prune` takes what is older for what a killed run left. */
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What a folder without a manifest may be. The manifest is written last, so it is no backup; but parts without one are
 * also what is left where somebody removed the manifest of a sound backup.
 */
export function unfinishedText(store: Store, name: string, id: string, now: Date): string {
  const ms = now.getTime() - idTime(id).getTime();
  const what =
    ms < DAY_MS
      ? 'It is being written at this moment, or was left by a job that was killed, or somebody removed its manifest.'
      : 'A job that was killed left it, or somebody removed its manifest.';
  return `${name}/${id} in ${store.url}, begun ${formatAge(ms / 1000)} ago, has no manifest, so it is no backup. ${what}`;
}
