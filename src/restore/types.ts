import type { Fingerprint } from '../backup/fingerprint/types.js';
import type { Manifest } from '../backup/manifest.js';
import type { Reporter } from '../base/reporter.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Connection, Programs } from '../postgres/types.js';
import type { Store } from '../storage/store.js';

export type Format = 'custom' | 'directory' | 'plain';

/** A backup that was chosen, and the store that has it. */
export interface ChosenBackup {
  store: Store;
  manifest: Manifest;
  /** The other stores that were given, in their order: they may have it too. */
  others: readonly Store[];
  /** With `latest`: what is newer and could not be chosen. */
  passedOver?: readonly PassedOver[];
}

/** What would have been chosen, had it been a backup that can be read. */
export interface PassedOver {
  id: string;
  /** `unreadable`: its manifest is. `unfinished`: it has none, and so is no backup. */
  state: 'unreadable' | 'unfinished';
  /** What it is and where, in a sentence or more; no name of anything in the database. */
  why: string;
}

/** A backup's files on disk: checked, decrypted, and such that PostgreSQL's programs read them. */
export interface StagedBackup extends ChosenBackup {
  format: Format;
  /** A file, or a folder for `directory`. */
  path: string;
  /** The roles and tablespaces as SQL; undefined where the backup has none. */
  globals: string | undefined;
  /** Undefined where none was taken. */
  fingerprint: Fingerprint | undefined;
  /** What was read from the store. */
  bytes: number;
  /** Removes the files; safe to call twice. */
  remove(): Promise<void>;
}

/** What pg_restore or psql complained about while it restored. */
export interface RestoreError {
  message: string;
  /** The statement that failed, shortened. */
  statement: string | undefined;
  /** The entry of the table of contents that it belongs to, as pg_restore names it: `TABLE orders postgres`. */
  entry: string | undefined;
  /** Known to change nothing about what was restored, and why. */
  harmless: string | undefined;
}

export interface ArchiveRestore {
  archive: Pick<StagedBackup, 'format' | 'path'>;
  programs: Programs;
  connection: Connection;
  /** Must be there. */
  database: string;
  /** Restores that run at the same time; 1 for plain. */
  jobs: number;
  /** Absent: all. */
  section?: 'pre-data' | 'data' | 'post-data';
  content: 'all' | 'schema' | 'data';
  /** Only these entries of the table of contents; absent: all. */
  entries?: readonly TocEntry[];
  owner: boolean;
  privileges: boolean;
  /** Roles whose default privileges are left out; absent: nobody's. */
  withoutDefaultsOf?: readonly string[];
  /** All or nothing; needs `jobs` 1. */
  singleTransaction: boolean;
  /** For progress: the bytes to expect. */
  estimatedBytes: number | null;
  reporter: Reporter;
  signal: AbortSignal;
}
