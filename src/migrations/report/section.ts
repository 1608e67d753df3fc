import type { Limits } from './limits.js';

export interface Column {
  title: string;
  /** Of names and statements, and of numbers. */
  as?: 'code' | 'number';
}

/** A part of a report, apart from how it looks. It holds text from the database and its programs as it is. */
export type Section = {
  /** `Locks` */
  title: string;
  /** `on 3 tables, the longest first` */
  detail: string;
  /** How many rows, items or lines there are beside those here. */
  more: number;
} & (
  | { kind: 'table'; columns: Column[]; rows: string[][] }
  | { kind: 'diff' | 'output' | 'list'; lines: string[] }
);

/** A table of the first of these; undefined where there are none. */
export function tableOf<T>(
  titles: Pick<Section, 'title' | 'detail'>,
  columns: Column[],
  all: readonly T[],
  { rows }: Limits,
  cells: (each: T) => string[],
): Section | undefined {
  if (all.length === 0) return undefined;
  return {
    kind: 'table',
    ...titles,
    columns,
    rows: all.slice(0, rows).map(cells),
    more: Math.max(all.length - rows, 0),
  };
}
