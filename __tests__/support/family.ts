import type { Inventory } from '../../src/backup/inventory.js';
import { encodeManifest, type Manifest } from '../../src/backup/manifest.js';
import { encodeVerified } from '../../src/backup/verified.js';
import { idTime } from '../../src/backup/id.js';
import { putObject } from '../../src/storage/put.js';
import type { Store } from '../../src/storage/store.js';

/** What a test says of one backup. */
export interface Made {
  id: string;
  label?: string;
  /** Absent: never verified. */
  verdict?: 'passed' | 'failed';
}

/** A manifest of a backup that is as small as can be, taken when its id says. */
export function manifestOf({ id, label }: Made, name = 'shop'): Manifest {
  const at = idTime(id).toISOString();
  return {
    version: 1,
    id,
    name,
    database: name,
    label: label ?? null,
    startedAt: at,
    snapshotAt: at,
    finishedAt: at,
    server: {
      version: '17.7',
      encoding: 'UTF8',
      collate: 'C',
      ctype: 'C',
      localeProvider: 'libc',
      locale: null,
      collationVersion: null,
    },
    tools: { pgkeep: '0.1.0', pg_dump: '17.7', sameMajor: true },
    source: { databaseId: null },
    options: {},
    databaseBytes: 1,
    parts: [
      {
        file: 'database.dump',
        bytes: 4,
        sha256: '0'.repeat(64),
        compression: 'none',
        encryption: 'none',
        readBack: 'read-again',
      },
    ],
    totals: null,
    warnings: [],
  };
}

/** The stored verdict of a verification. */
export function verdictOf(id: string, verdict: 'passed' | 'failed'): Buffer {
  const at = idTime(id).toISOString();
  return encodeVerified({
    version: 1,
    backupId: id,
    verdict,
    startedAt: at,
    finishedAt: at,
    restoreSeconds: 1,
    compareSeconds: 1,
    totals: { equal: 1, different: verdict === 'passed' ? 0 : 1, notMeasured: 0 },
    tables: 1,
    rows: 1,
    control: 'noticed',
    server: '17.7',
    pgkeep: '0.1.0',
  });
}

/** The objects of a backup, the manifest last, as they are written. */
export function objectsOf(made: Made, name = 'shop'): Map<string, Buffer> {
  const objects = new Map([
    [`${name}/${made.id}/database.dump`, Buffer.from('dump')],
    [`${name}/${made.id}/RECOVERY.md`, Buffer.from('how')],
    [`${name}/${made.id}/manifest.json`, encodeManifest(manifestOf(made, name))],
  ]);
  if (made.verdict !== undefined)
    objects.set(`${name}/${made.id}/verified.json`, verdictOf(made.id, made.verdict));
  return objects;
}

export async function putBackup(store: Store, made: Made, name = 'shop'): Promise<void> {
  for (const [key, bytes] of objectsOf(made, name)) await putObject(store, key, bytes);
}

/** Every key in a store, sorted. */
export async function keysOf(store: Store, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.sort();
}

/** The ids of the backups that an inventory has, oldest first. */
export function idsOf({ entries }: Inventory): string[] {
  return entries.map(({ manifest }) => manifest.id);
}
