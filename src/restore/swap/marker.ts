import { createHash } from 'node:crypto';

const MARK = 'pgkeep: unfinished restore of ';

/** The comment of a database that is being restored into, by which what an interrupted run left is known. */
export function marker(database: string): string {
  return MARK + database;
}

/**
 * The connection limit with which such a database is made, until it has its comment: CREATE DATABASE cannot be in one
 * transaction with COMMENT. A number above a billion by the target's name: no real limit, and nobody else's.
 */
export function markingLimit(database: string): number {
  const digest = createHash('sha256').update(marker(database)).digest();
  return 1_000_000_000 + (digest.readUInt32BE(0) % 1_000_000_000);
}

/** The comment without a mark, which a database that is in use may have kept: no database is to inherit it. */
export function unmarked(comment: string | null | undefined): string | null {
  return comment === undefined || comment === null || comment.startsWith(MARK) ? null : comment;
}
