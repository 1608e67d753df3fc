import type { Source } from '../backup/manifest.js';
import type { Reporter } from '../base/reporter.js';
import type { CheckMigrationsInputs } from '../inputs/values.js';
import type { Method } from '../postgres/programs/index.js';
import type { ProgramCache } from '../postgres/types.js';
import type { ArtifactAccess } from '../storage/artifact/access.js';
import type { Approval } from './judge/index.js';

export interface MigrationOptions {
  inputs: CheckMigrationsInputs;
  env: NodeJS.ProcessEnv;
  /** RUNNER_TEMP on GitHub: holds the backup's files and the scratch server. */
  tempDir: string;
  cache: ProgramCache;
  /** How programs may be installed. */
  method: Method;
  /** Of pgkeep. */
  version: string;
  run: Omit<Source, 'databaseId'>;
  /** How `artifact://` reaches a repository's artifacts. */
  artifacts?: ArtifactAccess | undefined;
  reporter: Reporter;
  signal: AbortSignal;
  /** Asks whether the loss of data was accepted; only where there is a loss. */
  approval?: () => Promise<Approval | undefined>;
}
