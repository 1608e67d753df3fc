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

/** The newest verdict on a backup; undefined where there is none, or none that we can read. */
export async function readVerified(store: Store, name: string, id: string): Promise<Verified | undefined> {
  try {
    const verified = decode(await readObject(store, backupKey(name, id, VERIFIED)));
    // One that was copied from another backup says nothing of this one.
    return verified?.backupId === id ? verified : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function decode(bytes: Uint8Array): Verified | undefined {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<Verified> | null;
    return value?.version === VERSION && (value.verdict === 'passed' || value.verdict === 'failed')
      ? (value as Verified)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Stores a verdict over an older one. Returns its URL. */
export async function writeVerified(store: Store, name: string, verified: Verified): Promise<string> {
  const key = backupKey(name, verified.backupId, VERIFIED);
  await putObject(store, key, Buffer.from(`${JSON.stringify(verified, null, 2)}\n`));
  return store.locate(key);
}
