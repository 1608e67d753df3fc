import type { Manifest, Part } from '../../backup/manifest.js';
import type { Format } from '../types.js';
import { DamagedPartError } from './damaged.js';

/** What kind of dump a file is, by its name without compression and encryption. */
export const FORMATS = {
  'database.dump': 'custom',
  'database.sql': 'plain',
  'database.dir.tar': 'directory',
} as const satisfies Record<string, Format>;

const FILE =
  /^(database\.dump|database\.sql|database\.dir\.tar|globals\.sql|fingerprint\.json)(\.zst|\.gz|\.lz4)?(\.age)?$/;
const COMPRESSIONS = { '.zst': 'zstd', '.gz': 'gzip', '.lz4': 'lz4' } as const;

/** A stored file, and what it is once it is unpacked. */
export interface PlannedPart<Base extends string = string> {
  part: Part;
  /** Its name then. */
  base: Base;
  /** What the file as a whole is compressed with. */
  compression: 'zstd' | 'gzip' | 'lz4' | undefined;
}

export interface PlannedParts {
  database: PlannedPart<keyof typeof FORMATS>;
  globals: PlannedPart | undefined;
  fingerprint: PlannedPart | undefined;
  /** Those that no restore needs. */
  others: PlannedPart[];
}

/** Sorts out a backup's files. @throws DamagedPartError when they cannot be those of one backup. */
export function planParts(manifest: Manifest): PlannedParts {
  const planned = manifest.parts.map((part) => plan(part, manifest.id));
  const starting = (start: string): PlannedPart[] => planned.filter(({ base }) => base.startsWith(start));
  const databases = starting('database.').filter(isDatabase);
  const [database] = databases;
  if (database === undefined || databases.length !== starting('database.').length || databases.length > 1)
    throw damaged(manifest.id, 'does not name exactly one file with the database in it');
  const [globals, ...moreGlobals] = starting('globals.');
  const [fingerprint, ...moreFingerprints] = starting('fingerprint.');
  if (moreGlobals.length > 0 || moreFingerprints.length > 0) throw damaged(manifest.id, 'names a file twice');
  const used = [database, globals, fingerprint];
  return { database, globals, fingerprint, others: planned.filter((one) => !used.includes(one)) };
}

function isDatabase(planned: PlannedPart): planned is PlannedPart<keyof typeof FORMATS> {
  return Object.hasOwn(FORMATS, planned.base);
}

function plan(part: Part, id: string): PlannedPart {
  const { file, bytes, sha256, encryption } = part;
  if (typeof file !== 'string') throw damaged(id, 'names a file without a name');
  if (!Number.isSafeInteger(bytes) || bytes <= 0) throw damaged(id, `says that ${file} has no bytes`);
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    throw damaged(id, `has no SHA-256 of ${file}`);
  const encrypted = encryption === 'age-recipients' || encryption === 'age-passphrase';
  if (encrypted !== file.endsWith('.age') || !(encrypted || encryption === 'none'))
    throw damaged(id, `says that the encryption of ${file} is "${String(encryption)}"`);
  const [, base = file, suffix] = FILE.exec(file) ?? [];
  return {
    part,
    base,
    compression: suffix === undefined ? undefined : COMPRESSIONS[suffix as keyof typeof COMPRESSIONS],
  };
}

function damaged(id: string, what: string): DamagedPartError {
  return new DamagedPartError(
    'manifest.json',
    `The manifest of ${id} ${what}, so it is damaged. Use another copy of the backup, or another backup.`,
  );
}
