import { runAction } from '../github/action.js';
import { readActionInputs } from '../github/inputs.js';
import { setOutputs } from '../github/outputs.js';
import { appendSummary, summaryMarkup } from '../github/summary.js';
import { outputsOf, redReasons, resultText } from '../restore/result.js';
import { restoreTold } from '../restore/told.js';
import { restoreSummary } from '../restore/summary.js';
import { actionOptions, isForEverybody, reasonTeller, redError, toldInSummary } from './shared.js';

const UNFINISHED = {
  title: 'Restore failed',
  next: 'A restore that fails leaves the target as it was. Correct what is named here, then run the job again; its log has the details.',
};

/** The action in `restore/`. */
export function restoreAction(): Promise<never> {
  return runAction(async (context) => {
    const { reporter } = context;
    const isPublic = isForEverybody(context);
    const result = await toldInSummary(context, UNFINISHED, () => {
      const inputs = readActionInputs('restore', reporter);
      return restoreTold({ ...actionOptions('restore', context, inputs), inputs, isPublic });
    });
    setOutputs(outputsOf(result), reporter);
    const namesToo = !isPublic;
    reporter.info(resultText(result, { namesToo }));
    await appendSummary(restoreSummary(result, summaryMarkup, { namesToo }), reporter);
    const reasons = redReasons(result);
    if (reasons.length > 0) throw redError(context, reasons);
  }, reasonTeller);
}
