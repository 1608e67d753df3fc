import { formatCount } from '../../base/units.js';

/** What a month of the Free plan holds for private repositories: 500 MB for 31 days (docs.github.com, Actions billing). */
export const FREE_GB_HOURS = 372;

const MONTH_HOURS = 31 * 24;

export interface Schedule {
  /** Of one backup, as stored. */
  bytes: number;
  /** Between two backups. */
  everyHours: number;
  /** How long each is kept. */
  days: number;
}

/** The gigabyte-hours that a schedule costs in a month, once as many backups are stored as it keeps. */
export function gbHours({ bytes, everyHours, days }: Schedule): number {
  const stored = Math.ceil((days * 24) / everyHours);
  return (bytes / 1e9) * stored * MONTH_HOURS;
}

/** The same as a sentence, for the log. */
export function gbHoursText(schedule: Schedule): string {
  const cost = gbHours(schedule);
  const share = cost / FREE_GB_HOURS;
  const shown = cost < 10 ? cost.toFixed(1) : formatCount(Math.round(cost));
  const verdict =
    share > 1
      ? `${share.toFixed(1)} times what the Free plan has: uploads will be blocked before the month ends. Keep them for fewer days, or store in s3://bucket/prefix`
      : `${Math.max(1, Math.round(share * 100))} % of what the Free plan has`;
  return `At this size and schedule these artifacts cost about ${shown} GB-hours a month, ${verdict} (private repositories only; shared with all others of the account, and deleting gives none back).`;
}
