import type { RunRecord } from '../backup/history.js';
import { idTime } from '../backup/id.js';
import type { Inventory } from '../backup/inventory.js';
import { formatAge, plural } from '../base/units.js';
import type { Problem } from './types.js';

/** Clocks that are kept by NTP agree to far less than this. */
const TOLERATED_MS = 5 * 60_000;

/**
 * Times that are still to come: ages cannot be trusted, and retention takes the backup of tomorrow for the newest.
 * @param where `shop in s3://bucket`
 */
export function clockSkew(
  { entries, unreadable, orphans }: Pick<Inventory, 'entries' | 'unreadable' | 'orphans'>,
  records: readonly RunRecord[],
  { where, now }: { where: string; now: Date },
): Problem[] {
  const times: { what: string; time: number }[] = [
    ...entries.flatMap(({ manifest: { id, snapshotAt, finishedAt }, verified }) => [
      { what: `the snapshot of ${id} (by the clock of the database's server)`, time: Date.parse(snapshotAt) },
      { what: `the end of ${id} (by the clock of the machine that made it)`, time: Date.parse(finishedAt) },
      { what: `the id ${id} (by the clock of the machine that made it)`, time: idTime(id).getTime() },
      {
        what: `the verification of ${id} (by the clock of the machine that verified it)`,
        time: Date.parse(verified?.finishedAt ?? ''),
      },
    ]),
    ...[...unreadable, ...orphans].map(({ id }) => ({
      what: `the id ${id} (by the clock of the machine that made it)`,
      time: idTime(id).getTime(),
    })),
    ...records.map(({ action, startedAt }) => ({
      what: `the start of a run of ${action} at ${startedAt}`,
      time: Date.parse(startedAt),
    })),
  ];
  const ahead = times.filter(({ time }) => time > now.getTime() + TOLERATED_MS);
  const [first, ...rest] = ahead;
  if (first === undefined) return [];
  const furthest = ahead.reduce((most, each) => (each.time > most.time ? each : most), first);
  const age = formatAge((furthest.time - now.getTime()) / 1000);
  const others = rest.length === 0 ? '' : ` (and ${plural(rest.length, 'time')} more)`;
  return [
    {
      kind: 'clock-skew',
      message: `${where}: ${furthest.what} is ${age} in the future${others}. Ages and retention go by these times: set that clock by NTP, and check that of the machine that runs this.`,
    },
  ];
}
