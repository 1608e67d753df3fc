import type { Fact, MigrationReport } from '../types.js';

/** A label of the pull request that accepts the loss of data. */
export interface Approval {
  label: string;
  /** Who put it there; null where that could not be found out. */
  by: string | null;
}

/**
 * The verdict. An approval accepts data loss and nothing else: what fails for another reason stays red.
 */
export function gate(
  facts: readonly Fact[],
  approval: Approval | undefined,
): Pick<MigrationReport, 'outcome' | 'approvedBy'> {
  const failing = facts.filter(({ fails }) => fails);
  if (failing.length === 0) return { outcome: 'passed' };
  if (approval === undefined || failing.some(({ kind }) => kind !== 'data-loss'))
    return { outcome: 'failed' };
  return { outcome: 'approved', approvedBy: approval };
}
