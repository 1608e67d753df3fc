import { tmpdir } from 'node:os';
import { CancelledError } from '../base/errors.js';
import { runBackup } from '../backup/run.js';
import { outputsOf } from '../backup/outputs.js';
import { redReasons } from '../backup/result.js';
import { backupSummary, failureSummary } from '../backup/summary.js';
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
    const { inputs, result } = await toldInSummary(reporter, async () => {
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
      return { inputs, result };
    });
    setOutputs(outputsOf(result), reporter);
    await appendSummary(backupSummary(result, inputs, summaryMarkup), reporter);
    const reasons = redReasons(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
  });
}

/** A failure that leaves no result is in the summary too; a cancelled run says nothing there. */
async function toldInSummary<T>(reporter: Reporter, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CancelledError))
      await appendSummary(failureSummary(error, summaryMarkup), reporter);
    throw error;
  }
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
