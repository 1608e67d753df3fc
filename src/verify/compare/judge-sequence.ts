import type { SequenceState } from '../../backup/fingerprint/sequences.js';
import type { SequenceFingerprint } from '../../backup/fingerprint/types.js';
import type { Finding } from '../types.js';
import { different, equal, notMeasured, titleOf } from './findings.js';

/** A restored sequence: where it stands, and how it counts. */
export interface RestoredSequence extends SequenceState {
  schema: string;
  name: string;
  increment: string;
  cycle: boolean;
}

/**
 * A sequence is no part of a snapshot: the archive has some value between those read before and after the dump, in the
 * direction in which it counts.
 */
export function judgeSequence(expected: SequenceFingerprint, found: RestoredSequence | undefined): Finding {
  const name = titleOf(expected);
  const before = stateOf(expected.before, expected.first?.before);
  const after = expected.after === undefined ? undefined : stateOf(expected.after, expected.first?.after);
  const text = boundsText(before, after);
  if (found === undefined) return different('sequence', name, text, 'missing');
  const moved = after === undefined || !same(before, after);
  const judged = moved ? judgeMoved(before, after, found) : same(before, found);
  if (typeof judged === 'string') return notMeasured('sequence', name, judged);
  return judged ? equal('sequence', name) : different('sequence', name, text, stateText(found));
}

/** Whether a sequence that was used during the dump is where it may be, or why that cannot be said. */
function judgeMoved(
  before: SequenceState,
  after: SequenceState | undefined,
  found: RestoredSequence,
): boolean | string {
  const direction = found.increment.startsWith('-') ? -1n : 1n;
  // What is not known is in any order.
  const inOrder = (a?: string | null, b?: string | null): boolean =>
    typeof a !== 'string' || typeof b !== 'string' || (BigInt(b) - BigInt(a)) * direction >= 0n;
  const start = before.value ?? before.first;
  // Counting never leads to a sequence that has given nothing yet.
  const wasSet = after?.value === null;
  const turned = !wasSet && !inOrder(start, after?.value);
  if (wasSet || (turned && !found.cycle)) return 'it was set to another value during the dump';
  if (found.value === null) return same(before, found);
  const bounds = [inOrder(start, found.value), inOrder(found.value, after?.value)];
  if (turned ? bounds.includes(true) : !bounds.includes(false)) return true;
  return found.cycle && 'it was used during the dump, and may have started over more than once';
}

function stateOf(value: string | null, first: string | undefined): SequenceState {
  return first === undefined ? { value } : { value, first };
}

/** What begins where nobody knows is like any that has given nothing yet: the first fingerprints do not say. */
function same(a: SequenceState, b: SequenceState): boolean {
  if (a.value !== null || b.value !== null) return a.value === b.value;
  return a.first === undefined || b.first === undefined || a.first === b.first;
}

function stateText({ value, first }: SequenceState): string {
  if (value !== null) return value;
  return first === undefined ? 'never used' : `not used yet, begins at ${first}`;
}

function boundsText(before: SequenceState, after: SequenceState | undefined): string {
  if (after === undefined) return `${stateText(before)} or later`;
  return same(before, after) ? stateText(before) : `${stateText(before)} to ${stateText(after)}`;
}
