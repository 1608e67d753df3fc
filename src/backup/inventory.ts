import { isNotFound } from '../storage/errors.js';
import { readMany } from '../storage/read-many.js';
import type { ObjectInfo, Store } from '../storage/store.js';
import { readManifests } from './catalogue.js';
import { isId } from './id.js';
import { backupKey, LOG, MANIFEST, VERIFIED } from './layout.js';
import type { Manifest } from './manifest.js';
import { decodeVerified, type Verified } from './verified.js';

/** A backup as it lies in the store. */
export interface Entry {
  manifest: Manifest;
  /** The newest verdict on it; undefined where there is none, or none that we can read. */
  verified: Verified | undefined;
  /** Everything in its folder. */
  storedBytes: number;
}

/** What a run that was killed left behind, or one that is still at work: a backup's folder without a manifest. */
export interface Orphan {
  id: string;
  bytes: number;
  /** When its newest object was written, by the store's clock. */
  newest: Date;
}

/** Everything that lies in one family's place. */
export interface Inventory {
  name: string;
  /** Oldest snapshot first. */
  entries: Entry[];
  /** Backups whose manifest cannot be read, and why. */
  unreadable: { id: string; reason: string; bytes: number }[];
  orphans: Orphan[];
  /** What is neither a backup's nor the log's. */
  foreign: { key: string; bytes: number }[];
  /** The keys of the log, oldest run first. */
  log: string[];
  totalBytes: number;
}

/** What one listing says of a backup's folder. */
interface Folder {
  bytes: number;
  newest: Date;
  manifest: boolean;
  verified: boolean;
}

/**
 * Lists all of a family once, and reads its manifests and verdicts.
 * @throws whatever keeps it from being complete: a listing that fails on any page, a manifest that cannot be fetched.
 */
export async function readInventory(store: Store, name: string): Promise<Inventory> {
  const inventory: Inventory = {
    name,
    entries: [],
    unreadable: [],
    orphans: [],
    foreign: [],
    log: [],
    totalBytes: 0,
  };
  const folders = new Map<string, Folder>();
  for await (const object of store.list(`${name}/`)) {
    inventory.totalBytes += object.bytes;
    sort(object, inventory, folders);
  }
  inventory.log.sort();
  const bytesOf = (id: string): number => folders.get(id)?.bytes ?? 0;
  const ids = [...folders.keys()].sort();
  const { backups, unreadable, absent } = await readManifests(
    store,
    name,
    ids.filter((id) => folders.get(id)?.manifest === true),
  );
  const verdicts = await readVerdicts(
    store,
    name,
    ids.filter((id) => folders.get(id)?.verified === true),
  );
  inventory.entries = backups.map((manifest) => ({
    manifest,
    verified: verdicts.get(manifest.id),
    storedBytes: bytesOf(manifest.id),
  }));
  // What the listing has and the store does not give was removed a moment ago, or is lost.
  inventory.unreadable = [...unreadable, ...absent]
    .map(({ id, reason }) => ({ id, reason, bytes: bytesOf(id) }))
    .sort((a, b) => a.id.localeCompare(b.id));
  for (const id of ids) {
    const { bytes, newest, manifest } = folders.get(id) as Folder;
    if (!manifest) inventory.orphans.push({ id, bytes, newest });
  }
  return inventory;
}

/** Puts one object of the listing where it belongs. */
function sort(
  { key, bytes, modified }: ObjectInfo,
  inventory: Inventory,
  folders: Map<string, Folder>,
): void {
  const [, id = '', ...path] = key.split('/');
  const file = path.join('/');
  if (id === LOG && file !== '') {
    inventory.log.push(key);
  } else if (!isId(id) || file === '') {
    inventory.foreign.push({ key, bytes });
  } else {
    const folder = folders.get(id) ?? { bytes: 0, newest: new Date(0), manifest: false, verified: false };
    folder.bytes += bytes;
    if (modified > folder.newest) folder.newest = modified;
    if (file === MANIFEST) folder.manifest = true;
    if (file === VERIFIED) folder.verified = true;
    folders.set(id, folder);
  }
}

async function readVerdicts(
  store: Store,
  name: string,
  ids: readonly string[],
): Promise<Map<string, Verified>> {
  const keys = ids.map((id) => backupKey(name, id, VERIFIED));
  const verdicts = new Map<string, Verified>();
  const results = await readMany(store, keys, (bytes, key) => decodeVerified(bytes, key.split('/')[1] ?? ''));
  for (const result of results) {
    if (result.ok && result.value !== undefined) verdicts.set(result.value.backupId, result.value);
    // Someone may have removed the backup since.
    if (!result.ok && !isNotFound(result.error)) throw result.error as Error;
  }
  return verdicts;
}
