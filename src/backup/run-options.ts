import type { Reporter } from '../base/reporter.js';
import type { BackupInputs } from '../inputs/values.js';
import type { Method } from '../postgres/programs/index.js';
import type { ProgramCache } from '../postgres/types.js';
import type { Source } from './manifest.js';
import type { ArtifactAccess } from '../storage/artifact/access.js';

export interface RunOptions {
  inputs: BackupInputs;
  env: NodeJS.ProcessEnv;
  /** RUNNER_TEMP on GitHub. */
  tempDir: string;
  cache: ProgramCache;
  /** How programs may be installed. */
  method: Method;
  version: string;
  run: Omit<Source, 'databaseId'>;
  /** How `artifact://` reaches a repository's artifacts. */
  artifacts?: ArtifactAccess | undefined;
  reporter: Reporter;
  signal: AbortSignal;
}
