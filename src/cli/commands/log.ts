import { readHistory, type RunRecord } from '../../backup/history.js';
import { renderTable, type Column } from '../../base/table.js';
import { columnsOf } from '../../base/text.js';
import { formatDuration, plural } from '../../base/units.js';
import type { LogInputs } from '../../inputs/values.js';
import type { CommandContext } from './context.js';
import { printEach } from './families.js';

const COLUMNS: Column[] = [
  { title: 'STARTED (UTC)' },
  { title: 'ACTION' },
  { title: 'OUTCOME' },
  { title: 'TIME', align: 'right' },
  { title: 'BY', shrinks: true },
  { title: 'BACKUP, ERROR', shrinks: true },
];

const RUN: Column = { title: 'RUN' };

/** `pgkeep log`: who ran what, when, and how it ended; the newest last. */
export async function logCommand(inputs: LogInputs, json: boolean, context: CommandContext): Promise<void> {
  const since = inputs.since === undefined ? undefined : new Date(Date.now() - inputs.since);
  await printEach(inputs, json, context, async (store, name) => {
    const { records, unreadable } = await readHistory(store, name, since);
    if (unreadable > 0)
      context.reporter.warn(
        `${plural(unreadable, 'entry', 'entries')} in the log of ${name} in ${store.url} cannot be understood: damaged, or of a newer pgkeep.`,
      );
    if (records.length === 0)
      context.reporter.info(
        `The log of ${name} in ${store.url} has no runs${since === undefined ? '' : ' in that time'}.`,
      );
    const text = records.length === 0 ? '' : tableOf(records, context.width);
    return { data: records, text };
  });
}

/** The link of each run stands there only where it fits whole: half of one leads nowhere. */
function tableOf(records: readonly RunRecord[], width: number | undefined): string {
  const rows = records.map((record) => [...row(record), record.runUrl ?? '']);
  const whole = renderTable([...COLUMNS, RUN], rows);
  const fits = width === undefined || whole.split('\n').every((line) => columnsOf(line) <= width);
  return fits ? whole : renderTable(COLUMNS, rows, width);
}

function row({ startedAt, action, outcome, seconds, backup, actor, error }: RunRecord): string[] {
  return [
    startedAt.slice(0, 16).replace('T', ' '),
    action,
    outcome,
    formatDuration(seconds),
    actor ?? '',
    [backup, error].filter((text) => text !== null).join(': '),
  ];
}
