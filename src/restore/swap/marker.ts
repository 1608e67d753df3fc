const MARK = 'pgkeep: unfinished restore of ';

/** The comment of a database that is being restored into, by which what an interrupted run left is known. */
export function marker(database: string): string {
  return MARK + database;
}

/** The comment without a mark, which a database that is in use may have kept: no database is to inherit it. */
export function unmarked(comment: string | null | undefined): string | null {
  return comment === undefined || comment === null || comment.startsWith(MARK) ? null : comment;
}
