import type { Markup } from '../base/markup.js';
import { formatDuration, minuteOf } from '../base/units.js';
import { trendCharts } from './chart.js';
import { factsOf, whereOf } from './facts.js';
import { allProblems, isHealthy, type StatusResult } from './result.js';
import type { Health } from './types.js';

/** The job summary: problems first, then of each storage the facts, the trend and the last verifications. */
export function statusSummary(result: StatusResult, markup: Markup, why: (error: unknown) => string): string {
  const reasons = [...allProblems(result).map(({ message }) => message), ...result.failures.map(why)];
  const title = isHealthy(result) ? '## ✅ Backups are healthy' : '## ❌ Backups need attention';
  return [
    `${title}\n\n`,
    ...reasons.map((reason) => `- ${markup.escape(reason)}\n`),
    reasons.length > 0 ? '\n' : '',
    result.healths.map((health) => storageMarkdown(health, result, markup)).join('\n'),
  ].join('');
}

function storageMarkdown(health: Health, { database }: StatusResult, markup: Markup): string {
  const facts = factsOf(health, database).map(([title, text]) => [title, markup.escape(text)]);
  const charts = trendCharts(health.trend);
  return [
    `### ${markup.escape(whereOf(health))}\n\n`,
    facts.length === 0 ? '' : markup.table(['', ''], facts),
    charts === '' ? '' : `\n${charts}`,
    verificationsMarkdown(health, markup),
    health.notes.length === 0 ? '' : '\n',
    ...health.notes.map((note) => `- ${markup.escape(note)}\n`),
  ].join('');
}

function verificationsMarkdown({ verifications }: Health, markup: Markup): string {
  if (verifications.length === 0) return '';
  const rows = verifications.map(({ id, verdict, finishedAt, restoreSeconds }) => [
    markup.code(id),
    verdict === 'passed' ? 'passed' : '**failed**',
    minuteOf(finishedAt),
    formatDuration(restoreSeconds),
  ]);
  return `\n${markup.table(['Last verifications', 'Verdict', 'At', 'Restored in'], rows)}`;
}
