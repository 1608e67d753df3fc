/** What makes a check red. */
export type FailOn = 'error' | 'data-loss' | 'rewrite' | 'lock';

export interface Policy {
  failOn: readonly FailOn[];
  /** Milliseconds; given, it counts whatever `failOn` says. */
  maxLockMs: number | undefined;
}
