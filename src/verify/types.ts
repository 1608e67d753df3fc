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
  | 'role'
  | 'collation'
  | 'index'
  | 'restore'
  | 'expected table'
  | 'check'
  | 'age'
  | 'newer backup'
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
  /** `failed` also where the backup itself is sound, but too old or not the newest (`isSound`). */
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
  /** What was kept from reaching another server in the scratch copy: `foreign server crm`, `subscription s`. */
  neutralised: string[];
  /** What else is to be known, a sentence or more each: nothing of it turned the verdict, or has a name out of the database. */
  warnings: string[];
  findings: Finding[];
}

export interface VerifyResult {
  report: VerifyReport;
  /** Where the verdict was stored; undefined where it could not be, which turns the run red. */
  stored: string | undefined;
}
