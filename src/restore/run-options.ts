import type { ProgramOptions } from '../backup/run-options.js';
import type { RestoreInputs } from '../inputs/values.js';

export interface RestoreOptions extends ProgramOptions {
  inputs: RestoreInputs;
  /** Everybody can read what the reporter is told, so no name of a table or role may be in it. */
  isPublic?: boolean;
}
