import type { Source } from '../backup/manifest.js';
import type { Reporter } from '../base/reporter.js';
import type { VerifyInputs } from '../inputs/values.js';
import type { Method } from '../postgres/programs/index.js';
import type { ProgramCache } from '../postgres/types.js';
import type { ArtifactAccess } from '../storage/artifact/access.js';

/** What it takes to restore a backup on a scratch server. */
export interface CopyOptions {
  inputs: Pick<
    VerifyInputs,
    'scratchUrl' | 'jobs' | 'postgresVersion' | 'postgresBin' | 'allowMissingExtensions'
  >;
  env: NodeJS.ProcessEnv;
  /** RUNNER_TEMP on GitHub: holds the backup's files and the scratch server. */
  tempDir: string;
  cache: ProgramCache;
  /** How programs may be installed. */
  method: Method;
  reporter: Reporter;
  signal: AbortSignal;
}

export interface VerifyOptions extends CopyOptions {
  inputs: VerifyInputs;
  /** Of pgkeep. */
  version: string;
  run: Omit<Source, 'databaseId'>;
  /** How `artifact://` reaches a repository's artifacts. */
  artifacts?: ArtifactAccess | undefined;
  /** A whole number below `below`, for choices at random. Default: the system's own source. */
  random?: (below: number) => number;
}
