/** One line of an archive's table of contents. */
export interface TocEntry {
  dumpId: number;
  /** The catalog that the object is in, by OID: 1259 is pg_class. 0 for data and for what has no row of its own. */
  catalogId: number;
  /** The object's OID; for `TABLE DATA` that of the table. */
  oid: number;
  /** What is after the numbers: kind, schema, name and owner, separated by spaces that names may also hold. */
  text: string;
}

const ENTRY = /^(\d+); (\d+) (\d+) (.*)$/;

/**
 * Reads what `pg_restore --list` prints. Names are not parsed: pg_restore writes them unquoted and with line breaks
 * replaced, so objects are told apart by catalog and OID alone.
 */
export function parseToc(text: string): TocEntry[] {
  const entries: TocEntry[] = [];
  for (const line of text.split('\n')) {
    const match = ENTRY.exec(line);
    if (match === null) continue;
    entries.push({
      dumpId: Number(match[1]),
      catalogId: Number(match[2]),
      oid: Number(match[3]),
      text: match[4] ?? '',
    });
  }
  return entries;
}

/** The OIDs of the tables whose rows the archive holds. A table of a schema `DATA` reads the same, but has a catalog. */
export function tableDataOids(entries: readonly TocEntry[]): Set<number> {
  return new Set(
    entries
      .filter(({ catalogId, text }) => catalogId === 0 && text.startsWith('TABLE DATA '))
      .map(({ oid }) => oid),
  );
}

/** `catalogId/oid` of everything in the archive that has a row in a catalog. */
export function objectKeys(entries: readonly TocEntry[]): Set<string> {
  return new Set(
    entries.filter((entry) => entry.catalogId !== 0).map((entry) => `${entry.catalogId}/${entry.oid}`),
  );
}
