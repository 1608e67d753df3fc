import type { ProgramOptions } from '../backup/run-options.js';
import type { CheckMigrationsInputs } from '../inputs/values.js';
import type { Approval } from './judge/index.js';

export interface MigrationOptions extends ProgramOptions {
  inputs: CheckMigrationsInputs;
  /** Asks whether the loss of data was accepted; only where there is a loss. */
  approval?: () => Promise<Approval | undefined>;
}
