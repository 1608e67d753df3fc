import { withoutComments } from '../comments.js';
import { LONGEST_SQL, type Statement } from '../types.js';
import { withoutSecrets } from './secrets.js';

/** A statement as it is collected, before it is known which are listed. */
export interface Recorded extends Statement {
  pid: number;
  /** Of its kind with others of the same millisecond: the order in the log. */
  order: number;
  /** A lock is told of it. */
  wanted: boolean;
}

/** More of a statement than is shown, since what is hidden in it may reach beyond the end. */
const LOOKED_AT = 4 * LONGEST_SQL;

const DEFINES =
  /(?:^|;)\s*(?:CREATE|ALTER|DROP|TRUNCATE|COMMENT|GRANT|REVOKE|REINDEX|CLUSTER|REFRESH|LOCK|VACUUM|SECURITY|IMPORT|REASSIGN|DO)\b/i;

/** As it is shown: trimmed, without secrets, cut. */
export function shown(sql: string): string {
  const text = withoutSecrets(sql.trimStart().slice(0, LOOKED_AT)).trimEnd();
  // Half a character at the end would be none.
  return text.slice(0, LONGEST_SQL).replace(/[\uD800-\uDBFF]$/, '');
}

/** Whether a statement, or one of a script that was sent as one, changes more than rows. */
export function defines(sql: string): boolean {
  return DEFINES.test(withoutComments(sql));
}

/**
 * The statements that are worth being listed, in the order in which they began: failed or unfinished ones, those that
 * locks are told of, changes of the schema, then the longest.
 */
export function chosen(records: readonly Recorded[], most: number): Recorded[] {
  if (records.length <= most) return inOrder(records);
  const ranked = records.map((record) => ({ record, rank: rankOf(record) }));
  ranked.sort((a, b) => a.rank - b.rank || (b.record.ms ?? 0) - (a.record.ms ?? 0));
  return inOrder(ranked.slice(0, most).map(({ record }) => record));
}

function rankOf(record: Recorded): number {
  if (record.error !== undefined || record.ms === null) return 0;
  if (record.wanted) return 1;
  return defines(record.sql) ? 2 : 3;
}

function inOrder(records: readonly Recorded[]): Recorded[] {
  return [...records].sort((a, b) => a.atMs - b.atMs || a.order - b.order);
}
