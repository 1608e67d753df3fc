import type { Source as Origin } from '../backup/manifest.js';
import type { Reporter } from '../base/reporter.js';
import type { ImportInputs } from '../inputs/values.js';
import type { Method } from '../postgres/programs/index.js';
import type { ProgramCache } from '../postgres/types.js';
import type { ArtifactAccess } from '../storage/artifact/access.js';
import type { TakenFrom } from './taken-at.js';

export interface ImportOptions {
  /** Files and folders, as the user wrote them. */
  files: readonly string[];
  inputs: ImportInputs;
  env: NodeJS.ProcessEnv;
  /** Archives in the directory and the tar format are unpacked here to be read. */
  tempDir: string;
  cache: ProgramCache;
  /** How programs may be installed. */
  method: Method;
  /** Of pgkeep. */
  version: string;
  run: Omit<Origin, 'databaseId'>;
  artifacts?: ArtifactAccess | undefined;
  reporter: Reporter;
  signal: AbortSignal;
}

/** What became of one file; what is not known of it is null. */
export interface FileResult {
  file: string;
  /** `present`: the family has it already. `planned`: of a dry run. `skipped`: something else in a folder of dumps. */
  outcome: 'imported' | 'present' | 'planned' | 'refused' | 'skipped';
  /** Why it was refused or skipped, or what went wrong with one of several storages. */
  why: string | null;
  name: string | null;
  id: string | null;
  database: string | null;
  takenAt: string | null;
  takenFrom: TakenFrom | null;
  format: 'custom' | 'directory' | 'plain' | null;
  bytes: number;
  sha256: string | null;
  /** The manifest's URL in each store that has it now. */
  locations: string[];
}
