/** How one thing that was compared turned out. */
export type Verdict = 'equal' | 'different' | 'not measured';

export type FindingKind =
  | 'part'
  | 'definitions'
  | 'object kind'
  | 'object'
  | 'table'
  | 'generated columns'
  | 'sequence'
  | 'materialized view'
  | 'large objects'
  | 'extension'
  | 'collation'
  | 'index'
  | 'restore'
  | 'expected table'
  | 'check'
  | 'age'
  | 'control';

/** One thing that was compared: what, and how it turned out. */
export interface Finding {
  kind: FindingKind;
  /** What exactly: `public.orders`. */
  name: string;
  verdict: Verdict;
  /** What the fingerprint says; with `different`. */
  expected?: string;
  /** What there is; with `different`. */
  found?: string;
  /** With `not measured`: why. With `different`, where it helps: what it means. */
  why?: string;
  /** Reported, but by itself no reason to turn a run red (the version of an extension). */
  minor?: true;
}

/** What became of the damage that was done on purpose, to see that the comparison notices. */
export type ControlOutcome = 'noticed' | 'not noticed' | 'not applicable' | 'not run';

/** What a verification found. Holds names of tables and counts, never a row. */
export interface VerifyReport {
  version: 1;
  verdict: 'passed' | 'failed';
  backupId: string;
  name: string;
  label: string | null;
  database: string;
  snapshotAt: string;
  /** The storage URL that the backup was read from. */
  storage: string;
  startedAt: string;
  finishedAt: string;
  /**
   * The versions of the server that it was restored into and of the one that it was made of; and whether code of the
   * backup was kept from the network (null: no scratch server was started, or the user gave one).
   */
  server: { scratch: string; source: string; isolated: boolean | null };
  /** Stored bytes that were fetched. */
  bytes: number;
  seconds: { fetch: number; restore: number; compare: number; total: number };
  totals: { equal: number; different: number; notMeasured: number };
  control: { outcome: ControlOutcome; damage: string | null };
  findings: Finding[];
}

export interface VerifyResult {
  report: VerifyReport;
  /** Where the verdict was stored; undefined where it could not be, which turns the run red. */
  stored: string | undefined;
  /** Newer backups that cannot be chosen, and why: each turns the run red, though not the verdict on this backup. */
  passedOver?: readonly string[];
}
