import type { Reporter } from '../base/reporter.js';
import type { CompressionPlan } from '../codec/compression.js';
import type { Encryption } from '../codec/types.js';
import type { BackupInputs } from '../inputs/values.js';
import type { Connection, Programs } from '../postgres/types.js';
import type { Store } from '../storage/store.js';
import type { Manifest, Source } from './manifest.js';

/** What every backup of a run shares. */
export interface BackupContext {
  inputs: BackupInputs;
  programs: Programs;
  connection: Connection;
  stores: readonly Store[];
  /** Where settings of the stores are that their URLs leave out. */
  env: NodeJS.ProcessEnv;
  compression: CompressionPlan;
  encryption: Encryption;
  /** For `directory` dumps only; nothing else is ever staged on disk. */
  tempDir: string;
  /** Of pgkeep. */
  version: string;
  /** Who runs it; nothing outside GitHub. */
  run: Omit<Source, 'databaseId'>;
  reporter: Reporter;
  signal: AbortSignal;
}

/** A backup that was published, to all stores or to some. */
export interface BackupResult {
  manifest: Manifest;
  /** The manifest's URL in each store that has the backup. */
  locations: string[];
  durationSeconds: number;
  /** Why the run is red although a backup was published: a store that failed, a family of another database. */
  problems: string[];
}
