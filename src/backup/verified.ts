import { isNotFound } from '../storage/errors.js';
import { putObject } from '../storage/put.js';
import { readObject } from '../storage/read-many.js';
import type { Store } from '../storage/store.js';
import { backupKey, VERIFIED } from './layout.js';

/** The format of a stored verdict. One of a newer format says nothing to us. */
const VERSION = 1;

/** The newest verification of a backup, stored beside it. Holds no name of anything in the database. */
export interface Verified {
  version: 1;
  backupId: string;
  verdict: 'passed' | 'failed';
  startedAt: string;
  finishedAt: string;
  restoreSeconds: number;
  compareSeconds: number;
  /** Things compared. */
  totals: { equal: number; different: number; notMeasured: number };
  /** As the manifest has them; null where they were not counted. */
  tables: number | null;
  rows: number | null;
  control: 'noticed' | 'not noticed' | 'not applicable' | 'not run';
  /** The version of the server that it was restored into. */
  server: string;
  pgkeep: string;
  runUrl?: string;
}

/** A verdict's bytes as they are stored. */
export function encodeVerified(verified: Verified): Buffer {
  return Buffer.from(`${JSON.stringify(verified, null, 2)}\n`);
}

/** Reads a stored verdict on the backup `id`; undefined when it is damaged, of a newer format, or of another backup. */
export function decodeVerified(bytes: Uint8Array, id: string): Verified | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  // One that was copied from another backup says nothing of this one.
  return isVerified(value) && value.backupId === id ? value : undefined;
}

/** Everything but what is only ever shown. */
function isVerified(value: unknown): value is Verified {
  if (typeof value !== 'object' || value === null) return false;
  const { version, verdict, startedAt, finishedAt, restoreSeconds, compareSeconds, totals } =
    value as Partial<Verified>;
  const numbers = [restoreSeconds, compareSeconds, totals?.equal, totals?.different, totals?.notMeasured];
  return (
    version === VERSION &&
    (verdict === 'passed' || verdict === 'failed') &&
    [startedAt, finishedAt].every((time) => typeof time === 'string' && !Number.isNaN(Date.parse(time))) &&
    numbers.every((number) => typeof number === 'number')
  );
}

/** The newest verdict on a backup; undefined where there is none, or none that we can read. */
export async function readVerified(store: Store, name: string, id: string): Promise<Verified | undefined> {
  try {
    return decodeVerified(await readObject(store, backupKey(name, id, VERIFIED)), id);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Stores a verdict over an older one. Returns its URL. */
export async function writeVerified(store: Store, name: string, verified: Verified): Promise<string> {
  const key = backupKey(name, verified.backupId, VERIFIED);
  await putObject(store, key, encodeVerified(verified));
  return store.locate(key);
}
