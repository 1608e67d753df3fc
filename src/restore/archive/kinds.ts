import type { TocEntry } from '../../postgres/toc.js';

/** OIDs of catalogs, the same in every major. */
const PG_EVENT_TRIGGER = 3466;
const PG_DEFAULT_ACL = 826;

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

const DEFAULTS = /^DEFAULT ACL .* DEFAULT PRIVILEGES FOR (?:LARGE OBJECTS|[A-Z]+) (.*)$/;

/** Whether an entry sets default privileges of one of these roles. Their names stand with line breaks as spaces. */
export function setsDefaultsOf({ catalogId, text }: TocEntry, roles: readonly string[]): boolean {
  const role = catalogId === PG_DEFAULT_ACL ? DEFAULTS.exec(text)?.[1] : undefined;
  return roles.some((name) => name.replaceAll(/[\r\n]/g, ' ') === role);
}

/** What pg_restore does one after the other, whatever depends on what. */
export interface Passes {
  main: TocEntry[];
  privileges: TocEntry[];
  refreshes: TocEntry[];
  eventTriggers: TocEntry[];
}

/** Divides a table of contents by when its entries are restored. */
export function passesOf(entries: readonly TocEntry[]): Passes {
  const passes: Passes = { main: [], privileges: [], refreshes: [], eventTriggers: [] };
  for (const entry of entries) passes[passOf(entry)].push(entry);
  return passes;
}

function passOf({ catalogId, text }: TocEntry): keyof Passes {
  if (catalogId === PG_EVENT_TRIGGER) return 'eventTriggers';
  if (catalogId === PG_DEFAULT_ACL) return 'privileges';
  if (catalogId !== 0) return 'main';
  if (text.startsWith('ACL ')) return 'privileges';
  if (text.startsWith('MATERIALIZED VIEW DATA ')) return 'refreshes';
  return /^(COMMENT|SECURITY LABEL) - EVENT TRIGGER /.test(text) ? 'eventTriggers' : 'main';
}
