import { UserError } from '../base/errors.js';
import type { ReadBack } from '../storage/store.js';

/** The manifest's format. A newer major is refused; fields that we do not know are ignored. */
export const MANIFEST_VERSION = 1;

/** A manifest that cannot be read, with the reason: damaged, or of a newer format. */
export class ManifestError extends UserError {}

/** One stored object of a backup. */
export interface Part {
  file: string;
  /** Of the stored bytes. */
  bytes: number;
  /** Hex SHA-256 of the stored bytes. */
  sha256: string;
  /** How the file as a whole is compressed; `none` where pg_dump compressed inside its own format. */
  compression: string;
  encryption: 'none' | 'age-recipients' | 'age-passphrase';
  /** How this store proved to hold it. */
  readBack: ReadBack;
}

/** Who made the backup. Never a database's host or user. */
export interface Source {
  repository?: string;
  workflow?: string;
  runId?: string;
  runUrl?: string;
  actor?: string;
  /** SHA-256 of the server's `system_identifier` and the database's name; null where the server does not tell. */
  databaseId: string | null;
  /** Of a dump that was made by other means, and imported. */
  imported?: {
    /** The file's own name, without its folder. */
    file: string;
    bytes: number;
    /** Hex SHA-256 of the file as it was. */
    sha256: string;
    /** What the backup's time is from. */
    takenFrom: 'option' | 'archive' | 'file name' | 'file time';
    at: string;
  };
}

export interface Manifest {
  version: number;
  id: string;
  name: string;
  database: string;
  label: string | null;
  /** ISO 8601, UTC, as all times here. */
  startedAt: string;
  /** The server's clock inside the dump's snapshot. */
  snapshotAt: string;
  finishedAt: string;
  server: {
    version: string;
    encoding: string;
    /** Null, as `ctype`, where it is not known: an imported dump does not say. */
    collate: string | null;
    ctype: string | null;
    localeProvider: string | null;
    locale: string | null;
    /** What was added to an ICU locale's own rules. */
    icuRules?: string | null;
    collationVersion: string | null;
  };
  tools: {
    pgkeep: string;
    pg_dump: string;
    /** False where no pg_dump of the server's own major was to be had. */
    sameMajor: boolean;
  };
  source: Source;
  options: Record<string, unknown>;
  databaseBytes: number | null;
  parts: Part[];
  /** Null where no fingerprint was taken. */
  totals: { tables: number; rows: number } | null;
  /** What pg_dump warned about, e.g. skipped subscriptions. */
  warnings: string[];
}

/** The manifest's bytes as they are stored. */
export function encodeManifest(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Reads a stored manifest.
 * @param where names it in errors.
 * @throws ManifestError when it is not a manifest, or one of a newer format.
 */
export function decodeManifest(bytes: Uint8Array, where: string): Manifest {
  if (bytes.length === 0) throw new ManifestError(`${where} is empty: it is damaged.`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new ManifestError(`${where} is not JSON: it is damaged, or was not written by pgkeep.`, {
      cause: error,
    });
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    !('version' in value) ||
    typeof value.version !== 'number'
  ) {
    throw new ManifestError(`${where} is not a backup's manifest: it has no "version".`);
  }
  if (Math.floor(value.version) > MANIFEST_VERSION) {
    throw new ManifestError(
      `${where} has format ${value.version}; this pgkeep reads format ${MANIFEST_VERSION}. Use pgkeep v${value.version} or newer to read it.`,
    );
  }
  const manifest = value as Manifest;
  const texts = [manifest.id, manifest.name, manifest.database, manifest.startedAt, manifest.snapshotAt];
  const objects: unknown[] = Array.isArray(manifest.parts) ? [manifest.source, ...manifest.parts] : [null];
  const damaged = objects.some((object) => typeof object !== 'object' || object === null);
  if (damaged || texts.some((text) => typeof text !== 'string')) {
    throw new ManifestError(`${where} is damaged: it lacks the backup's id, name, times, source or parts.`);
  }
  return manifest;
}

/** What all parts of a backup weigh. */
export function totalBytes(manifest: Manifest): number {
  return manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
}

/** True when the dump itself is encrypted; RECOVERY.md never is. */
export function isEncrypted(manifest: Manifest): boolean {
  return manifest.parts.some((part) => part.encryption !== 'none');
}
