import type { TocEntry } from '../../postgres/toc.js';
import { isRows } from '../archive/kinds.js';

const ROWS = 'TABLE DATA ';
const VALUE = 'SEQUENCE SET ';
const SEQUENCE = 'SEQUENCE ';

/** Entries of a restore into a database that is there, in the two steps in which they are restored. */
export interface InPlaceEntries {
  /** In one transaction. */
  main: TocEntry[];
  /**
   * The values of sequences that are there already. No transaction takes back what `setval` did to them, so they come
   * after everything that could fail.
   */
  values: TocEntry[];
}

/**
 * Divides what is restored in place, and puts the rows of tables in order.
 * @param order of tables, by `schema.name`; those that it does not have go last
 */
export function inPlaceEntries(
  entries: readonly TocEntry[],
  content: 'all' | 'schema' | 'data',
  order: readonly string[],
): InPlaceEntries {
  const made = new Set(
    content === 'data'
      ? []
      : entries.flatMap(({ text, catalogId }) =>
          catalogId !== 0 && text.startsWith(SEQUENCE) ? [text.slice(SEQUENCE.length)] : [],
        ),
  );
  const isValue = ({ text, catalogId }: TocEntry): boolean =>
    catalogId === 0 && text.startsWith(VALUE) && !made.has(text.slice(VALUE.length));
  const main = entries.filter((entry) => !isValue(entry));
  // Without the rows' entries the others stay where they are.
  const rows = inOrder(main.filter(isRows), order)[Symbol.iterator]();
  return {
    main: main.map((entry) => (isRows(entry) ? (rows.next().value ?? entry) : entry)),
    values: content === 'schema' ? [] : entries.filter(isValue),
  };
}

/** `order` has names as `schema.name`, the table of contents both with a space between, and the owner behind. */
function inOrder(entries: readonly TocEntry[], order: readonly string[]): TocEntry[] {
  const rank = new Map(order.map((table, index) => [table, index]));
  const rankOf = (entry: TocEntry): number => rank.get(tableIn(entry, rank) ?? '') ?? order.length;
  return [...entries].sort((a, b) => rankOf(a) - rankOf(b));
}

/** The table of an entry among those that are known. Names may hold spaces, so each way to divide the text is tried. */
export function tableIn({ text }: TocEntry, known: { has(table: string): boolean }): string | undefined {
  const words = text.slice(ROWS.length).split(' ');
  for (let end = words.length - 1; end >= 2; end -= 1)
    for (let at = 1; at < end; at += 1) {
      const table = `${words.slice(0, at).join(' ')}.${words.slice(at, end).join(' ')}`;
      if (known.has(table)) return table;
    }
  return undefined;
}
