import type { Named } from '../types.js';

/** A column whose values are stored: one that is generated from others can be lost only with those. */
export interface ColumnFacts {
  /** Its attnum: stays the same for as long as it lives, whatever it is called. */
  number: number;
  name: string;
  /** `numeric(10,2)` */
  type: string;
  /** The type's OID and modifier: the type may have been renamed. */
  typeKey: string;
  /** Values that are not null; null where the table could not be read. */
  values: number | null;
}

/** A table or materialized view as the catalog has it, and what was counted in it. */
export interface TableFacts extends Named {
  oid: number;
  kind: 'table' | 'partitioned table' | 'materialized view';
  /** The topmost partitioned table above this one. */
  root: number | null;
  /** Another number: its rows are in another file. 0 for a partitioned table, which has none. */
  filenode: number;
  /** Of its own file alone. */
  fileBytes: number;
  /** With indexes and TOAST. */
  bytes: number;
  /** Without those of children; null where the table could not be read. 0 where nothing is counted. */
  rows: number | null;
  columns: ColumnFacts[];
}

export interface InvalidIndex {
  oid: number;
  index: Named;
  table: Named;
}

export interface NotValidConstraint {
  oid: number;
  constraint: string;
  tableOid: number;
  table: Named;
}

/** What a database holds at one moment. Nothing in it is a value out of a row. */
export interface DatabaseFacts {
  tables: TableFacts[];
  invalidIndexes: InvalidIndex[];
  notValid: NotValidConstraint[];
  /** Values that columns of the type oid refer to, and which are in no table of the user's. */
  largeObjects: number;
  /** Of the whole server. */
  roles: string[];
  /** What could not be counted, and why, one sentence each; they name tables. */
  notMeasured: string[];
}

/** What is left when the database is gone: `effectsOf(before, NOTHING)`. */
export const NOTHING: DatabaseFacts = {
  tables: [],
  invalidIndexes: [],
  notValid: [],
  largeObjects: 0,
  roles: [],
  notMeasured: [],
};
