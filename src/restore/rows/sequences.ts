import { sequenceValues } from '../../backup/fingerprint/sequences.js';
import type { Psql } from '../../postgres/psql.js';
import type { ArchivedValue } from '../archive/index.js';

/** How the values of sequences meet the sequences of the target. Each by the values of the archive. */
export interface SequencesMet {
  /** They are not there. */
  missing: ArchivedValue[];
  /** The role may not read and set them. */
  closed: ArchivedValue[];
  /** Further on in the target: set back, they would give numbers again that were given already. */
  further: ArchivedValue[];
}

/** Nothing to meet. */
export const NO_SEQUENCES: SequencesMet = { missing: [], closed: [], further: [] };

interface Rights {
  oid: number;
  increment: string;
  open: boolean;
}

const RIGHTS = `SELECT c.oid::int8 AS oid, s.seqincrement::text AS increment,
    has_schema_privilege(c.relnamespace, 'USAGE') AND has_sequence_privilege(c.oid, 'SELECT') AND has_sequence_privilege(c.oid, 'UPDATE') AS open
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid`;

/** Compares the values of an archive with where the sequences of the target stand at this moment. */
export async function meetSequences(psql: Psql, values: readonly ArchivedValue[]): Promise<SequencesMet> {
  if (values.length === 0) return NO_SEQUENCES;
  const rights = new Map((await psql.rows<Rights>(RIGHTS)).map((each) => [each.oid, each]));
  const keyOf = ({ schema, name }: { schema: string; name: string }): string =>
    JSON.stringify([schema, name]);
  const there = new Map((await sequenceValues(psql)).map((each) => [keyOf(each), each]));
  const met: SequencesMet = { missing: [], closed: [], further: [] };
  for (const archived of values) {
    const sequence = there.get(keyOf(archived));
    const right = rights.get(sequence?.oid ?? 0);
    if (sequence === undefined || right === undefined) met.missing.push(archived);
    else if (!right.open) met.closed.push(archived);
    else {
      const { value, first } = sequence;
      const standing = { value: value ?? first ?? archived.value, called: value !== null };
      if (isFurther(standing, archived, right.increment)) met.further.push(archived);
    }
  }
  return met;
}

interface Standing {
  /** A bigint as text. */
  value: string;
  called: boolean;
}

/** Whether a sequence gives later numbers next than it would, were it set to what the archive has. */
export function isFurther(target: Standing, archived: Standing, increment: string): boolean {
  const step = BigInt(increment);
  const next = ({ value, called }: Standing): bigint => BigInt(value) + (called ? step : 0n);
  return step > 0n ? next(target) > next(archived) : next(target) < next(archived);
}

/** Some names for a sentence. */
export function namesOf(values: readonly ArchivedValue[]): string[] {
  return values.map(({ schema, name }) => `${schema}.${name}`);
}
