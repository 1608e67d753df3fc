import type { ProgramOptions } from '../backup/run-options.js';
import type { VerifyInputs } from '../inputs/values.js';

/** What it takes to restore a backup on a scratch server. */
export interface CopyOptions extends Pick<
  ProgramOptions,
  'env' | 'tempDir' | 'cache' | 'method' | 'reporter' | 'signal'
> {
  inputs: Pick<
    VerifyInputs,
    'scratchUrl' | 'jobs' | 'postgresVersion' | 'postgresBin' | 'allowMissingExtensions'
  >;
}

export interface VerifyOptions extends ProgramOptions {
  inputs: VerifyInputs;
  /** A whole number below `below`, for choices at random. Default: the system's own source. */
  random?: (below: number) => number;
}
