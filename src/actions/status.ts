import { runAction } from '../github/action.js';
import { issueKeeper } from '../github/issues.js';
import { readActionInputs } from '../github/inputs.js';
import { setOutputs } from '../github/outputs.js';
import { appendSummary, summaryMarkup } from '../github/summary.js';
import { outputsOf, redReasons } from '../status/result.js';
import { statusSummary } from '../status/summary.js';
import { statusTold } from '../status/told.js';
import { actionOptions, reasonTeller, toldInSummary } from './shared.js';

const UNFINISHED = {
  title: 'Nothing was checked',
  next: 'Correct what is named here, then run the job again; its log has the details.',
};

/** The action in `status/`. */
export function statusAction(): Promise<never> {
  return runAction(async (context) => {
    const { reporter } = context;
    const result = await toldInSummary(context, UNFINISHED, () => {
      const inputs = readActionInputs('status', reporter);
      const options = actionOptions('status', context, inputs);
      return statusTold({ ...options, inputs, issues: issueKeeper(options.artifacts, options.signal) });
    });
    setOutputs(outputsOf(result), reporter);
    await appendSummary(statusSummary(result, summaryMarkup, reasonTeller(context)), reporter);
    const reasons = redReasons(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
  }, reasonTeller);
}
