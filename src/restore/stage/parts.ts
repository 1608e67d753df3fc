import { RECOVERY } from '../../backup/layout.js';
import type { Manifest, Part } from '../../backup/manifest.js';
import { DamagedPartError } from './damaged.js';

/** The files of a backup by what they are. */
export interface Parts {
  database: Part;
  globals: Part | undefined;
  fingerprint: Part | undefined;
  others: Part[];
}

/** @throws DamagedPartError when the manifest names no database, or several. */
export function partsOf(manifest: Manifest): Parts {
  const starting = (start: string): Part[] => manifest.parts.filter(({ file }) => file.startsWith(start));
  const [database, ...more] = starting('database.');
  if (
    database === undefined ||
    more.length > 0 ||
    !/^database\.(dump|sql|dir\.tar)(\.|$)/.test(database.file)
  )
    throw new DamagedPartError(
      'manifest.json',
      `The manifest of ${manifest.id} does not name exactly one file with the database in it, so it is damaged.`,
    );
  return {
    database,
    globals: starting('globals.')[0],
    fingerprint: starting('fingerprint.')[0],
    others: manifest.parts.filter(({ file }) => file === RECOVERY),
  };
}
