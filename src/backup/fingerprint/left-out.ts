import type { Reporter } from '../../base/reporter.js';
import type { Fingerprint } from './types.js';

/** What a backup lacks although it is green. */
export interface Caveat {
  /** Names nothing of the database: it is in the manifest, which is never encrypted. */
  sentence: string;
  names: readonly string[];
}

/** What pg_dump leaves out without a word. */
export interface LeftOut {
  caveats: Caveat[];
  notMeasured: Fingerprint['notMeasured'];
}

const SHOWN = 10;

/** Warns of each caveat, with names. @returns the sentences for the manifest */
export function tellCaveats(caveats: readonly Caveat[], reporter: Reporter): string[] {
  for (const { sentence, names } of caveats) {
    const shown = names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ', ...' : '');
    reporter.warn(names.length === 0 ? sentence : `${sentence} (${shown})`);
  }
  return caveats.map(({ sentence }) => sentence);
}
