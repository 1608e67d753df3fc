import type { Reporter } from '../base/reporter.js';
import type { CompressionPlan } from '../codec/compression.js';
import { dumpArgs, type DumpOptions } from '../postgres/argv.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Connection, Programs } from '../postgres/types.js';
import { startDump, type Dump } from './dump.js';

export interface ArchiveRequest {
  programs: Programs;
  connection: Connection;
  dump: Omit<DumpOptions, 'compressionArgs' | 'folder'>;
  compression: CompressionPlan;
  /** Where a `directory` dump is staged. */
  tempDir: string;
  databaseBytes: number | null;
  reporter: Reporter;
  signal: AbortSignal;
  onTable?: (name: string) => void;
}

/** A dump in one of the three formats, as one stream of bytes. */
export interface Archive {
  /** Ends normally only when every program behind it succeeded. Must be read to the end, or `stop` called. */
  bytes: AsyncIterable<Uint8Array>;
  toc: Promise<TocEntry[]>;
  /** pg_dump holds all its locks. */
  locked: Promise<void>;
  /** pg_dump has ended, however it did, and has given its locks back. */
  ended: Promise<void>;
  warnings: string[];
  /** Ends what still runs and removes what was staged on disk; resolves when that is done. Safe at any time, and twice. */
  stop(): Promise<void>;
}

/** Starts pg_dump for an archive. */
export function beginDump(
  request: ArchiveRequest,
  dump: DumpOptions,
  compressor?: CompressionPlan['program'],
): Dump {
  const { programs, connection, reporter, signal, onTable } = request;
  return startDump({
    programs,
    connection,
    args: dumpArgs(dump),
    reporter,
    signal,
    ...(compressor === undefined ? {} : { compressor }),
    ...(onTable === undefined ? {} : { onTable }),
  });
}
