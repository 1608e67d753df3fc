import type { ProgramOptions } from '../backup/run-options.js';
import type { StatusInputs } from '../inputs/values.js';
import type { IssueKeeper } from './issue.js';

export interface StatusOptions extends Omit<ProgramOptions, 'version'> {
  inputs: StatusInputs;
  /** Who keeps the issue that `issue` wants; undefined where no repository or no token is known. */
  issues?: IssueKeeper | undefined;
}
