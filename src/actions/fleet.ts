import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { ExplainedError, messageOf, UserError } from '../base/errors.js';
import { secretsOf } from '../fleet/passed.js';
import { readLegs } from '../fleet/read.js';
import { parseReport, reportName, reportOf, type LegReport } from '../fleet/report.js';
import { failedOf, fleetResult, redReasons } from '../fleet/result.js';
import { fleetSummary } from '../fleet/summary.js';
import { planText } from '../fleet/text.js';
import { runAction, type ActionContext } from '../github/action.js';
import { readActionInputs } from '../github/inputs.js';
import { setOutputs } from '../github/outputs.js';
import { leaveForRun, leftInRun } from '../github/run-files.js';
import { appendSummary, summaryMarkup } from '../github/summary.js';
import type { FleetInputs } from '../inputs/values.js';
import { inParallel } from '../storage/artifact/parallel.js';
import { reasonTeller, toldInSummary } from './shared.js';

/** How many reports are read at the same time. */
const READERS = 8;

/** The action in `fleet/`: each of its steps is one of a workflow's. */
export function fleetAction(): Promise<never> {
  return runAction(async (context) => {
    const inputs = readActionInputs('fleet', context.reporter);
    checkGiven(inputs);
    switch (inputs.step) {
      case 'plan':
        return plan(inputs, context);
      case 'check':
        return checkSecrets(inputs, context);
      case 'report':
        return report(inputs, context);
      case 'summary':
        return summary(inputs, context);
    }
  }, reasonTeller);
}

/** What a step cannot do without; the plan gives it. */
function checkGiven({ step, id, database, expected }: FleetInputs): void {
  const needed = {
    plan: {},
    check: {},
    report: { id, database },
    summary: { id, expected: expected[0] },
  }[step];
  for (const [name, value] of Object.entries(needed))
    if (value === undefined)
      throw new UserError(`Input "${name}" is empty, and step ${step} needs it. Pass on what the plan gave.`);
}

const NOTHING_BEGUN = {
  title: 'Nothing was begun',
  next: 'Correct what is named here, then run it again.',
};

async function plan({ config, action }: FleetInputs, context: ActionContext): Promise<void> {
  const { reporter } = context;
  const legs = await toldInSummary(context, NOTHING_BEGUN, async () =>
    Promise.resolve(readLegs(config, action)),
  );
  reporter.info(planText(legs));
  const databases = legs.map(({ database }) => database).join('\n');
  const id = randomBytes(4).toString('hex');
  setOutputs({ matrix: legs, databases, count: legs.length, id }, reporter);
}

/**
 * Hides the secrets that come from elsewhere than GitHub's own, before a later step is given them: its log shows what it
 * is given. A passphrase that has gone missing must not end in a plaintext backup.
 */
function checkSecrets({ secrets, missingSecrets = '' }: FleetInputs, { reporter }: ActionContext): void {
  const given = secretsOf(secrets);
  const missing = missingSecrets.split(/\s+/).filter((name) => {
    const value = given.get(name);
    if (value !== undefined) reporter.mask(value);
    return name !== '' && value === undefined;
  });
  if (missing.length === 0) return;
  const text = `${missing.length === 1 ? 'There is no secret' : 'There are no secrets'} ${missing.join(', ')} for this job, or nothing is in it. Make it in the settings of the repository, and pass it on in SECRETS of the job that calls the workflow, by the name that the file gives.`;
  throw new ExplainedError(text, text);
}

/** The work is done or not, whoever tells of it: what keeps the report back is no reason to fail. */
async function report(inputs: FleetInputs, { reporter }: ActionContext): Promise<void> {
  const { id = '', database = '' } = inputs;
  try {
    const name = reportName(id, database, attempt());
    await leaveForRun(name, JSON.stringify(reportOf(inputs)), tempDir());
  } catch (error) {
    reporter.warn(
      `The summary of the fleet will lack what this job did, which is done all the same. ${messageOf(error)}`,
    );
  }
}

async function summary(inputs: FleetInputs, context: ActionContext): Promise<void> {
  const { reporter } = context;
  const { id = '', expected, action } = inputs;
  const reports = await reporter.group('Reports of the jobs', () => readReports(id, expected, context));
  const result = fleetResult(reports, inputs.result);
  setOutputs(
    { failed: failedOf(result.legs).map(({ database }) => database), report: result.legs },
    reporter,
  );
  await appendSummary(fleetSummary(result, action, summaryMarkup), reporter);
  const reasons = redReasons(result);
  if (reasons.length > 0) throw new AggregateError(reasons);
}

/** By database. What cannot be read counts as what was not written: GitHub's own word for the jobs is left. */
async function readReports(
  id: string,
  databases: readonly string[],
  { reporter }: ActionContext,
): Promise<Map<string, LegReport | undefined>> {
  try {
    const reports = await inParallel(databases, READERS, (database) => newestReport(id, database));
    return new Map(databases.map((database, index) => [database, reports[index]]));
  } catch (error) {
    reporter.warn(`What the jobs reported could not be read. ${messageOf(error)}`);
    return new Map(databases.map((database) => [database, undefined]));
  }
}

/** Of a run that was started again only some jobs ran again: the others spoke in an attempt before. */
async function newestReport(id: string, database: string): Promise<LegReport | undefined> {
  for (let number = attempt(); number >= 1; number -= 1) {
    const text = await leftInRun(reportName(id, database, number), tempDir());
    if (text !== undefined) return parseReport(text);
  }
  return undefined;
}

const attempt = (): number => Number(process.env['GITHUB_RUN_ATTEMPT'] ?? '1') || 1;
const tempDir = (): string => process.env['RUNNER_TEMP'] ?? tmpdir();
