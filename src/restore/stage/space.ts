import { statfs } from 'node:fs/promises';
import type { Manifest, Part } from '../../backup/manifest.js';
import { UserError } from '../../base/errors.js';
import type { Reporter } from '../../base/reporter.js';
import { formatBytes } from '../../base/units.js';

/**
 * The most that the database's part takes once it is unpacked, in bytes. What pg_dump wrote without compression is about
 * the rows of the database, without its indexes.
 */
export function unpackedBytes(manifest: Manifest, part: Part): number {
  const compressed = /\.(zst|gz|lz4)(\.age)?$/.test(part.file);
  return compressed ? Math.max(part.bytes, manifest.databaseBytes ?? part.bytes * 5) : part.bytes;
}

/** @throws UserError when what is to be unpacked will not fit. */
export async function requireSpace(
  manifest: Manifest,
  part: Part,
  tempDir: string,
  reporter: Reporter,
): Promise<void> {
  const needed = unpackedBytes(manifest, part);
  const { bavail, bsize } = await statfs(tempDir);
  const free = bavail * bsize;
  reporter.info(
    `The backup is unpacked to ${tempDir}: up to ${formatBytes(needed)}, and ${formatBytes(free)} are free.`,
  );
  if (free < needed)
    throw new UserError(
      `Not enough disk space: backup ${manifest.id} may need ${formatBytes(needed)} in ${tempDir}, and ${formatBytes(free)} are free. Free some space, or set RUNNER_TEMP (TMPDIR on your own machine) to a folder on a bigger disk.`,
    );
}
