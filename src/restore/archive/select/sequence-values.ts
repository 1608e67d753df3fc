import { UserError } from '../../../base/errors.js';
import type { TocEntry } from '../../../postgres/toc.js';
import type { StagedBackup } from '../../types.js';
import { readTocFile } from './toc-file.js';

/** What an archive sets a sequence to. */
export interface ArchivedValue {
  dumpId: number;
  schema: string;
  name: string;
  /** A bigint as text. */
  value: string;
  /** The value was given; otherwise it is the next one. */
  called: boolean;
}

/**
 * The values that these entries of an archive set sequences to, read from the `setval` that pg_dump writes.
 * @throws UserError for an archive that cannot be read
 */
export async function sequenceValuesIn(
  archive: Pick<StagedBackup, 'format' | 'path'>,
  entries: readonly TocEntry[],
): Promise<ArchivedValue[]> {
  const ids = new Set(entries.map(({ dumpId }) => dumpId));
  if (ids.size === 0) return [];
  const file = await readTocFile(archive);
  return file.entries.flatMap(({ kind, dumpId, schema = '', tag, definition }) => {
    if (kind !== 'SEQUENCE SET' || !ids.has(dumpId)) return [];
    const [, value, called] = /, (-?\d+), (true|false)\);\s*$/.exec(definition) ?? [];
    if (value === undefined)
      throw new UserError(
        `The archive does not tell the value of the sequence ${schema}.${tag}, so it is damaged. Choose another backup.`,
      );
    return [{ dumpId, schema, name: tag, value, called: called === 'true' }];
  });
}
