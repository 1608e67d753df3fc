import type { Connection, Programs } from '../postgres/types.js';

/** The lock modes of tables, weakest first (PostgreSQL documentation, 13.3). */
export const LOCK_MODES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;

export type LockMode = (typeof LOCK_MODES)[number];

/** A relation, as a person would write it in the report: names are not quoted here. */
export interface Named {
  schema: string;
  name: string;
}

/** What a server ran for the command, in the order in which it was begun. */
export interface Statement {
  /** As it was sent, without surrounding blanks; cut to `LONGEST_SQL` characters. */
  sql: string;
  /** When it began, in milliseconds since the command was started. */
  atMs: number;
  /** Planning and execution; null: it had not ended when the command had. */
  ms: number | null;
  /** The server process that ran it: statements of one session have the same. */
  session: string;
  /** Why it failed; its message holds no value of a row. */
  error?: { sqlstate: string; message: string };
  /** Where in the pull request's files it stands, when that could be found. */
  file?: { path: string; line: number };
}

/**
 * What the command's locks on a table that was there before it blocked. Once for a table, unless what blocks less was
 * held longer: then for that too (ACCESS EXCLUSIVE for 10 ms, then SHARE for minutes).
 */
export interface HeldLock {
  table: Named;
  mode: LockMode;
  /** How long that was blocked, in milliseconds, all transactions together; as sampled, so at least as long. */
  ms: number;
  /** The longest time without a pause, in milliseconds: how long an application would have waited. */
  longestMs: number;
  /** What waits meanwhile. */
  blocks: 'reads and writes' | 'writes' | 'schema changes';
  /** Index into the statements: the one that took it, where it was held longest. */
  statement?: number;
}

/** Rows of a table that was there before; `after` is null when the table is gone. */
export interface TableRows {
  table: Named;
  before: number;
  after: number | null;
  /** Of a partitioned table: the partitions that have fewer rows than before, or are gone, and what is between them and the table. */
  fewerIn?: Named[];
}

/** A column that is gone, or in which values became NULL. Of a table that is gone no columns are listed. */
export interface LostValues {
  table: Named;
  column: string;
  /** `dropped`: the column is gone; `emptied`: fewer values are there than before; `retyped`: its type changed, so they may have been altered. */
  how: 'dropped' | 'emptied' | 'retyped';
  /** Non-null values that were in it and are gone; for `retyped` those that were converted. */
  values: number;
  /** For `retyped`: `numeric(10,2)` and `integer`. */
  types?: { before: string; after: string };
}

/** A table whose file was written anew. */
export interface Rewritten {
  table: Named;
  /** Its size before, with indexes and TOAST. */
  bytes: number;
}

/** What the command did to the data. */
export interface Effects {
  rows: TableRows[];
  /** Tables that are gone, with what was in them. */
  dropped: { table: Named; rows: number; bytes: number }[];
  lost: LostValues[];
  rewritten: Rewritten[];
  /** Indexes that `CREATE INDEX CONCURRENTLY` left behind unusable and that were not so before. */
  invalidIndexes: { index: Named; table: Named }[];
  /** Constraints that are NOT VALID and were not so, or not there, before. */
  notValid: { constraint: string; table: Named }[];
}

/** One object of the schema that is new, gone or otherwise. */
export interface SchemaChange {
  change: 'added' | 'removed' | 'changed';
  /** As pg_dump calls it: `TABLE`, `INDEX`, `FK CONSTRAINT`, `ACL`. */
  kind: string;
  /** `public.orders` */
  name: string;
  /** Lines that begin with `+`, `-` or a blank, three around each change. */
  diff: string[];
}

/** How the command ended. */
export interface CommandEnd {
  outcome: 'succeeded' | 'failed' | 'timed out' | 'not found';
  /** Null when a signal ended it. */
  exitCode: number | null;
  seconds: number;
  /** The last lines that it printed, masked and without values of rows; empty when it succeeded. */
  tail: string[];
}

/** Why something is worth a person's attention. */
export interface Fact {
  kind:
    | 'error'
    | 'hidden-error'
    | 'open-transaction'
    | 'not-measured'
    | 'duration'
    | 'data-loss'
    | 'rewrite'
    | 'lock'
    | 'invalid-index'
    | 'not-valid'
    | 'new-role';
  /** Whether it makes the check red, by `fail-on`. */
  fails: boolean;
  /** One sentence; names tables of the database. */
  message: string;
  /** One sentence: what to do instead, where there is a gentler form. */
  advice?: string;
  /** Index into the statements. */
  statement?: number;
}

/** What `check-migrations` found out. Nothing in it is a value out of a row. */
export interface MigrationReport {
  version: 1;
  /** `skipped`: nothing was checked; `why` says the reason. */
  outcome: 'passed' | 'failed' | 'approved' | 'skipped';
  why?: string;
  /** Who put the label there that accepts the data loss. */
  approvedBy?: { label: string; by: string | null };
  backupId: string | null;
  name: string | null;
  snapshotAt: string | null;
  /** Of the scratch server: `17.11`. */
  server: string | null;
  databaseBytes: number | null;
  startedAt: string;
  seconds: { restore: number; sanitize: number; before: number; command: number; after: number };
  command: CommandEnd | null;
  statements: Statement[];
  /** Statements that are not listed because there were too many. */
  statementsLeftOut: number;
  locks: HeldLock[];
  effects: Effects | null;
  schema: SchemaChange[];
  facts: Fact[];
  /** What could not be found out, and why, one sentence each. */
  notMeasured: string[];
}

/** What could not be seen to its end: an error, a lock or a loss may be hidden there. */
export type Blindness = 'statements' | 'locks' | 'rows';

/** Statements are shortened to this many characters. */
export const LONGEST_SQL = 2000;

/** The scratch database that a command is rehearsed on, as its superuser sees it. */
export interface Rehearsal {
  programs: Programs;
  connection: Connection;
  database: string;
  signal: AbortSignal;
}
