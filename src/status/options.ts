import type { Source } from '../backup/manifest.js';
import type { Reporter } from '../base/reporter.js';
import type { StatusInputs } from '../inputs/values.js';
import type { Method } from '../postgres/programs/index.js';
import type { ProgramCache } from '../postgres/types.js';
import type { ArtifactAccess } from '../storage/artifact/access.js';
import type { IssueKeeper } from './issue.js';

export interface StatusOptions {
  inputs: StatusInputs;
  env: NodeJS.ProcessEnv;
  /** RUNNER_TEMP on GitHub. */
  tempDir: string;
  cache: ProgramCache;
  /** How psql may be installed, where a database is asked for its size. */
  method: Method;
  run: Omit<Source, 'databaseId'>;
  /** How `artifact://` reaches a repository's artifacts. */
  artifacts?: ArtifactAccess | undefined;
  /** Who keeps the issue that `issue` wants; undefined where no repository or no token is known. */
  issues?: IssueKeeper | undefined;
  reporter: Reporter;
  signal: AbortSignal;
}
