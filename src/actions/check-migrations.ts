import { CancelledError } from '../base/errors.js';
import { runAction, type ActionContext, type Ending } from '../github/action.js';
import { labelOf } from '../github/approval.js';
import { commentMarker, commentMarkup, PullRequestComment } from '../github/comments.js';
import { readActionInputs } from '../github/inputs.js';
import { setOutputs } from '../github/outputs.js';
import { pullRequestApi, pullRequestOf, type PullRequest } from '../github/pull-request.js';
import { appendSummary, summaryMarkup } from '../github/summary.js';
import type { CheckMigrationsInputs } from '../inputs/values.js';
import { annotationsOf, reasonsBeside } from '../migrations/annotations.js';
import { withApproval } from '../migrations/approvable.js';
import { workspaceOf } from '../migrations/paths.js';
import { migrationComment, migrationSummary, migrationText } from '../migrations/report/index.js';
import { migrationOutputs } from '../migrations/result.js';
import { checkMigrations } from '../migrations/run.js';
import type { MigrationReport } from '../migrations/types.js';
import { actionOptions, failureSummary, isForEverybody, reasonTeller, toldInSummary } from './shared.js';

const UNFINISHED = {
  title: 'The migrations were not checked',
  next: 'Nothing is known of them. Correct what is named here, then run the job again; its log has the details.',
};

const SKIPPED =
  'NOT CHECKED: the pull request comes from a fork. Its run has no secrets, and its code is not run on your data. Push the branch to this repository to have its migrations checked.';

/** What was found, and the comment that is to tell it. */
interface Checked {
  inputs: CheckMigrationsInputs;
  report: MigrationReport;
  comment: PullRequestComment | undefined;
}

/** The action in `check-migrations/`. */
export function checkMigrationsAction(): Promise<never> {
  return runAction(async (context): Promise<Ending> => {
    const checked = await toldInSummary(context, UNFINISHED, async () => {
      const request = pullRequestOf();
      return request?.fork === true ? undefined : check(context, request);
    });
    const { reporter } = context;
    if (checked === undefined) {
      reporter.warn(SKIPPED);
      await appendSummary(`## ⏭️ Migrations NOT CHECKED\n\n${summaryMarkup.escape(SKIPPED)}\n`, reporter);
      return 'skipped';
    }
    await tell(context, checked);
    const reasons = reasonsBeside(checked.report, !isForEverybody(context));
    if (reasons.length > 0) throw new AggregateError(reasons);
    return 'success';
  }, reasonTeller);
}

async function check(context: ActionContext, request: PullRequest | undefined): Promise<Checked> {
  const { reporter, signal } = context;
  const inputs = readActionInputs('check-migrations', reporter);
  const options = actionOptions('check-migrations', context, inputs);
  const api = request === undefined ? undefined : pullRequestApi(options.artifacts, signal);
  const number = request?.number ?? 0;
  const comment =
    api === undefined || !inputs.comment
      ? undefined
      : new PullRequestComment(
          api,
          number,
          commentMarker(inputs.name ?? '', inputs.workingDirectory),
          reporter,
        );
  const { approveLabel } = inputs;
  const approval =
    api === undefined || approveLabel === undefined
      ? {}
      : { approval: () => labelOf(api, number, approveLabel, reporter) };
  try {
    const report = await checkMigrations({ ...options, ...approval, inputs });
    return { inputs, report: request === undefined ? report : withApproval(report, approveLabel), comment };
  } catch (error) {
    if (!(error instanceof CancelledError))
      await comment?.correct(
        `${comment.marker}\n${failureSummary(UNFINISHED, error, reasonTeller(context), commentMarkup)}`,
      );
    throw error;
  }
}

async function tell(context: ActionContext, { inputs, report, comment }: Checked): Promise<void> {
  const { reporter, github } = context;
  const namesToo = !isForEverybody(context);
  setOutputs(migrationOutputs(report), reporter);
  if (namesToo) {
    const text = migrationText(report, { paint: (plain) => plain, width: undefined });
    await reporter.group('Report', () => Promise.resolve(reporter.info(text)));
  }
  await appendSummary(migrationSummary(report, summaryMarkup, { namesToo }), reporter);
  const workspace = workspaceOf(process);
  const { workingDirectory } = inputs;
  for (const { level, message, file } of annotationsOf(report, { workspace, workingDirectory, namesToo }))
    reporter.annotateAt(level, message, file);
  if (comment === undefined) return;
  const { marker } = comment;
  await comment.keep(
    migrationComment(report, commentMarkup, { namesToo, marker, runUrl: github?.runUrl ?? '' }),
  );
}
