import type { Markup } from '../base/markup.js';
import { formatBytes, formatCount, formatDuration } from '../base/units.js';
import type { BackupInputs } from '../inputs/values.js';
import { planMarkdown } from '../retention/plan-text.js';
import { isEncrypted, totalBytes } from './manifest.js';
import { redReasons, type RunResult } from './result.js';

/**
 * The job summary: what, how big, how long, how many rows, where, and what to do next.
 * @param why tells a reason for a red run; where everybody can read it, without the names of tables.
 */
export function backupSummary(
  result: RunResult,
  inputs: BackupInputs,
  markup: Markup,
  why: (error: unknown) => string,
): string {
  const { results, failures, pruned } = result;
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
      : [reasons.map((reason) => `- ${markup.escape(why(reason))}\n`).join(''), '\n']),
    results.length + failures.length === 0 ? '' : `${markup.table(head, [...done, ...failed])}\n`,
    ...(where.length === 0
      ? []
      : [
          `**Where**\n\n${where.join('')}\n`,
          `**To restore**, follow ${markup.code('RECOVERY.md')} beside the manifest: it needs stock programs only.\n`,
        ]),
    ...pruned.map((each) => `\n${planMarkdown(each, markup)}`),
  ].join('');
}
