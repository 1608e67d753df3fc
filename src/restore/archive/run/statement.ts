const LONGEST = 300;

/** From here on a statement may hold passwords or rows. */
const PRIVATE =
  /\b(OPTIONS\s*\(|CONNECTION\s+'|PASSWORD\s+'|VALUES\s*\(|OVERRIDING\s+SYSTEM)|pg_catalog\.lowrite\(/i;

/** A statement for people: on one line, short, and without what it may hold of passwords and rows. */
export function shortStatement(sql: string): string {
  const line = sql
    .slice(0, 4 * LONGEST)
    .replaceAll(/\s+/g, ' ')
    .trim();
  const end = PRIVATE.exec(line);
  const shown = end === null ? line : `${line.slice(0, end.index + end[0].length).replace(/['(]$/, '')}...`;
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}...` : shown;
}
