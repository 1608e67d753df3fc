import type { Fingerprint } from '../../backup/fingerprint/types.js';
import type { Manifest } from '../../backup/manifest.js';
import { UserError } from '../../base/errors.js';
import { DamagedPartError } from './damaged.js';

/** @throws DamagedPartError when it is none, UserError when a newer pgkeep wrote it. */
export function readFingerprint(text: string, file: string): Fingerprint {
  let value: Partial<Fingerprint> | null;
  try {
    value = JSON.parse(text) as Partial<Fingerprint> | null;
  } catch (error) {
    throw new DamagedPartError(file, `${file} is not JSON, so it is damaged.`, { cause: error });
  }
  const version: unknown = value?.version;
  if (typeof version === 'number' && version > 1)
    throw new UserError(
      `${file} has format ${version}; this pgkeep reads format 1. Use a newer pgkeep to read this backup.`,
    );
  if (version !== 1 || !Array.isArray(value?.tables) || !Array.isArray(value.sequences))
    throw new DamagedPartError(file, `${file} is no fingerprint of a backup, so it is damaged.`);
  return value as Fingerprint;
}

/** @throws DamagedPartError when the files are of different backups. */
export function requireOneBackup(manifest: Manifest, fingerprint: Fingerprint | undefined): void {
  if (fingerprint === undefined) return;
  const same = fingerprint.database === manifest.database && fingerprint.snapshotAt === manifest.snapshotAt;
  if (!same)
    throw new DamagedPartError(
      'fingerprint.json',
      `The fingerprint in ${manifest.id} is that of another backup: of a database at ${fingerprint.snapshotAt}, and the manifest is of ${manifest.snapshotAt}.`,
    );
  const rows = fingerprint.tables.reduce((sum, table) => sum + table.rows, 0);
  if (manifest.totals !== null && manifest.totals.rows !== rows)
    throw new DamagedPartError(
      'manifest.json',
      `The manifest of ${manifest.id} and its fingerprint do not agree on how many rows there are, so one of them was altered.`,
    );
}
