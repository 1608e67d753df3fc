import { randomBytes } from 'node:crypto';
import { messageOf } from '../base/errors.js';
import { createsDatabase, isFiltered, schemaDumpArgs, type DumpOptions } from '../postgres/argv.js';
import type { Psql } from '../postgres/psql.js';
import type { TocEntry } from '../postgres/toc.js';
import { allOrStop } from './all-or-stop.js';
import type { Archive } from './archive-request.js';
import { requireDefinitionsKept } from './fingerprint/catalog-changes.js';
import { Patience } from './fingerprint/patience.js';
import { measure, type Measured } from './fingerprint/take.js';
import { yieldToOthers } from './fingerprint/watch.js';
import { hashSchema } from './schema-dump.js';
import type { Snapshot } from './snapshot.js';
import type { BackupContext } from './types.js';

export interface MeasureRequest {
  context: BackupContext;
  database: string;
  archive: Archive;
  snapshot: Snapshot;
  dump: Omit<DumpOptions, 'compressionArgs' | 'folder'>;
  /** Stops the whole attempt when a part of the measuring fails; aborts `signal`. */
  stop: AbortController;
  signal: AbortSignal;
  /** Opens a session on the database. */
  open: (name: string, application?: string) => Promise<Psql>;
}

export interface MeasuredArchive extends Measured {
  schema: string | null;
  toc: readonly TocEntry[];
  filtered: boolean;
}

/** Measures what an archive that is being written holds, from its table of contents and in its snapshot. */
export async function measureArchive(request: MeasureRequest): Promise<MeasuredArchive> {
  const { archive, snapshot, database, dump, signal, open } = request;
  const { programs, connection, inputs, reporter } = request.context;
  await archive.locked;
  const toc = await archive.toc;
  const { selection } = dump;
  const level = inputs.fingerprint;
  const patience = new Patience(archive.ended, inputs.lockTimeout, signal);
  const application = `pgkeep ${randomBytes(6).toString('hex')}`;
  const conninfo = `${dump.conninfo} application_name='${application}'`;
  const schemaHash = async (): Promise<string | null> => {
    if (level === 'none' || selection.content === 'data') return null;
    const args = schemaDumpArgs({ ...dump, conninfo });
    const hash = await hashSchema({ programs, connection, args, patience, signal });
    // It may have waited for long, and pg_dump leaves out what it finds no longer there, without a word.
    const psql = await open('that looks at the definitions once more');
    try {
      await requireDefinitionsKept(psql, snapshot.id, toc);
    } finally {
      await psql.close();
    }
    return hash;
  };
  const done = new AbortController();
  const yielding = yieldAfter(archive.ended, request, application, done.signal);
  try {
    const [measured, schema] = await allOrStop(request.stop, [
      measure({
        open: () => open('that takes the fingerprint', application),
        snapshot,
        level,
        database,
        selection,
        holdsDatabase: dump.format === 'plain' ? createsDatabase(dump) : selection.content !== 'data',
        toc,
        patience,
        target: connection.target,
        reporter,
      }),
      schemaHash(),
    ]);
    return { ...measured, schema, toc, filtered: isFiltered(selection) };
  } finally {
    done.abort();
    await yielding;
  }
}

/**
 * Once pg_dump has given its locks back, whoever still waits waits for us. Until then cancelling would help nobody.
 * Never throws: a server that has no connection left for this still gives a good backup.
 */
async function yieldAfter(
  ended: Promise<void>,
  { context, open }: MeasureRequest,
  application: string,
  signal: AbortSignal,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([ended, stopped]);
  if (isAborted(signal)) return;
  let psql: Psql | undefined;
  try {
    psql = await open('that watches for waiting applications');
    await yieldToOthers(psql, application, signal);
  } catch (error) {
    if (!isAborted(signal) && !context.signal.aborted)
      context.reporter.info(`Nobody watches whether applications wait for the count: ${messageOf(error)}`);
  } finally {
    await psql?.close();
  }
}

/** A call, because it changes while we wait and a narrowed property would not. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
