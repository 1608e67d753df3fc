import { run } from '../../base/process.js';
import { listArgs } from '../../postgres/argv.js';
import { parseToc, type TocEntry } from '../../postgres/toc.js';
import type { Programs } from '../../postgres/types.js';
import type { StagedBackup } from '../types.js';
import { unreadable } from './script/archive-sql.js';

/** An archive on disk, and the programs that read it. */
export interface ArchiveRequest {
  archive: Pick<StagedBackup, 'format' | 'path'>;
  programs: Programs;
  signal: AbortSignal;
}

/**
 * The table of contents of an archive; undefined for a plain dump, which has none.
 * @throws UserError when pg_restore cannot read it, CancelledError
 */
export async function readContents({
  archive,
  programs,
  signal,
}: ArchiveRequest): Promise<TocEntry[] | undefined> {
  if (archive.format === 'plain') return undefined;
  const result = await run(programs.path('pg_restore'), listArgs(archive.path), {
    env: { ...process.env, ...programs.env, LC_ALL: 'C' },
    signal,
  });
  if (result.code !== 0) throw unreadable(result.stderr);
  return parseToc(result.stdout.toString('utf8'));
}
