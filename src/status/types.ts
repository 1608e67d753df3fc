import type { Verified } from '../backup/verified.js';

export type ProblemKind =
  | 'too-old'
  | 'never-verified'
  | 'verify-too-old'
  | 'verify-failed'
  | 'size-change'
  | 'storage-limit'
  | 'database-limit'
  | 'failed-runs'
  | 'orphans'
  | 'unreadable'
  | 'clock-skew'
  | 'no-backup'
  | 'storage-unreadable'
  | 'database-unreadable';

/** Something that needs a person. */
export interface Problem {
  kind: ProblemKind;
  /** What happened, to what, and what to do next; no name of anything in a database. */
  message: string;
}

/** From when on something is a problem. */
export interface Limits {
  /** Of the newest backup. */
  maxAgeMs: number;
  /** Of the newest verification. */
  maxVerifyAgeMs: number;
  /** 0.5 is 50 %. */
  maxSizeChange?: number | undefined;
  /** Of all that the family has in one storage. */
  maxStorageBytes?: number | undefined;
}

export type Verdict = Verified['verdict'];

/** One backup in the course of all. */
export interface Point {
  id: string;
  /** ISO 8601, UTC, as all times here. */
  snapshotAt: string;
  /** As stored. */
  bytes: number;
  /** On the server. */
  databaseBytes: number | null;
  rows: number | null;
  /** Null of an imported dump: nobody knows how long it took. */
  durationSeconds: number | null;
  /** Of its newest verification. */
  verdict: Verdict | null;
}

/** The newest verification of one backup. */
export interface Verification {
  id: string;
  verdict: Verdict;
  finishedAt: string;
  restoreSeconds: number;
}

/** Runs in the log, of the last 30 days, but for those that only looked (`status`). */
export interface Runs {
  total: number;
  failed: number;
}

/** How one family is in one storage. */
export interface Health {
  /** Null where the storage holds no family, or cannot be read to find it. */
  name: string | null;
  /** The storage's URL. */
  storage: string;
  /** When this was found. */
  at: string;
  healthy: boolean;
  /** The gravest first. */
  problems: Problem[];
  newest: (Point & { ageSeconds: number }) | null;
  /** Backups that can be read. */
  count: number;
  /** Everything of the family, what is no backup too. */
  totalBytes: number;
  lastVerification: Verification | null;
  /** The last ones, newest first. */
  verifications: Verification[];
  /** The last backups, oldest first. */
  trend: Point[];
  runs: Runs;
  /** What a reader should know besides, a sentence each; no reason to do anything at once. */
  notes: string[];
}
