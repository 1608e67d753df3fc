import { statfs } from 'node:fs/promises';
import type { Manifest } from '../../backup/manifest.js';
import { codeOf, messageOf, UserError } from '../../base/errors.js';
import type { Reporter } from '../../base/reporter.js';
import { formatBytes } from '../../base/units.js';
import type { PlannedParts } from './parts.js';

/** Text as pg_dump writes it compresses to an eighth or more, mostly to a quarter. */
const MOST_RATIO = 8;

/** What to do about it. */
export const BIGGER_DISK =
  'Free some space, or set RUNNER_TEMP (TMPDIR on your own machine) to a folder on a bigger disk.';

/** The bytes that the unpacked files may take. What unpacks to how much is not stored, so it is estimated. */
export function neededBytes({ databaseBytes }: Pick<Manifest, 'databaseBytes'>, parts: PlannedParts): number {
  const { database, globals, fingerprint } = parts;
  const small = (globals?.part.bytes ?? 0) + (fingerprint?.part.bytes ?? 0);
  const { bytes } = database.part;
  if (database.compression === undefined) return small + bytes;
  // The database has its indexes besides, and much of it may have been left out: its size is only the most.
  return small + Math.max(bytes, Math.min(databaseBytes ?? Infinity, bytes * MOST_RATIO));
}

/** Says what the backup takes on disk. @throws UserError when there is not so much. */
export async function requireSpace(request: {
  manifest: Manifest;
  parts: PlannedParts;
  tempDir: string;
  reporter: Pick<Reporter, 'info'>;
}): Promise<void> {
  const { manifest, parts, tempDir, reporter } = request;
  const needed = neededBytes(manifest, parts);
  const free = await freeBytes(tempDir);
  reporter.info(
    `The backup is unpacked to ${tempDir}: up to ${formatBytes(needed)}, and ${formatBytes(free)} are free.`,
  );
  if (free < needed)
    throw new UserError(
      `Not enough disk space: backup ${manifest.id} may need ${formatBytes(needed)} in ${tempDir}, and ${formatBytes(free)} are free. ${BIGGER_DISK}`,
    );
}

/** @throws UserError when the folder is not there. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    throw unusable(folder, error);
  }
}

/** What to tell of a temporary folder in which nothing can be made. */
export function unusable(tempDir: string, error: unknown): UserError {
  if (isFull(error)) return diskFull(tempDir, error);
  return new UserError(
    `The backup cannot be unpacked to ${tempDir} (${codeOf(error) ?? messageOf(error)}). Set RUNNER_TEMP (TMPDIR on your own machine) to a folder that can be written to.`,
    { cause: error },
  );
}

export function isFull(error: unknown): boolean {
  return codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
}

export function diskFull(target: string, cause: unknown): UserError {
  return new UserError(`The disk filled up while the backup was unpacked to ${target}. ${BIGGER_DISK}`, {
    cause,
  });
}
