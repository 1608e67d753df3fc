import { formatAge } from '../base/units.js';
import type { FamilyNotice, NewestBackup, Notice } from './types.js';
import { isRecovery } from './when.js';

/** What happened, in one line: `backup of shop failed`. */
export function headline(notice: Notice): string {
  const { action, outcome, families, run } = notice;
  const told = families.filter((family) => outcome === 'success' || family.outcome === 'failure');
  const names = told.map(({ name }) => name);
  const of = names.length === 0 ? '' : ` of ${names.slice(0, 3).join(', ')}`;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  const ended = outcome === 'failure' ? 'failed' : isRecovery(notice) ? 'works again' : 'succeeded';
  const where = run.repository === undefined ? '' : ` (${run.repository})`;
  return `${action}${of}${more} ${ended}${where}`;
}

/** The newest backup and its age, or that there is none. */
export function newestText(newest: NewestBackup | null | undefined, now: Date): string {
  if (newest === undefined) return 'not known: the storage could not be read';
  if (newest === null) return 'none';
  const age = formatAge((now.getTime() - Date.parse(newest.snapshotAt)) / 1000);
  const verified =
    newest.verified === null
      ? 'never verified'
      : newest.verified
        ? 'verified'
        : 'its last verification failed';
  return `${newest.id}, ${age} old, ${verified}`;
}

/** What to know of a run, a line each: what failed, of which database, and what there is to fall back on. */
export function lines(notice: Notice): string[] {
  const now = new Date(notice.finishedAt);
  const many = notice.families.length > 1;
  return [
    ...notice.reasons,
    ...notice.families.flatMap((family) =>
      familyLines(family, now).map((line) => (many ? `${family.name}: ${line}` : line)),
    ),
  ];
}

function familyLines({ database, name, reasons, newest }: FamilyNotice, now: Date): string[] {
  return [
    ...(database === null || database === name ? [] : [`Database: ${database}`]),
    ...reasons,
    `Newest backup: ${newestText(newest, now)}`,
  ];
}

/** The whole message as plain text. */
export function plainText(notice: Notice): string {
  const link = notice.run.runUrl === undefined ? [] : [`Run: ${notice.run.runUrl}`];
  return [`pgkeep ${headline(notice)}`, ...lines(notice), ...link].join('\n');
}
