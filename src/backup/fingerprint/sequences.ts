import { quoteIdentifier, SqlError, type Psql } from '../../postgres/psql.js';
import type { TocEntry } from '../../postgres/toc.js';
import type { Patience } from './patience.js';
import type { SequenceFingerprint } from './types.js';

/** Where a sequence stands. Numbers are text, since a bigint may not fit a JSON number. */
export interface SequenceState {
  /** The last value that it gave; null: none since it was made or last set. */
  value: string | null;
  /** Where `value` is null: what it will give first. Absent where that could not be read. */
  first?: string;
}

export interface SequenceValue extends SequenceState {
  oid: number;
  schema: string;
  name: string;
  owner: string;
}

type Listed = SequenceValue & { readable: boolean };

// What has no rows on a standby has no value there either, and pg_dump leaves it out.
const SEQUENCES = `
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner,
  CASE WHEN has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN pg_sequence_last_value(c.oid)::text END AS value,
  has_sequence_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') AS readable
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND c.oid >= 16384 AND NOT (c.relpersistence = 'u' AND pg_is_in_recovery())`;

const AT_ONCE = 100;

/** Where every sequence stands at this moment: sequences ignore snapshots. */
export async function sequenceValues(psql: Psql): Promise<SequenceValue[]> {
  const listed = await psql.rows<Listed>(SEQUENCES);
  const unused = listed.filter(({ value, readable }) => value === null && readable);
  const states = new Map<number, SequenceState>();
  for (let at = 0; at < unused.length; at += AT_ONCE)
    for (const { oid, last, called } of await firstValues(psql, unused.slice(at, at + AT_ONCE)))
      states.set(oid, called ? { value: last } : { value: null, first: last });
  return listed.map((sequence) => ({ ...sequence, ...states.get(sequence.oid) }));
}

/** No function tells where a sequence begins that `setval(..., false)` or RESTART has set: it stands in its one row. */
function firstValues(
  psql: Psql,
  sequences: readonly SequenceValue[],
): Promise<{ oid: number; last: string; called: boolean }[]> {
  const queries = sequences.map(
    ({ oid, schema, name }) =>
      `SELECT ${oid}::int8 AS oid, last_value::text AS last, is_called AS called FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
  );
  return psql.rows(queries.join('\nUNION ALL '));
}

/**
 * The same in a database in use. The session must have a lock_timeout and be outside a transaction.
 * @throws SqlError when one stayed locked for longer than `patience` lasts, CancelledError.
 */
export async function readSequences(psql: Psql, patience: Patience): Promise<SequenceValue[]> {
  for (;;) {
    try {
      return await sequenceValues(psql);
    } catch (error) {
      // One is locked by others, or was dropped between being listed and being read.
      if (!(error instanceof SqlError) || !(await patience.again())) throw error;
    }
  }
}

/** The sequences of which the archive holds the value; their entries carry no OID. */
export function archivedSequences(
  sequences: readonly SequenceValue[],
  { toc, filtered }: { toc: readonly TocEntry[]; filtered: boolean },
): SequenceValue[] {
  const set = new Set(
    toc
      .filter(({ catalogId, text }) => catalogId === 0 && text.startsWith('SEQUENCE SET '))
      .map(({ text }) => text),
  );
  if (!filtered && set.size === sequences.length) return [...sequences];
  // pg_restore writes names with line breaks as spaces.
  return sequences.filter(({ schema, name, owner }) =>
    set.has(`SEQUENCE SET ${schema} ${name} ${owner}`.replaceAll(/[\r\n]/g, ' ')),
  );
}

/**
 * Sequences with their values before and after the dump.
 * @param after undefined where they could not be read again
 */
export function sequenceFingerprints(
  before: readonly SequenceValue[],
  after: readonly SequenceValue[] | undefined,
): SequenceFingerprint[] {
  const later = new Map(after?.map((sequence) => [sequence.oid, sequence]));
  return before
    .map((sequence) =>
      fingerprintOf(sequence, after === undefined ? undefined : (later.get(sequence.oid) ?? sequence)),
    )
    .sort((a, b) => (a.schema + '\0' + a.name < b.schema + '\0' + b.name ? -1 : 1));
}

function fingerprintOf(
  { schema, name, ...before }: SequenceValue,
  after: SequenceState | undefined,
): SequenceFingerprint {
  const first = {
    ...(before.first === undefined ? {} : { before: before.first }),
    ...(after?.first === undefined ? {} : { after: after.first }),
  };
  return {
    schema,
    name,
    before: before.value,
    ...(after === undefined ? {} : { after: after.value }),
    ...(Object.keys(first).length === 0 ? {} : { first }),
  };
}
