import type { Markup } from '../base/markup.js';
import { renderTable, type Column } from '../base/table.js';
import { formatBytes, formatCount, plural } from '../base/units.js';
import { LOG_DAYS } from './log.js';
import { describePolicy } from './policy.js';
import type { Pruned } from './prune.js';
import type { Decision } from './types.js';

/** Before and after it is applied. */
type Planned = Omit<Pruned, 'done'> & Partial<Pick<Pruned, 'done'>>;

/** A plan longer than this is cut, with how many more there are. */
const LONGEST = 200;

const COLUMNS: Column[] = [{ title: '' }, { title: 'ID' }, { title: 'WHY', shrinks: true }];

const verdictOf = ({ keep }: Decision): string => (keep ? 'keep' : 'remove');

/** What is removed and what stays, in one line. */
export function planLine({ plan, orphans, dryRun, done }: Omit<Planned, 'oldRecords'>): string {
  const removed = plan.decisions.filter(({ keep }) => !keep).length;
  const kept = plan.decisions.length - removed;
  const left = orphans.remove.length;
  const parts = [
    `${plural(kept, 'backup')} kept (${formatBytes(plan.keptBytes)})`,
    `${plural(removed, 'backup')} ${dryRun ? 'would be removed' : done === undefined ? 'to be removed' : 'removed'} (${formatBytes(plan.removedBytes)})`,
    ...(left === 0 ? [] : [`${plural(left, 'orphan')} of killed runs`]),
  ];
  return parts.join(', ');
}

/** `daily backups of shop in s3://...: keep 7 daily backups` */
function headline({ name, storage, label, policy }: Planned): string {
  const of = label === null ? '' : ` with label "${label}"`;
  return `Backups of ${name}${of} in ${storage}: ${describePolicy(policy)}`;
}

function notesOf({ plan, orphans, oldRecords, dryRun, done }: Planned): string[] {
  const what = dryRun ? 'that would be removed' : done === undefined ? 'to be removed' : 'removed';
  const records = done?.records ?? oldRecords;
  const log =
    oldRecords === 0
      ? []
      : [`Records of runs older than ${LOG_DAYS} days in the log ${what}: ${formatCount(records)}.`];
  return [...plan.notes, ...orphans.notes, ...log];
}

/** A plan for the log and for a terminal: each backup, and why it is kept. */
export function planText(planned: Planned, width?: number): string {
  const { plan, orphans } = planned;
  const shown = plan.decisions.slice(0, LONGEST);
  const more = plan.decisions.length - shown.length;
  const rows = [
    ...shown.map((decision) => [verdictOf(decision), decision.id, decision.reasons.join(', ')]),
    ...orphans.remove.map(({ id }) => ['remove', id, 'no backup: left by a run that was killed']),
  ];
  return [
    headline(planned),
    ...(rows.length === 0 ? ['There are no backups.'] : [renderTable(COLUMNS, rows, width).trimEnd()]),
    ...(more > 0 ? [`... and ${plural(more, 'more', 'more')}`] : []),
    ...notesOf(planned),
    planLine(planned),
  ].join('\n');
}

/** The same for the job summary. */
export function planMarkdown(planned: Pruned, markup: Markup): string {
  const { plan, orphans } = planned;
  const shown = plan.decisions.slice(0, LONGEST);
  const more = plan.decisions.length - shown.length;
  const rows = [
    ...shown.map((decision) => [
      verdictOf(decision),
      markup.code(decision.id),
      markup.escape(decision.reasons.join(', ')),
    ]),
    ...orphans.remove.map(({ id }) => [
      'remove',
      markup.code(id),
      'no backup: left by a run that was killed',
    ]),
  ];
  return [
    `**${markup.escape(headline(planned))}**\n\n`,
    `${markup.escape(planLine(planned))}\n\n`,
    rows.length === 0 ? '' : `${markup.table(['', 'Backup', 'Why'], rows)}\n`,
    more > 0 ? `... and ${plural(more, 'more', 'more')}\n\n` : '',
    ...notesOf(planned).map((note) => `- ${markup.escape(note)}\n`),
  ].join('');
}
