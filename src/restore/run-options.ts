import type { Source } from '../backup/manifest.js';
import type { Reporter } from '../base/reporter.js';
import type { RestoreInputs } from '../inputs/values.js';
import type { Method } from '../postgres/programs/index.js';
import type { ProgramCache } from '../postgres/types.js';
import type { ArtifactAccess } from '../storage/artifact/access.js';

export interface RestoreOptions {
  inputs: RestoreInputs;
  env: NodeJS.ProcessEnv;
  /** RUNNER_TEMP on GitHub: holds the backup's files. */
  tempDir: string;
  cache: ProgramCache;
  /** How programs may be installed. */
  method: Method;
  /** Of pgkeep. */
  version: string;
  run: Omit<Source, 'databaseId'>;
  /** How `artifact://` reaches a repository's artifacts. */
  artifacts?: ArtifactAccess | undefined;
  /** Everybody can read what the reporter is told, so no name of a table or role may be in it. */
  isPublic?: boolean;
  reporter: Reporter;
  signal: AbortSignal;
}
