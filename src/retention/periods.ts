import type { Within } from './types.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The rules that count periods. */
export type Counted = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

/**
 * Which period a time lies in, in UTC: two times share a number exactly when they share the hour, day, ... The numbers
 * mean nothing else. Weeks are ISO's, Monday to Sunday, so a week that spans New Year is one week; they are counted
 * from 1 January 1970, a Thursday. For `last` every backup is a period of its own.
 */
export const PERIODS: Readonly<Record<Counted, (time: Date, index: number) => number>> = {
  last: (_, index) => index,
  hourly: (time) => Math.floor(time.getTime() / HOUR),
  daily: (time) => Math.floor(time.getTime() / DAY),
  weekly: (time) => Math.floor((time.getTime() / DAY + 3) / 7),
  monthly: (time) => time.getUTCFullYear() * 12 + time.getUTCMonth(),
  yearly: (time) => time.getUTCFullYear(),
};

/**
 * The moment that lies a span before `time`. A day that the month does not have runs over into the next, as in restic
 * (Go's AddDate): one month before 31 March is 3 March, 2 March in a leap year.
 */
export function backFrom(time: Date, { years, months, days, hours }: Within): Date {
  const moment = new Date(time);
  // Not Date.UTC, for which the year 26 is 1926.
  moment.setUTCFullYear(time.getUTCFullYear() - years, time.getUTCMonth() - months, time.getUTCDate() - days);
  moment.setTime(moment.getTime() - hours * HOUR);
  return moment;
}
