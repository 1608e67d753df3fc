/** Where the time of a dump is from. */
export type TakenFrom = 'option' | 'archive' | 'file name' | 'file time';

export interface Taken {
  at: Date;
  from: TakenFrom;
}

// 20250131_020000, 2025-01-31T02-00-00-000Z, 2025-01-31, 202501310200: a date, and a time where one follows. What comes
// before or after is no digit, so that a longer number is not taken for a date.
const DATED =
  /(?<!\d)((?:19|20)\d\d)([-._]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:(?:[T_. -]|at)*?([01]\d|2[0-3])[-:._h]?([0-5]\d)(?:[-:._m]?([0-5]\d)(?:[-.,_]?\d{3})?)?(Z)?)?(?!\d)/i;
/** `date +%s`: seconds since 1970, from 2001 on. */
const EPOCH = /(?<!\d)(1\d{9})(?!\d)/;

/**
 * The time in a file's name: a date with or without a time of day, or seconds since 1970. One without `Z` is of this
 * machine's time zone, as `date` wrote it.
 */
export function timeInName(name: string): Date | undefined {
  const dated = DATED.exec(name);
  if (dated !== null) {
    const [, year, , month, day, hour = '00', minute = '00', second = '00', zone = ''] = dated;
    const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone.toUpperCase()}`);
    // The 31st of a month without one becomes another day.
    const found = zone === '' ? date.getDate() : date.getUTCDate();
    if (found === Number(day)) return date;
  }
  const epoch = EPOCH.exec(name)?.[1];
  return epoch === undefined ? undefined : new Date(Number(epoch) * 1000);
}

/**
 * When a dump was taken: as the user says, else by the archive's own header, the file's name, or the time at which the
 * file was last written. What lies in the future is not believed, since such a backup would never be pruned.
 */
export function takenAt(
  known: { option: Date | undefined; archive: Date | undefined; name: string; modified: Date },
  now: Date,
): Taken {
  const candidates: [TakenFrom, Date | undefined][] = [
    ['option', known.option],
    ['archive', known.archive],
    ['file name', timeInName(known.name)],
  ];
  for (const [from, at] of candidates) if (at !== undefined && at <= now) return { at, from };
  return { at: known.modified <= now ? known.modified : now, from: 'file time' };
}
