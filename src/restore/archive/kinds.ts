import type { TocEntry } from '../../postgres/toc.js';

/** The OID of the catalog, in every major. */
const PG_EVENT_TRIGGER = 3466;

/** Whether an entry of a table of contents holds the rows of a table. Its catalog tells it from a table in a schema called DATA. */
export function isRows({ catalogId, text }: TocEntry): boolean {
  return catalogId === 0 && text.startsWith('TABLE DATA ');
}

/** Whether an entry holds data of any kind, which comes from a stream of its own in the archive. */
export function isData(entry: TocEntry): boolean {
  return isRows(entry) || (entry.catalogId === 0 && /^(BLOBS|BLOB DATA|STATISTICS DATA) /.test(entry.text));
}

/** Whether an entry makes something that can reach another server. */
export function reachesOut({ text }: TocEntry): boolean {
  return /^(FOREIGN DATA WRAPPER|SERVER|USER MAPPING|FOREIGN TABLE|SUBSCRIPTION) /.test(text);
}

/** Takes the event triggers, and what is said about them, out of a table of contents. */
export function splitEventTriggers(entries: readonly TocEntry[]): {
  others: TocEntry[];
  eventTriggers: TocEntry[];
} {
  const is = ({ catalogId, text }: TocEntry): boolean =>
    (catalogId === PG_EVENT_TRIGGER && text.startsWith('EVENT TRIGGER ')) ||
    (catalogId === 0 && /^(COMMENT|SECURITY LABEL) - EVENT TRIGGER /.test(text));
  return {
    others: entries.filter((entry) => !is(entry)),
    eventTriggers: entries.filter(is),
  };
}
