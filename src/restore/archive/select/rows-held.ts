import type { TocEntry } from '../../../postgres/toc.js';
import type { StagedBackup } from '../../types.js';
import { keyOf } from './names.js';
import { readTocFile } from './toc-file.js';

/**
 * The tables whose rows are among these entries of an archive, as `keyOf` names them.
 * @throws UserError for an archive that cannot be read
 */
export async function rowsHeld(
  archive: Pick<StagedBackup, 'format' | 'path'>,
  entries: readonly TocEntry[],
): Promise<Set<string>> {
  const ids = new Set(entries.map(({ dumpId }) => dumpId));
  if (ids.size === 0) return new Set();
  const file = await readTocFile(archive);
  return new Set(
    file.entries.flatMap(({ kind, dumpId, schema, tag }) =>
      kind === 'TABLE DATA' && ids.has(dumpId) ? [keyOf(schema, tag)] : [],
    ),
  );
}
