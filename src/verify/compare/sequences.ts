import type { SequenceFingerprint } from '../../backup/fingerprint/types.js';
import type { Finding } from '../types.js';
import { different, equal, keyOf, notMeasured, titleOf } from './findings.js';
import { excuseFor, type Comparison } from './request.js';

export interface RestoredSequence {
  schema: string;
  name: string;
  /** Null: never used. As text, as all numbers here, since a bigint may not fit a double. */
  value: string | null;
  increment: string;
  cycle: boolean;
}

const SEQUENCES = `
SELECT n.nspname AS schema, c.relname AS name, pg_catalog.pg_sequence_last_value(c.oid)::text AS value,
  s.seqincrement::text AS increment, s.seqcycle AS cycle
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid WHERE c.relpersistence <> 't'`;

/** Each sequence of the fingerprint against the restored one. */
export async function compareSequences(comparison: Comparison): Promise<Finding[]> {
  const { psql, fingerprint } = comparison;
  if (fingerprint.sequences.length === 0) return [];
  const found = await psql.rows<RestoredSequence>(SEQUENCES);
  const restored = new Map(found.map((sequence) => [keyOf(sequence), sequence]));
  return fingerprint.sequences.map((sequence) => {
    const there = restored.get(keyOf(sequence));
    const why = there === undefined ? excuseFor(comparison, 'SEQUENCE', sequence) : undefined;
    return why === undefined
      ? judgeSequence(sequence, there)
      : notMeasured('sequence', titleOf(sequence), why);
  });
}

/**
 * A sequence is no part of a snapshot: the archive has some value between those read before and after the dump, in the
 * direction in which it counts.
 */
export function judgeSequence(expected: SequenceFingerprint, found: RestoredSequence | undefined): Finding {
  const name = titleOf(expected);
  const { before, after } = expected;
  const bounds = boundsText(expected);
  if (found === undefined) return different('sequence', name, bounds, 'missing');
  if (before === after) {
    return found.value === before
      ? equal('sequence', name)
      : different('sequence', name, bounds, valueText(found.value));
  }
  if (found.cycle) return notMeasured('sequence', name, 'it was used during the dump, and starts over');
  const direction = found.increment.startsWith('-') ? -1n : 1n;
  const ordered = (a: string, b: string): boolean => (BigInt(b) - BigInt(a)) * direction >= 0n;
  if (after === null || (typeof after === 'string' && before !== null && !ordered(before, after)))
    return notMeasured('sequence', name, 'it was set back during the dump');
  const within =
    found.value === null
      ? before === null
      : (before === null || ordered(before, found.value)) &&
        (after === undefined || ordered(found.value, after));
  return within ? equal('sequence', name) : different('sequence', name, bounds, valueText(found.value));
}

function valueText(value: string | null): string {
  return value ?? 'never used';
}

function boundsText({ before, after }: SequenceFingerprint): string {
  if (after === undefined) return `${valueText(before)} or later`;
  return before === after ? valueText(before) : `${valueText(before)} to ${valueText(after)}`;
}
