import { UserError } from '../base/errors.js';

/** Levenshtein's distance: how many characters to insert, remove or replace to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The candidate that `word` was most likely meant to be; undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const bare = (text: string): string => text.toLowerCase().replaceAll('_', '-');
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = distance(bare(word), bare(candidate));
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/**
 * The error for a name that is not known: says the nearest one that is, and all of them.
 * @param what e.g. `input`, `option`.
 */
export function unknownName(what: string, name: string, known: readonly string[]): UserError {
  const near = nearest(name, known);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  const shown = name.length > 60 ? `${name.slice(0, 60)}...` : name;
  return new UserError(`Unknown ${what} ${JSON.stringify(shown)}.${hint} Known: ${known.join(', ')}.`);
}
