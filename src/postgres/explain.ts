import { UserError } from '../base/errors.js';
import type { Target } from './connection/target.js';

export interface ExplainContext {
  target?: Target;
}

export function explainFailure(stderrText: string, context: ExplainContext): UserError | undefined {
  void context;
  return stderrText.includes('password authentication failed') ? new UserError(stderrText) : undefined;
}
