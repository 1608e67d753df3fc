import * as core from '@actions/core';
import { errorsOf, failuresOf } from '../base/failure.js';
import { exitFlushed, runStoppable } from '../base/stop.js';
import { printableLine } from '../base/text.js';
import { VERSION } from '../version.js';
import { githubContext, type GithubContext } from './context.js';
import { GithubReporter } from './reporter.js';

/** What an action's main function is given. */
export interface ActionContext {
  reporter: GithubReporter;
  /** Aborted when the job is cancelled or something failed; who works under it cleans up and throws. */
  signal: AbortSignal;
  /** Undefined outside of GitHub Actions. */
  github: GithubContext | undefined;
}

/** How a run ended that did not fail. */
export type Ending = 'success' | 'skipped';

/** How much of what failed the output `error` holds, in UTF-16 units. */
const ERROR_LENGTH = 1000;

/**
 * Runs an action and ends the process: 0, or 1 with one annotation per failure. The output `outcome` is set either way,
 * `error` where something failed. The only place that turns errors into exit codes.
 * @param why how a failure is told where outputs may end up; nothing in it may be secret
 */
export async function runAction(
  main: (context: ActionContext) => Promise<Ending | void>,
  why: (context: Pick<ActionContext, 'github'>) => (error: unknown) => string,
): Promise<never> {
  const reporter = new GithubReporter();
  // A log that nobody reads any more is no reason to fail.
  process.stdout.on('error', () => undefined);
  let ending: Ending = 'success';
  const outcome = await runStoppable(async (signal) => {
    // Not before: whoever has read this line may send a signal.
    reporter.info(`pgkeep ${VERSION}`);
    ending = (await main({ reporter, signal, github: githubContext() })) ?? 'success';
  });
  if (!outcome.ok) {
    const told = errorsOf(outcome.error)
      .map(why({ github: githubContext() }))
      .join(' ');
    const line = printableLine(reporter.masked(told).replaceAll(/\s*\n\s*/g, ' '));
    core.setOutput('error', line.slice(0, ERROR_LENGTH));
    for (const { message, details } of failuresOf(outcome.error)) {
      reporter.fail(message);
      if (details.length > 0) reporter.detail(details.join('\n'));
    }
  }
  core.setOutput('outcome', outcome.ok ? ending : 'failure');
  return exitFlushed(outcome.ok ? 0 : 1);
}
