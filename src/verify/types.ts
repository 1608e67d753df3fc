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
