import { CancelledError } from '../base/errors.js';
import { Psql } from '../postgres/psql.js';
import { startArchive, type Archive } from './archive.js';
import { ContentsError } from './contents.js';
import { readSequences, sequenceFingerprints, type SequenceValue } from './fingerprint/sequences.js';
import type { Fingerprint, Requirements, SequenceFingerprint } from './fingerprint/types.js';
import { measureArchive, type MeasuredArchive } from './measure-archive.js';
import { selectionOf } from './selection.js';
import { exportSnapshot, type Snapshot } from './snapshot.js';
import type { BackupContext } from './types.js';

export interface AttemptRequest {
  context: BackupContext;
  database: string;
  databaseBytes: number | null;
  onTable: (name: string) => void;
  /** Stores the archive's bytes; must read them to the end. */
  store: (bytes: AsyncIterable<Uint8Array>) => Promise<void>;
}

export interface Attempt {
  snapshotAt: string;
  fingerprint: Fingerprint | undefined;
  requires: Requirements;
  warnings: string[];
}

/**
 * Dumps the database once and measures, in the same snapshot, what the dump holds. Everything is stopped when any part
 * of it fails.
 * @throws ChangedWhileDumpingError when a table changed under the dump: the caller may try once more.
 */
export async function attemptDump(request: AttemptRequest): Promise<Attempt> {
  const { context, database } = request;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const open = (name: string, application?: string): Promise<Psql> => {
    const { programs, connection, reporter } = context;
    return Psql.open({
      programs,
      connection,
      database,
      signal,
      reporter,
      name,
      settings: {
        lock_timeout: '1s',
        ...(application === undefined ? {} : { application_name: application }),
      },
    });
  };
  const holder = await open('that holds the snapshot');
  let archive: Archive | undefined;
  try {
    const before = await readSequences(holder);
    const snapshot = await exportSnapshot(holder);
    const dump = dumpOptions(context, database, snapshot);
    archive = await startArchive({
      programs: context.programs,
      connection: context.connection,
      dump,
      compression: context.compression,
      tempDir: context.tempDir,
      databaseBytes: request.databaseBytes,
      reporter: context.reporter,
      signal,
      onTable: request.onTable,
    });
    const [, measured] = await allOrStop(stop, [
      request.store(archive.bytes),
      measureArchive({ context, database, archive, snapshot, dump, signal, open }),
    ]);
    // The snapshot's session was idle all the time; that it still answers proves that the snapshot lasted.
    await holder.exec('COMMIT');
    const fingerprint =
      measured.fingerprint === undefined
        ? undefined
        : {
            ...measured.fingerprint,
            schema: measured.schema,
            sequences: archivedSequences(measured, before, await readSequences(holder)),
          };
    return { snapshotAt: snapshot.at, fingerprint, requires: measured.requires, warnings: archive.warnings };
  } finally {
    stop.abort();
    await archive?.stop();
    await holder.close();
  }
}

function dumpOptions(context: BackupContext, database: string, snapshot: Snapshot) {
  const { inputs, connection } = context;
  return {
    format: inputs.format,
    selection: selectionOf(inputs),
    jobs: inputs.jobs,
    lockTimeout: String(inputs.lockTimeout),
    snapshot: snapshot.id,
    conninfo: connection.conninfo(database),
    extraArgs: inputs.dumpArgs,
  };
}

function archivedSequences(
  { toc, filtered }: MeasuredArchive,
  before: readonly SequenceValue[],
  after: readonly SequenceValue[],
): SequenceFingerprint[] {
  // Their entries carry no OID; pg_restore writes names with line breaks as spaces.
  const set = new Set(toc.filter(({ text }) => text.startsWith('SEQUENCE SET ')).map(({ text }) => text));
  const texts = [...set];
  const included = ({ schema: space, name }: SequenceValue): boolean => {
    const start = `SEQUENCE SET ${space} ${name} `.replaceAll(/[\r\n]/g, ' ');
    return texts.some((text) => text.startsWith(start));
  };
  const all = !filtered && set.size === before.length;
  return sequenceFingerprints(before, after, all ? () => true : included);
}

/** A cancellation that we caused ourselves says nothing about the reason, an archive that ends too early little. */
function weight(error: unknown): number {
  return error instanceof CancelledError ? 0 : error instanceof ContentsError ? 1 : 2;
}

/** Waits for both; when one fails the other is stopped first, and the first failure is the one that counts. */
async function allOrStop<A, B>(stop: AbortController, work: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  let first: { error: unknown } | undefined;
  const guard = async (promise: Promise<unknown>): Promise<void> => {
    try {
      await promise;
    } catch (error) {
      if (first === undefined || weight(error) > weight(first.error)) first = { error };
      stop.abort();
    }
  };
  await Promise.all(work.map(guard));
  if (first !== undefined) throw first.error;
  return Promise.all(work);
}
