import { ExplainedError } from '../base/errors.js';

/**
 * The error for a sentence on why a restore is not done. Those sentences have the names of what is in a database in quotes,
 * and in lists after a colon or in brackets: the log in the storage gets what comes before these.
 */
export function refusal(reason: string): ExplainedError {
  const [before = ''] = reason.replaceAll(/"(?:[^"\\]|\\.)*"/g, '"..."').split(/: | \(|\.$/);
  return new ExplainedError(reason, `${before}; the log of that run says more.`);
}
