import type { Markup } from '../base/markup.js';
import { planMarkdown } from './plan-text.js';
import { redReasons, type PruneResult } from './run.js';

/** The job summary: what was removed, what stays and why. */
export function pruneSummary(
  result: PruneResult,
  { dryRun }: { dryRun: boolean },
  markup: Markup,
  why: (error: unknown) => string,
): string {
  const reasons = redReasons(result);
  const title =
    reasons.length > 0
      ? '## ❌ Pruning failed'
      : dryRun
        ? '## pgkeep prune: dry run'
        : '## ✅ Old backups removed';
  return [
    `${title}\n\n`,
    ...reasons.map((reason) => `- ${markup.escape(why(reason))}\n`),
    reasons.length > 0 ? '\n' : '',
    result.pruned.map((pruned) => planMarkdown(pruned, markup)).join('\n'),
  ].join('');
}
