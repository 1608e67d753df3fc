import type { Entry, Inventory } from '../../backup/inventory.js';
import { chip, html, timeOf, type Content, type Html } from '../../base/page/html.js';
import { fold, longTable, table, type Column } from '../../base/page/table.js';
import { formatAge, formatBytes, formatCount, formatDuration, plural } from '../../base/units.js';
import type { RetentionPlan } from '../../retention/types.js';
import { pointOf } from '../health.js';
import { takenAt } from '../newest.js';
import { byKey } from './groups.js';

/** How many backups are listed one by one, and how many of these are not folded. */
export const LISTED = 200;
const OPEN = 12;

const COLUMNS: Column[] = [
  { title: 'Backup' },
  { title: 'Taken' },
  { title: 'Age', isNumber: true },
  { title: 'Size', isNumber: true },
  { title: 'Rows', isNumber: true },
  { title: 'Took', isNumber: true },
  { title: 'Verified' },
];

/** Every backup, newest first; what is older than the newest few hundred in one line a month. */
export function inventorySection(
  inventory: Inventory,
  plan: RetentionPlan | undefined,
  now: Date,
): Html | undefined {
  const newestFirst = [...inventory.entries].reverse();
  if (newestFirst.length === 0) return undefined;
  const removed = new Set(plan?.decisions.filter(({ keep }) => !keep).map(({ id }) => id));
  const columns = plan === undefined ? COLUMNS : [...COLUMNS, { title: 'Next prune' }];
  const rows = newestFirst.slice(0, LISTED).map((entry) => {
    const next = removed.has(entry.manifest.id) ? chip('warn', 'remove') : 'keep';
    return [...rowOf(entry, now), ...(plan === undefined ? [] : [next])];
  });
  const more = (count: number): string => plural(count, 'earlier backup');
  return html`<h3>Backups</h3>
    ${longTable(`${plural(newestFirst.length, 'backup')}, newest first`, columns, rows, { open: OPEN, more })}${months(newestFirst.slice(LISTED))}`;
}

function rowOf(entry: Entry, now: Date): Content[] {
  const { manifest, verified } = entry;
  const { id, snapshotAt, bytes, rows, durationSeconds } = pointOf(entry);
  const { label } = manifest;
  return [
    html`<code>${id}</code>${label === null ? undefined : html` ${chip('plain', label)}`}`,
    timeOf(snapshotAt),
    formatAge((now.getTime() - takenAt(manifest)) / 1000),
    formatBytes(bytes),
    rows === null ? '–' : formatCount(rows),
    durationSeconds === null ? '–' : formatDuration(durationSeconds),
    verified === undefined
      ? html`<span class="muted">not yet</span>`
      : verified.verdict === 'passed'
        ? chip('good', 'passed')
        : chip('bad', 'failed'),
  ];
}

const MONTHLY: Column[] = [
  { title: 'Month' },
  { title: 'Backups', isNumber: true },
  { title: 'Smallest', isNumber: true },
  { title: 'Largest', isNumber: true },
  { title: 'Verified', isNumber: true },
  { title: 'Failed', isNumber: true },
];

function months(entries: readonly Entry[]): Html | undefined {
  const byMonth = byKey(entries, ({ manifest }) => manifest.snapshotAt.slice(0, 7));
  const rows = [...byMonth].map(([month, own]) => {
    const sizes = own.map((entry) => pointOf(entry).bytes);
    const verdicts = (verdict: string): string =>
      formatCount(own.filter(({ verified }) => verified?.verdict === verdict).length);
    return [
      month,
      formatCount(own.length),
      formatBytes(Math.min(...sizes)),
      formatBytes(Math.max(...sizes)),
      verdicts('passed'),
      verdicts('failed'),
    ];
  });
  return fold(
    `${plural(entries.length, 'backup')} before these, by month`,
    table('Older backups by month (pgkeep list has each of them)', MONTHLY, rows),
  );
}
