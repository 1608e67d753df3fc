import { runAction } from '../github/action.js';
import { readActionInputs } from '../github/inputs.js';
import { setOutputs } from '../github/outputs.js';
import { appendSummary, summaryMarkup } from '../github/summary.js';
import { outputsOf, redReasons } from '../retention/run.js';
import { pruneSummary } from '../retention/summary.js';
import { pruneTold } from '../retention/told.js';
import { actionOptions, reasonTeller, toldInSummary } from './shared.js';

const UNFINISHED = {
  title: 'Nothing was removed',
  next: 'Correct what is named here, then run the job again; its log has the details.',
};

/** The action in `prune/`. */
export function pruneAction(): Promise<never> {
  return runAction(async (context) => {
    const { reporter } = context;
    const { inputs, result } = await toldInSummary(context, UNFINISHED, async () => {
      const inputs = readActionInputs('prune', reporter);
      return { inputs, result: await pruneTold({ ...actionOptions('prune', context, inputs), inputs }) };
    });
    setOutputs(outputsOf(result), reporter);
    await appendSummary(pruneSummary(result, inputs, summaryMarkup, reasonTeller(context)), reporter);
    const reasons = redReasons(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
  }, reasonTeller);
}
