import type { RunRecord } from '../backup/history.js';
import { minuteOf, plural } from '../base/units.js';
import type { Problem } from './types.js';

/**
 * The actions that run by themselves. Whoever restores or deletes by hand sees how it ends, and may never do it again;
 * and status would stay red because it was red.
 */
const UNATTENDED = ['backup', 'verify', 'prune'];

/**
 * Runs that failed since the last success of the same action; what failed before that is history.
 * @param records oldest first
 * @param where `shop in s3://bucket`
 */
export function failedRuns(records: readonly RunRecord[], where: string): Problem[] {
  return UNATTENDED.flatMap((action) => {
    const own = records.filter((record) => record.action === action);
    const failed = own.slice(own.findLastIndex(({ outcome }) => outcome === 'success') + 1);
    const last = failed.at(-1);
    if (last === undefined) return [];
    const error = last.error === null ? '' : ` ${last.error}`;
    const see = last.runUrl === null ? 'See the log of that run' : `See ${last.runUrl}`;
    const newest = failed.length === 1 ? '' : 'the last one ';
    return [
      {
        kind: 'failed-runs' as const,
        message: `${where}: ${plural(failed.length, 'run')} of ${action} failed since the last success, ${newest}on ${minuteOf(last.startedAt)}.${error} ${see}, correct what it names and run it again.`,
      },
    ];
  });
}
