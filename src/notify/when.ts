import type { FamilyNotice, Notice, NotifyOn } from './types.js';

/**
 * Whether a run is told of. With `change`: the first failure, and the first success after one. Where it is not known how
 * the run before ended, a failure counts as the first, and a success as one of many.
 */
export function isToldOf(notice: Pick<Notice, 'outcome' | 'families'>, on: NotifyOn): boolean {
  switch (on) {
    case 'always':
      return true;
    case 'failure':
      return notice.outcome === 'failure';
    case 'change':
      // A run that failed before it came to any family has left no record that a later one could compare with.
      return notice.families.length === 0 ? notice.outcome === 'failure' : notice.families.some(isChange);
  }
}

function isChange({ outcome, before }: FamilyNotice): boolean {
  return outcome === 'failure' ? before !== 'failure' : before === 'failure';
}

/** Whether something that had failed works again. */
export function isRecovery({ outcome, families }: Pick<Notice, 'outcome' | 'families'>): boolean {
  return outcome === 'success' && families.some(({ before }) => before === 'failure');
}
