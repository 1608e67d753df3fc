import { start } from '../../../base/process.js';
import { pgRestoreArgs } from '../../../postgres/argv-restore.js';
import { isRows } from '../kinds.js';
import type { ArchiveRestore, RestoreError } from '../../types.js';
import { readContents } from '../contents.js';
import { withList } from '../script/archive-sql.js';
import { outcome } from './outcome.js';
import { PgRestoreLog } from './pg-restore-log.js';
import { RestoreProgress } from './progress.js';

/** Restores an archive that has a table of contents. @throws as `outcome` says */
export async function runPgRestore(options: ArchiveRestore): Promise<RestoreError[]> {
  const { entries } = options;
  if (entries === undefined) return run(options, (await rows(options)) ?? 0, undefined);
  if (entries.length === 0) return [];
  return withList(entries, (list) => run(options, entries.filter(isRows).length, list));
}

async function rows(options: ArchiveRestore): Promise<number | undefined> {
  if (options.content === 'schema' || (options.section ?? 'data') !== 'data') return undefined;
  return (await readContents(options))?.filter(isRows).length;
}

async function run(
  options: ArchiveRestore,
  tables: number,
  useList: string | undefined,
): Promise<RestoreError[]> {
  const { programs, connection, database, archive, reporter, signal } = options;
  const progress = new RestoreProgress(reporter, `restoring ${database}`, tables, options.estimatedBytes);
  const log = new PgRestoreLog({ reporter, onTable: () => progress.table() });
  const args = pgRestoreArgs({
    ...options,
    conninfo: connection.conninfo(database),
    path: archive.path,
    ...(useList === undefined ? {} : { useList }),
  });
  const child = start(programs.path('pg_restore'), args, {
    env: { ...connection.env, ...programs.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    onStderr: (line) => log.line(line),
  });
  const exit = await child.exit;
  log.end();
  const fatal = exit.code === 127 || exit.code === 126 ? [...log.fatal, child.stderrTail()] : log.fatal;
  return outcome({ program: 'pg_restore', exit, errors: log.errors, fatal, finished: log.finished }, options);
}
