import { telling } from '../notify/telling.js';
import { keepIssue, requireIssues } from './issue.js';
import type { StatusOptions } from './options.js';
import { allProblems, type StatusResult } from './result.js';
import { runStatus } from './run.js';

/** `runStatus`, its issue, and whom the inputs name is told how it ended. */
export function statusTold(options: StatusOptions): Promise<StatusResult> {
  return telling({ ...options, action: 'status' }, async (families) => {
    requireIssues(options);
    const result = await runStatus(options);
    await keepIssue(options, result);
    const names = new Set(result.healths.map(({ name }) => name).filter((name) => name !== null));
    // Of a storage without any family no name is known: the message is that of what is wrong with it.
    for (const name of names.size > 0 ? names : [options.inputs.name ?? '?']) {
      const reasons = allProblems(result).map(({ message }) => message);
      const outcome = reasons.length > 0 ? 'failure' : 'success';
      families.push({ name, database: null, outcome, backup: null, reasons });
    }
    return result;
  });
}
