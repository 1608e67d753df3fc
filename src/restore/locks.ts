import type { TocEntry } from '../postgres/toc.js';

/** Catalogs by OID: pg_class, pg_constraint. */
const RELATION = 1259;
const CONSTRAINT = 2606;

/**
 * How many locks one transaction holds in the end that restores these entries: one for each relation, two more for the
 * TOAST table of a table and its index, one for the index of a key, one for each large object, which is locked when it
 * gets its owner.
 */
export function locksFor(entries: readonly TocEntry[], largeObjects: number): number {
  let locks = largeObjects;
  for (const { catalogId, text } of entries) {
    if (catalogId === RELATION) locks += /^(TABLE|MATERIALIZED VIEW) (?!ATTACH )/.test(text) ? 3 : 1;
    else if (catalogId === CONSTRAINT) locks += 1;
  }
  return locks;
}

/** Why a restore in one transaction is hopeless, or undefined. */
export function lockRefusal(locks: number, lockTable: number): string | undefined {
  if (locks <= lockTable) return undefined;
  return (
    `The role may make no database, so everything would be restored in one transaction, and that would hold about ${locks} locks: ` +
    `the server's lock table has room for ${lockTable}. Give the role CREATEDB and the target, or raise max_locks_per_transaction there (it needs a restart).`
  );
}
