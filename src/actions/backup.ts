import { tmpdir } from 'node:os';
import { runBackup } from '../backup/run.js';
import { redReasons, totalsOf, type RunResult } from '../backup/result.js';
import { backupSummary } from '../backup/summary.js';
import { runAction } from '../github/action.js';
import type { GithubContext } from '../github/context.js';
import { readActionInputs } from '../github/inputs.js';
import { setOutputs } from '../github/outputs.js';
import { appendSummary, summaryMarkup } from '../github/summary.js';
import { toolCache } from '../github/tool-cache.js';
import type { Reporter } from '../base/reporter.js';
import { VERSION } from '../version.js';

/** The backup action: the root action and `backup/`. */
export function backupAction(): Promise<never> {
  return runAction(async ({ reporter, signal, github }) => {
    const inputs = readActionInputs('backup', reporter);
    const result = await runBackup({
      inputs,
      env: process.env,
      tempDir: process.env['RUNNER_TEMP'] ?? tmpdir(),
      cache: toolCache,
      method: 'auto',
      version: VERSION,
      run: sourceOf(github),
      reporter,
      signal,
    });
    publishOutputs(result, reporter);
    await appendSummary(backupSummary(result, inputs, summaryMarkup), reporter);
    const reasons = redReasons(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
  });
}

/** What the manifest says of the run. */
function sourceOf(github: GithubContext | undefined): Parameters<typeof runBackup>[0]['run'] {
  if (github === undefined) return {};
  const { repository, workflow, runId, runUrl, actor } = github;
  return {
    repository,
    runId,
    runUrl,
    ...(workflow === undefined ? {} : { workflow }),
    ...(actor === undefined ? {} : { actor }),
  };
}

function publishOutputs(result: RunResult, reporter: Reporter): void {
  const { results } = result;
  const last = results.at(-1);
  if (last === undefined) return;
  const each = results.map((one) => ({
    'backup-id': one.manifest.id,
    manifest: one.manifest,
    locations: one.locations,
    bytes: totalsOf([one]).bytes,
    'database-bytes': one.manifest.databaseBytes,
    'duration-seconds': one.durationSeconds,
    rows: one.manifest.totals?.rows ?? null,
  }));
  const totals = totalsOf(results);
  setOutputs(
    {
      'backup-id': last.manifest.id,
      manifest: last.manifest,
      locations: last.locations,
      bytes: totals.bytes,
      'database-bytes': totals.databaseBytes,
      'duration-seconds': totals.seconds,
      rows: totals.rows,
      ...(results.length + result.failures.length > 1 ? { backups: each } : {}),
    },
    reporter,
  );
}
