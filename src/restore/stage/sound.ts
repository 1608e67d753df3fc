import type { Fingerprint } from '../../backup/fingerprint/types.js';
import type { Manifest } from '../../backup/manifest.js';
import { UserError } from '../../base/errors.js';
import { DamagedPartError } from './damaged.js';

const VERSION = 1;

/** @throws DamagedPartError when it is none, UserError when a newer pgkeep wrote it. */
export function readFingerprint(text: string, file: string): Fingerprint {
  let value: Partial<Fingerprint> | null;
  try {
    value = JSON.parse(text) as Partial<Fingerprint> | null;
  } catch (error) {
    throw new DamagedPartError(file, `${file} is not JSON, so it is damaged.`, { cause: error });
  }
  const version: unknown = value?.version;
  if (typeof version === 'number' && version >= VERSION + 1)
    throw new UserError(
      `${file} has format ${version}; this pgkeep reads format ${VERSION}. Use a newer pgkeep to read this backup.`,
    );
  if (typeof version !== 'number' || version < VERSION || !isWhole(value))
    throw new DamagedPartError(file, `${file} is no fingerprint of a backup, so it is damaged.`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether all is there that every fingerprint has. */
function isWhole(value: Partial<Fingerprint> | null): value is Fingerprint {
  if (!isObject(value)) return false;
  const { tables, sequences, materializedViews, extensions, notMeasured, objects, requires } = value;
  const lists: unknown[] = [tables, sequences, materializedViews, extensions, notMeasured];
  return (
    [value.database, value.snapshotAt].every((text) => typeof text === 'string') &&
    lists.every((list) => Array.isArray(list) && list.every(isObject)) &&
    isObject(objects) &&
    (value.kinds === undefined || Array.isArray(value.kinds)) &&
    isObject(requires) &&
    typeof value.largeObjects === 'number' &&
    (tables ?? []).every(({ rows }) => Number.isSafeInteger(rows) && rows >= 0)
  );
}

/** @throws DamagedPartError when the files are not all of this one backup. */
export function requireOneBackup(manifest: Manifest, fingerprint: Fingerprint | undefined): void {
  const { id, totals } = manifest;
  if (fingerprint === undefined) {
    if (totals === null) return;
    throw new DamagedPartError(
      'manifest.json',
      `The manifest of ${id} says how many rows there are, but names no fingerprint, so it was altered.`,
    );
  }
  const same = fingerprint.database === manifest.database && fingerprint.snapshotAt === manifest.snapshotAt;
  if (!same)
    throw new DamagedPartError(
      'fingerprint.json',
      `The fingerprint in ${id} is that of another backup: of a database at ${fingerprint.snapshotAt}, and the manifest is of ${manifest.snapshotAt}. These are parts of different backups.`,
    );
  const tables = fingerprint.tables.length;
  const rows = fingerprint.tables.reduce((sum, table) => sum + table.rows, 0);
  if (totals?.rows !== rows || totals.tables !== tables)
    throw new DamagedPartError(
      'manifest.json',
      `The manifest of ${id} and its fingerprint do not agree on how many rows there are, so one of them was altered.`,
    );
}
