import { runAction } from '../github/action.js';
import { readActionInputs } from '../github/inputs.js';
import { setOutputs } from '../github/outputs.js';
import { appendSummary, summaryMarkup } from '../github/summary.js';
import { reportText } from '../verify/report-text.js';
import { outputsOf, redReasons } from '../verify/result.js';
import { verifyTold } from '../verify/told.js';
import { verifySummary } from '../verify/summary.js';
import { actionOptions, isForEverybody, reasonTeller, redError, toldInSummary } from './shared.js';

const UNFINISHED = {
  title: 'Nothing was verified',
  next: 'The verification came to no verdict, so nothing is known of the backup. Correct what is named here, then run the job again; its log has the details.',
};

/** The action in `verify/`. */
export function verifyAction(): Promise<never> {
  return runAction(async (context) => {
    const { reporter } = context;
    const result = await toldInSummary(context, UNFINISHED, () => {
      const inputs = readActionInputs('verify', reporter);
      return verifyTold({ ...actionOptions('verify', context, inputs), inputs });
    });
    setOutputs(outputsOf(result), reporter);
    const namesToo = !isForEverybody(context);
    if (namesToo) {
      const text = reportText(result.report, { paint: (plain) => plain, width: undefined });
      await reporter.group('Report', () => Promise.resolve(reporter.info(text)));
    }
    await appendSummary(verifySummary(result, summaryMarkup, { namesToo }), reporter);
    const reasons = redReasons(result);
    if (reasons.length > 0) throw redError(context, reasons);
  }, reasonTeller);
}
