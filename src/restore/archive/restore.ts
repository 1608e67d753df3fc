import type { ArchiveRestore, RestoreError } from '../types.js';
import { runPgRestore } from './run/pg-restore.js';
import { runPlain } from './run/plain.js';

/**
 * Restores an archive into a database that is there.
 * @returns what failed on the way; the rest was restored, or nothing where `singleTransaction` is set
 * @throws UserError when the archive is damaged or the session ended; CancelledError
 */
export async function restoreArchive(options: ArchiveRestore): Promise<RestoreError[]> {
  return options.archive.format === 'plain' ? runPlain(options) : runPgRestore(options);
}
