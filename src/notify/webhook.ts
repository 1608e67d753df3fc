import { headline } from './text.js';
import type { Notice } from './types.js';

/**
 * What `notify-webhook` is sent, as JSON. It is public: fields are only ever added (docs/monitoring.md, Alerts).
 * `version` changes when that is not possible.
 */
export function webhookMessage(notice: Notice): Record<string, unknown> {
  const { action, outcome, reasons, families, startedAt, finishedAt, run } = notice;
  return {
    version: 1,
    action,
    outcome,
    summary: headline(notice),
    startedAt,
    finishedAt,
    repository: run.repository ?? null,
    workflow: run.workflow ?? null,
    runUrl: run.runUrl ?? null,
    reasons,
    families: families.map((family) => ({
      name: family.name,
      database: family.database,
      outcome: family.outcome,
      backup: family.backup,
      reasons: family.reasons,
      newestBackup: family.newest ?? null,
      previousOutcome: family.before ?? null,
    })),
  };
}
