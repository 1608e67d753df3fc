import type { Reporter } from '../base/reporter.js';
import type { BackupInputs } from '../inputs/values.js';
import type { Method } from '../postgres/programs/index.js';
import type { ProgramCache } from '../postgres/types.js';
import type { ArtifactAccess } from '../storage/artifact/access.js';
import type { Source } from './manifest.js';

/** What every run is given beside its inputs. */
export interface CommonOptions {
  env: NodeJS.ProcessEnv;
  /** Who runs it, and where. */
  run: Omit<Source, 'databaseId'>;
  /** How `artifact://` reaches a repository's artifacts. */
  artifacts?: ArtifactAccess | undefined;
  reporter: Reporter;
  signal: AbortSignal;
}

/** What a run is given that uses PostgreSQL's programs. */
export interface ProgramOptions extends CommonOptions {
  /** RUNNER_TEMP on GitHub: holds what must lie on a disk, such as a backup's files and a scratch server. */
  tempDir: string;
  cache: ProgramCache;
  /** How programs may be installed. */
  method: Method;
  /** Of pgkeep. */
  version: string;
}

export interface RunOptions extends ProgramOptions {
  inputs: BackupInputs;
}
