import type { Inventory } from '../../backup/inventory.js';
import { chip, html, runLink, timeOf, type Html } from '../../base/page/html.js';
import { longTable, type Column } from '../../base/page/table.js';
import { formatCount, formatDuration } from '../../base/units.js';

const COLUMNS: Column[] = [
  { title: 'Backup' },
  { title: 'Verdict' },
  { title: 'At' },
  { title: 'Restored in', isNumber: true },
  { title: 'Compared in', isNumber: true },
  { title: 'Equal', isNumber: true },
  { title: 'Different', isNumber: true },
  { title: 'Run' },
];

/** How many are shown, and how many of these are not folded. */
const SHOWN = 50;
const OPEN = 6;

/** The newest verification of each backup that has one, newest first. */
export function verificationsSection({ entries }: Inventory): Html {
  const all = entries
    .flatMap(({ verified }) => (verified === undefined ? [] : [verified]))
    .sort((a, b) => Date.parse(b.finishedAt) - Date.parse(a.finishedAt));
  const rows = all
    .slice(0, SHOWN)
    .map(({ backupId, verdict, finishedAt, restoreSeconds, compareSeconds, totals, runUrl }) => [
      html`<code>${backupId}</code>`,
      chip(verdict === 'passed' ? 'good' : 'bad', verdict),
      timeOf(finishedAt),
      formatDuration(restoreSeconds),
      formatDuration(compareSeconds),
      formatCount(totals.equal),
      formatCount(totals.different),
      runLink(runUrl),
    ]);
  const none = html`<p class="muted">No backup was verified yet.</p> `;
  return html`<h3>Verifications</h3>
    ${rows.length === 0 ? none : longTable('Backups that were restored and compared, the last first', COLUMNS, rows, { open: OPEN, more: (count) => `${count} earlier` })}`;
}
