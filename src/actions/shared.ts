import { tmpdir } from 'node:os';
import { publicReason } from '../backup/log.js';
import type { Source } from '../backup/manifest.js';
import { CancelledError, UserError } from '../base/errors.js';
import type { Markup } from '../base/markup.js';
import { errorsOf, failuresOf } from '../base/failure.js';
import type { ActionContext } from '../github/action.js';
import type { GithubContext } from '../github/context.js';
import { artifactAccess } from '../github/artifacts.js';
import { appendSummary, summaryMarkup } from '../github/summary.js';
import { toolCache } from '../github/tool-cache.js';
import { VERSION } from '../version.js';

/** What the log of a run keeps of who ran it. */
function sourceOf(github: GithubContext | undefined): Omit<Source, 'databaseId'> {
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

/**
 * What each action needs of the token with `artifact://`. To make artifacts takes no permission, to delete them does: a
 * backup does so where it prunes, and where it fails or begins anew.
 */
export const ARTIFACT_PERMISSIONS = {
  backup: 'write',
  prune: 'write',
  verify: 'write',
  restore: 'read',
  'check-migrations': 'read',
  status: 'read',
} as const;

/** What a room is run with in a workflow, but for its inputs, which must be there before. */
export function actionOptions(
  action: keyof typeof ARTIFACT_PERMISSIONS,
  context: ActionContext,
  inputs: { githubToken: string | undefined; artifactRetentionDays?: number | undefined },
) {
  const { reporter, signal, github } = context;
  const tempDir = process.env['RUNNER_TEMP'] ?? tmpdir();
  return {
    env: process.env,
    tempDir,
    artifacts: artifactAccess({
      token: inputs.githubToken,
      tempDir,
      isPublic: isForEverybody(context),
      permission: ARTIFACT_PERMISSIONS[action],
      retentionDays: inputs.artifactRetentionDays,
    }),
    cache: toolCache,
    method: 'auto',
    version: VERSION,
    run: sourceOf(github),
    reporter,
    signal,
  } as const;
}

/** Whether everybody can read the summary, so that no name of a table may stand in it. */
export function isForEverybody({ github }: Pick<ActionContext, 'github'>): boolean {
  return github?.isPublic === true;
}

/** How a failure is told in the summary and in the output `error`: in one line. */
export function reasonTeller(context: Pick<ActionContext, 'github'>): (error: unknown) => string {
  const nobody = { target: { host: undefined, user: undefined }, secrets: [] };
  return isForEverybody(context)
    ? (error) => publicReason(error, nobody)
    : (error) =>
        failuresOf(error)
          .map(({ message }) => message.replace(/\s*\n\s*/g, ' '))
          .join(' ');
}

/** Everything that makes a run red, as its annotations may tell it. */
export function redError(context: ActionContext, reasons: readonly unknown[]): AggregateError {
  const why = reasonTeller(context);
  return new AggregateError(
    reasons.map((reason) => (isForEverybody(context) ? new UserError(why(reason)) : reason)),
  );
}

/** What the summary says of a failure that leaves no result. */
export interface Unfinished {
  /** `Backup failed` */
  title: string;
  /** What did not happen, and what to do now. */
  next: string;
}

/** The summary of a run that failed before it had a result. */
export function failureSummary(
  { title, next }: Unfinished,
  error: unknown,
  why: (error: unknown) => string,
  markup: Pick<Markup, 'escape'> = summaryMarkup,
): string {
  const reasons = errorsOf(error).map((each) => `- ${markup.escape(why(each))}\n`);
  return `## ❌ ${title}\n\n${reasons.join('')}\n${next}\n`;
}

/** A failure that leaves no result is in the summary too; a cancelled run says nothing there. */
export async function toldInSummary<T>(
  context: ActionContext,
  unfinished: Unfinished,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CancelledError))
      await appendSummary(failureSummary(unfinished, error, reasonTeller(context)), context.reporter);
    throw error;
  }
}
