import { messageOf } from '../base/errors.js';
import { failuresOf } from '../base/failure.js';
import { formatBytes, formatCount, formatDuration } from '../base/units.js';
import type { BackupInputs } from '../inputs/values.js';
import { isEncrypted, totalBytes } from './manifest.js';
import { redReasons, type RunResult } from './result.js';

/** How text becomes Markdown; everything that comes from elsewhere goes through it. */
export interface Markup {
  escape(text: string): string;
  code(text: string): string;
  table(head: readonly string[], rows: readonly (readonly string[])[]): string;
}

/** The job summary of a run that failed before the first database's turn. */
export function failureSummary(error: unknown, markup: Markup): string {
  const reasons = failuresOf(error).map(({ message }) => `- ${markup.escape(message)}\n`);
  return `## ❌ Backup failed\n\n${reasons.join('')}\nNo database was dumped. Correct what is named here, then run the job again; its log has the details.\n`;
}

/** The job summary: what, how big, how long, how many rows, where, and what to do next. Never a table's name. */
export function backupSummary(result: RunResult, inputs: BackupInputs, markup: Markup): string {
  const { results, failures } = result;
  const reasons = redReasons(result);
  if (inputs.dryRun) return '## pgkeep: dry run\n\nAll checks passed; nothing was dumped.\n';
  const title = reasons.length === 0 ? '## ✅ Backup published' : '## ❌ Backup failed';
  const done = results.map(({ manifest, durationSeconds }) => [
    markup.escape(manifest.database),
    markup.code(manifest.id),
    formatBytes(totalBytes(manifest)),
    manifest.databaseBytes === null ? 'unknown' : formatBytes(manifest.databaseBytes),
    manifest.totals === null ? 'not measured' : formatCount(manifest.totals.rows),
    formatDuration(durationSeconds),
    isEncrypted(manifest) ? 'age' : 'no',
  ]);
  const failed = failures.map(({ database }) => [markup.escape(database), 'none', '', '', '', '', '']);
  const head = ['Database', 'Backup', 'Stored', 'On the server', 'Rows', 'Took', 'Encrypted'];
  const where = results.flatMap(({ locations }) =>
    locations.map((location) => `- ${markup.code(location)}\n`),
  );
  return [
    `${title}\n\n`,
    ...(reasons.length === 0
      ? []
      : [reasons.map((reason) => `- ${markup.escape(messageOf(reason))}\n`).join(''), '\n']),
    results.length + failures.length === 0 ? '' : `${markup.table(head, [...done, ...failed])}\n`,
    ...(where.length === 0
      ? []
      : [
          `**Where**\n\n${where.join('')}\n`,
          `**To restore**, follow ${markup.code('RECOVERY.md')} beside the manifest: it needs stock programs only.\n`,
        ]),
  ].join('');
}
