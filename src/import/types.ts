import type { ProgramOptions } from '../backup/run-options.js';
import type { ImportInputs } from '../inputs/values.js';
import type { TakenFrom } from './taken-at.js';

/** Archives in the directory and the tar format are unpacked in `tempDir` to be read. */
export interface ImportOptions extends ProgramOptions {
  /** Files and folders, as the user wrote them. */
  files: readonly string[];
  inputs: ImportInputs;
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
