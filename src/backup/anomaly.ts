import { formatBytes, formatCount, plural } from '../base/units.js';
import { totalBytes, type Manifest } from './manifest.js';

/** How many earlier backups a new one is held against. */
export const ELDERS = 5;

/** The middle of some numbers; the mean of the two in the middle of an even number of them. */
export function median(numbers: readonly number[]): number | undefined {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** A number of a backup that is far from what it was. */
interface Measure {
  what: string;
  of: (manifest: Manifest) => number | null;
  format: (value: number) => string;
}

const MEASURES: readonly Measure[] = [
  { what: 'size', of: totalBytes, format: formatBytes },
  { what: 'number of rows', of: ({ totals }) => totals?.rows ?? null, format: formatCount },
];

/**
 * Says in what a backup differs from its elders by more than `most` (0.5 is 50 %), a sentence each. They are those of
 * the family with the same label that were made in the same way; what none of them knows is not compared.
 * @param elders oldest first
 */
export function sizeChanges(manifest: Manifest, elders: readonly Manifest[], most: number): string[] {
  const compared = elders.filter((elder) => elder.id !== manifest.id).slice(-ELDERS);
  return MEASURES.flatMap(({ what, of, format }) => {
    const values = compared.map(of).filter((value) => value !== null);
    const [found, usual] = [of(manifest), median(values)];
    // From nothing every change is without measure.
    if (found === null || usual === undefined || usual === 0) return [];
    const change = (found - usual) / usual;
    if (Math.abs(change) <= most) return [];
    const percent = `${formatCount(Math.round(Math.abs(change) * 100))} % ${change < 0 ? 'less' : 'more'}`;
    const before =
      values.length === 1
        ? 'the backup before it'
        : `the median of the last ${plural(values.length, 'backup')}`;
    return [`Its ${what} is ${format(found)}, ${percent} than ${before} (${format(usual)}).`];
  });
}

/** The backups that a new one is to be compared with: of the same label, and of the same part of the database. */
export function eldersOf(manifest: Manifest, backups: readonly Manifest[]): Manifest[] {
  const way = wayOf(manifest);
  return backups.filter(
    (elder) =>
      elder.label === manifest.label && elder.snapshotAt < manifest.snapshotAt && wayOf(elder) === way,
  );
}

/** Options that change what a backup of the same database weighs. */
const WEIGHTY = [
  ...['format', 'content', 'compression', 'schemas', 'exclude-schemas', 'tables', 'exclude-tables'],
  ...['exclude-table-data', 'dump-args'],
];

function wayOf({ options }: Manifest): string {
  return JSON.stringify(WEIGHTY.map((name) => options[name] ?? null));
}
