/** PostgreSQL cuts longer names (NAMEDATALEN - 1), in bytes. */
const LONGEST = 63;

/** How much of the old name the names that are made from it keep, in bytes. */
const KEPT = 25;

/** What the names of databases have that a restore is under way into. */
export const BESIDE = '_restoring_';

const BEFORE = '_before_';
const RELOADED = '_comparing_';

/** Cuts a text to so many bytes of UTF-8, never inside of a character. */
export function cutBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  let end = bytes;
  // Bytes 10xxxxxx go on with the character before them.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.subarray(0, end).toString('utf8');
}

/** The first of `name`, `name-2`, `name-3`, ... that is not taken, none longer than PostgreSQL keeps. */
function unique(stem: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? '' : `-${count}`;
    const name = cutBytes(stem, LONGEST - suffix.length) + suffix;
    if (!taken.has(name)) return name;
  }
}

/** What the old database is called after it was replaced. */
export function beforeName(database: string, backupId: string, taken: ReadonlySet<string>): string {
  return unique(cutBytes(database, KEPT) + BEFORE + backupId, taken);
}

/** The database that is restored into, until it takes its place. */
export function besideName(database: string, backupId: string, taken: ReadonlySet<string>): string {
  return unique(cutBytes(database, KEPT) + BESIDE + backupId, taken);
}

/** The database that gets the definitions once more, to compare with. */
export function reloadName(database: string, backupId: string, taken: ReadonlySet<string>): string {
  return unique(cutBytes(database, KEPT) + RELOADED + backupId, taken);
}

/** Whether a database is called as those are that become this one, or are compared with it. */
export function isUnfinishedName(name: string, database: string): boolean {
  return [BESIDE, RELOADED].some((infix) => name.startsWith(cutBytes(database, KEPT) + infix));
}
