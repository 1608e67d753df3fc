import { formatAge } from '../base/units.js';
import { allProblems, worst, type StatusResult } from './result.js';
import type { ProblemKind } from './types.js';

/** What shields.io makes a badge of (shields.io/badges/endpoint-badge). */
export interface Badge {
  schemaVersion: 1;
  label: string;
  message: string;
  color: 'brightgreen' | 'yellow' | 'red';
}

const SHORT: Record<ProblemKind, string> = {
  'no-backup': 'none',
  'too-old': 'too old',
  'verify-failed': 'verification failed',
  'never-verified': 'never verified',
  'verify-too-old': 'not verified lately',
  'storage-unreadable': 'storage unreadable',
  unreadable: 'manifest unreadable',
  'size-change': 'odd size',
  'failed-runs': 'run failed',
  'clock-skew': 'wrong clock',
  'database-limit': 'database too large',
  'database-unreadable': 'database unreadable',
  'storage-limit': 'storage too full',
  orphans: 'orphans',
};

/** The state of all storages as a badge. */
export function badgeOf(result: StatusResult, now: Date): Badge {
  const label = 'backup';
  const [problem] = allProblems(result);
  if (problem !== undefined) return { schemaVersion: 1, label, message: SHORT[problem.kind], color: 'red' };
  const { newest, lastVerification } = worst(result);
  if (lastVerification === null) {
    const message = `${formatAge(newest?.ageSeconds ?? 0)} old, not verified yet`;
    return { schemaVersion: 1, label, message, color: 'yellow' };
  }
  const age = formatAge((now.getTime() - Date.parse(lastVerification.finishedAt)) / 1000);
  return { schemaVersion: 1, label, message: `verified ${age} ago`, color: 'brightgreen' };
}
