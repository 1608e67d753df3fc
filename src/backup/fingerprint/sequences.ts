import { SqlError, type Psql } from '../../postgres/psql.js';
import type { Patience } from './patience.js';
import type { SequenceFingerprint } from './types.js';

export interface SequenceValue {
  oid: number;
  schema: string;
  name: string;
  /** Null: never used. As text, since a bigint may not fit a JSON number. */
  value: string | null;
}

const SEQUENCES = `
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name,
  CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(c.oid)::text END AS value
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND c.oid >= 16384`;

/**
 * The last value of every sequence at this moment: sequences ignore snapshots. The session must have a lock_timeout and
 * be outside a transaction.
 * @throws SqlError when one stayed locked for longer than `patience` lasts, CancelledError.
 */
export async function readSequences(psql: Psql, patience: Patience): Promise<SequenceValue[]> {
  for (;;) {
    try {
      return await psql.rows<SequenceValue>(SEQUENCES);
    } catch (error) {
      // One is locked by others, or was dropped between being listed and being read.
      if (!(error instanceof SqlError) || !(await patience.again())) throw error;
    }
  }
}

/**
 * The sequences for which `included` holds, with their values before and after the dump.
 * @param after undefined where they could not be read again
 */
export function sequenceFingerprints(
  before: readonly SequenceValue[],
  after: readonly SequenceValue[] | undefined,
  included: (sequence: SequenceValue) => boolean,
): SequenceFingerprint[] {
  const later = new Map(after?.map((sequence) => [sequence.oid, sequence.value]));
  return before
    .filter(included)
    .map((sequence) => ({
      schema: sequence.schema,
      name: sequence.name,
      before: sequence.value,
      ...(after === undefined
        ? {}
        : { after: later.has(sequence.oid) ? (later.get(sequence.oid) ?? null) : sequence.value }),
    }))
    .sort((a, b) => (a.schema + '\0' + a.name < b.schema + '\0' + b.name ? -1 : 1));
}
