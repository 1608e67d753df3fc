import type { Effects, Named, Rewritten, TableRows } from '../types.js';
import { lostValues } from './lost.js';
import type { DatabaseFacts, TableFacts } from './types.js';
import { byOid, fatesOf, rowsOf, type Fate } from './units.js';

/**
 * What became of the data, by what was counted before and after: `fatesOf` says which table of now is which of before.
 * Names are those from before the command, except of what is new. Partitioned tables are counted as one, so that rows may
 * move between partitions; large objects as the system's own table of them. Tables that could not be counted are left
 * out; the facts' `notMeasured` names them.
 */
export function effectsOf(before: DatabaseFacts, after: DatabaseFacts): Effects {
  const fates = fatesOf(before, after);
  const here = fates.filter((fate) => !isGone(fate));
  return {
    rows: [...fates.flatMap((fate) => rowsOfTable(fate, before)), ...largeObjects(before, after)],
    dropped: fates.filter(isGone).flatMap(({ before: { top, leaves } }) => {
      const rows = rowsOf(leaves);
      return rows === null ? [] : [{ table: named(top), rows, bytes: bytesOf(leaves) }];
    }),
    lost: here.flatMap((fate) => lostValues(fate, named(fate.before.top))),
    rewritten: [...here.flatMap(rewrittenTable), ...rewrittenViews(before, after)],
    invalidIndexes: invalidIndexes(before, after),
    notValid: notValid(before, after),
  };
}

function isGone({ top, leaves }: Fate): boolean {
  return top === undefined && leaves.length === 0;
}

function rowsOfTable(fate: Fate, { tables }: DatabaseFacts): TableRows[] {
  const before = rowsOf(fate.before.leaves);
  const after = rowsOf(fate.leaves.map(({ now }) => now));
  if (before === null || after === null) return [];
  const rows = { table: named(fate.before.top), before, after: isGone(fate) ? null : after };
  const fewerIn = after < before ? fewer(fate, tables) : [];
  return [fewerIn.length === 0 ? rows : { ...rows, fewerIn }];
}

/** The most partitions that are named. */
const MOST_PARTITIONS = 100;

function fewer({ before: { top, leaves }, leaves: remaining }: Fate, tables: readonly TableFacts[]): Named[] {
  if (top.kind !== 'partitioned table') return [];
  const now = new Map(remaining.map(({ now: { rows }, was }) => [was?.oid, rows]));
  const lost = leaves.filter(({ oid, rows }) => (now.get(oid) ?? 0) < (rows ?? 0));
  const between = tables.filter(({ root, kind }) => root === top.oid && kind === 'partitioned table');
  return [...lost, ...between].slice(0, MOST_PARTITIONS).map(named);
}

function largeObjects(before: DatabaseFacts, after: DatabaseFacts): TableRows[] {
  const table = { schema: 'pg_catalog', name: 'pg_largeobject_metadata' };
  if (before.largeObjects === 0) return [];
  return [{ table, before: before.largeObjects, after: after.largeObjects }];
}

/** Only tables that live on: one that was made anew is no rewrite, and one that is empty now was truncated. */
function rewrittenTable({ before, leaves }: Fate): Rewritten[] {
  const files = leaves.flatMap(({ now, was }) =>
    was !== undefined && isRewritten(was, now) && now.rows !== 0 ? [was] : [],
  );
  return files.length === 0 ? [] : [{ table: named(before.top), bytes: bytesOf(files) }];
}

function rewrittenViews(before: DatabaseFacts, after: DatabaseFacts): Rewritten[] {
  const now = byOid(after);
  return before.tables.flatMap((view) => {
    const same = view.kind === 'materialized view' ? now.get(view.oid) : undefined;
    return same !== undefined && isRewritten(view, same) ? [{ table: named(view), bytes: view.bytes }] : [];
  });
}

function isRewritten(was: TableFacts, now: TableFacts): boolean {
  return was.filenode !== now.filenode && was.fileBytes > 0;
}

function invalidIndexes(before: DatabaseFacts, after: DatabaseFacts): Effects['invalidIndexes'] {
  const known = new Set(before.invalidIndexes.map(({ oid }) => oid));
  return after.invalidIndexes
    .filter(({ oid }) => !known.has(oid))
    .map(({ index, table }) => ({ index, table }));
}

/** One that was NOT VALID, dropped and made so again is as it was. */
function notValid(before: DatabaseFacts, after: DatabaseFacts): Effects['notValid'] {
  const keys = before.notValid.flatMap(({ oid, tableOid, constraint }) => [
    String(oid),
    JSON.stringify([tableOid, constraint]),
  ]);
  const known = new Set(keys);
  return after.notValid
    .filter(
      ({ oid, tableOid, constraint }) =>
        !known.has(String(oid)) && !known.has(JSON.stringify([tableOid, constraint])),
    )
    .map(({ constraint, table }) => ({ constraint, table }));
}

function named({ schema, name }: TableFacts): Named {
  return { schema, name };
}

function bytesOf(tables: readonly TableFacts[]): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, 0);
}
