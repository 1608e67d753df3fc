import { availableParallelism } from 'node:os';
import { CancelledError, messageOf } from '../base/errors.js';
import { explainSqlError } from '../postgres/explain.js';
import { Psql } from '../postgres/psql.js';
import { allOrStop } from './all-or-stop.js';
import type { Archive } from './archive-request.js';
import { startArchive } from './archive.js';
import { readNames, requireSameNames } from './fingerprint/catalog-changes.js';
import { Patience } from './fingerprint/patience.js';
import {
  archivedSequences,
  readSequences,
  sequenceFingerprints,
  type SequenceValue,
} from './fingerprint/sequences.js';
import type { Fingerprint, Requirements } from './fingerprint/types.js';
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
  /** Every owner and grantee in this database. */
  roles: string[];
}

/**
 * Dumps the database once and measures, in the same snapshot, what the dump holds. Everything is stopped when any part
 * of it fails.
 * @throws ChangedWhileDumpingError when something changed under the dump: the caller may try once more.
 */
export async function attemptDump(request: AttemptRequest): Promise<Attempt> {
  const { context, database } = request;
  const { inputs } = context;
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
  const patience = (): Patience => new Patience(Promise.resolve(), inputs.lockTimeout, signal);
  const holder = await open('that holds the snapshot');
  let archive: Archive | undefined;
  try {
    const before = inputs.fingerprint === 'none' ? [] : await readSequences(holder, patience());
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
      measureArchive({ context, database, archive, snapshot, dump, stop, signal, open }),
    ]);
    // The snapshot's session was idle all the time; that it still answers proves that the snapshot lasted.
    const names = await readNames(holder);
    await holder.exec('COMMIT');
    // What is gone by now was still there when pg_dump had read all definitions.
    requireSameNames(names, await readNames(holder), false);
    const fingerprint =
      measured.fingerprint === undefined
        ? undefined
        : completed(measured, measured.fingerprint, before, await readAgain(holder, patience()));
    const { requires, roles } = measured;
    const warnings = [...archive.warnings, ...measured.warnings];
    return { snapshotAt: snapshot.at, fingerprint, requires, warnings, roles };
  } catch (error) {
    throw explainSqlError(error, `Reading database ${JSON.stringify(database)}`, {
      target: context.connection.target,
    });
  } finally {
    stop.abort();
    const ends = await Promise.allSettled([archive?.stop(), holder.close()]);
    for (const end of ends)
      if (end.status === 'rejected')
        context.reporter.warn(`Not everything was cleaned up after the dump: ${messageOf(end.reason)}`);
  }
}

/** The dump is done by now, and not thrown away for what can be left out. @returns why there are no values */
async function readAgain(holder: Psql, patience: Patience): Promise<SequenceValue[] | { why: string }> {
  try {
    return await readSequences(holder, patience);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    return { why: messageOf(error) };
  }
}

function completed(
  measured: MeasuredArchive,
  inSnapshot: NonNullable<MeasuredArchive['fingerprint']>,
  before: readonly SequenceValue[],
  after: SequenceValue[] | { why: string },
): Fingerprint {
  const known = Array.isArray(after) ? after : undefined;
  const unknown = Array.isArray(after) ? [] : [{ what: 'sequences after the dump', why: after.why }];
  return {
    ...inSnapshot,
    schema: measured.schema,
    sequences: sequenceFingerprints(archivedSequences(before, measured), known),
    notMeasured: [...inSnapshot.notMeasured, ...unknown],
  };
}

function dumpOptions(context: BackupContext, database: string, snapshot: Snapshot) {
  const { inputs, connection } = context;
  return {
    format: inputs.format,
    selection: selectionOf(inputs),
    jobs: inputs.jobs === 'auto' ? availableParallelism() : inputs.jobs,
    lockTimeout: String(inputs.lockTimeout),
    snapshot: snapshot.id,
    conninfo: connection.conninfo(database),
    extraArgs: inputs.dumpArgs,
  };
}
