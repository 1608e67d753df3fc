import { reasonsOf, telling } from '../notify/telling.js';
import type { VerifyOptions } from './options.js';
import { redReasons } from './result.js';
import { runVerify } from './run.js';
import type { VerifyResult } from './types.js';

/** `runVerify`, and whom the inputs name is told how it ended. */
export function verifyTold(options: VerifyOptions): Promise<VerifyResult> {
  return telling({ ...options, action: 'verify' }, async (families) => {
    const result = await runVerify(options);
    const { name, database, backupId } = result.report;
    const red = redReasons(result);
    families.push({
      name,
      database,
      outcome: red.length > 0 ? 'failure' : 'success',
      backup: backupId,
      reasons: red.flatMap((reason) => reasonsOf(reason, undefined)),
    });
    return result;
  });
}
