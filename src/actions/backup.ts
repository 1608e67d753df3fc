import { outputsOf } from '../backup/outputs.js';
import { redReasons } from '../backup/result.js';
import { backupTold } from '../backup/told.js';
import { backupSummary } from '../backup/summary.js';
import { runAction } from '../github/action.js';
import { readActionInputs } from '../github/inputs.js';
import { setOutputs } from '../github/outputs.js';
import { appendSummary, summaryMarkup } from '../github/summary.js';
import { actionOptions, reasonTeller, toldInSummary } from './shared.js';

const UNFINISHED = {
  title: 'Backup failed',
  next: 'No database was dumped. Correct what is named here, then run the job again; its log has the details.',
};

/** The backup action: the root action and `backup/`. */
export function backupAction(): Promise<never> {
  return runAction(async (context) => {
    const { reporter } = context;
    const { inputs, result } = await toldInSummary(context, UNFINISHED, async () => {
      const inputs = readActionInputs('backup', reporter);
      return { inputs, result: await backupTold({ ...actionOptions('backup', context, inputs), inputs }) };
    });
    setOutputs(outputsOf(result), reporter);
    await appendSummary(backupSummary(result, inputs, summaryMarkup, reasonTeller(context)), reporter);
    const reasons = redReasons(result);
    if (reasons.length > 0) throw new AggregateError(reasons);
  }, reasonTeller);
}
