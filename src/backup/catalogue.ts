import { UserError } from '../base/errors.js';
import { isFamilyName } from '../inputs/name.js';
import { isNotFound } from '../storage/errors.js';
import { readMany, readObject } from '../storage/read-many.js';
import type { Store } from '../storage/store.js';
import { idTime, isId } from './id.js';
import { backupKey, MANIFEST } from './layout.js';
import { decodeManifest, ManifestError, type Manifest } from './manifest.js';

/** The backups of one family in one store. */
export interface Listing {
  /** Oldest snapshot first. */
  backups: Manifest[];
  /** Manifests that could not be read, and why. */
  unreadable: { id: string; reason: string }[];
}

/** How many requests are under way at once: far below what any store limits, and enough to hide its latency. */
const CONCURRENCY = 32;

/**
 * The families in a store, sorted: the folders of its prefix whose name can be a family's and that hold a folder named
 * like a backup. A bucket may hold other things (`logs/`, what a probe left), which must not be mistaken for one.
 */
export async function listFamilies(store: Store): Promise<string[]> {
  const candidates = (await store.folders('')).filter(isFamilyName).sort();
  const families: string[] = [];
  for (let at = 0; at < candidates.length; at += CONCURRENCY) {
    const some = candidates.slice(at, at + CONCURRENCY);
    const holds = await Promise.all(some.map(async (name) => (await store.folders(`${name}/`)).some(isId)));
    families.push(...some.filter((_, index) => holds[index]));
  }
  return families;
}

/**
 * The family to look in: `name`, or the only one there is.
 * @throws UserError when there is none, or several and none was named.
 */
export async function chooseFamily(store: Store, name: string | undefined): Promise<string> {
  if (name !== undefined) return name;
  const families = await listFamilies(store);
  if (families.length === 1 && families[0] !== undefined) return families[0];
  if (families.length === 0)
    throw new UserError(`There are no backups in ${store.url}. Check the bucket and the prefix.`);
  throw new UserError(
    `${store.url} holds backups of ${families.length} names. Say which with name: ${families.join(', ')}.`,
  );
}

/** @throws ManifestError when it cannot be read, or is that of another backup: its files are not the ones beside it. */
function decodeAt(bytes: Uint8Array, store: Store, name: string, id: string): Manifest {
  const where = store.locate(backupKey(name, id, MANIFEST));
  const manifest = decodeManifest(bytes, where);
  if (manifest.id !== id || manifest.name !== name)
    throw new ManifestError(
      `${where} is the manifest of another backup, ${manifest.name}/${manifest.id}: it was copied or altered.`,
    );
  return manifest;
}

/** Reads all manifests of a family. With `label`, only backups that carry it. */
export async function listBackups(store: Store, name: string, label?: string): Promise<Listing> {
  const ids: string[] = [];
  for await (const { key } of store.list(`${name}/`)) {
    const [, id, file, rest] = key.split('/');
    if (file === MANIFEST && rest === undefined && id !== undefined && isId(id)) ids.push(id);
  }
  const listing = await readManifests(store, name, ids);
  if (label !== undefined) listing.backups = listing.backups.filter((backup) => backup.label === label);
  return listing;
}

/** Reads the manifests of the backups with these ids. */
export async function readManifests(store: Store, name: string, ids: readonly string[]): Promise<Listing> {
  const keys = ids.map((id) => backupKey(name, id, MANIFEST));
  const listing: Listing = { backups: [], unreadable: [] };
  for (const { key, bytes, error } of await readMany(store, keys, CONCURRENCY)) {
    const id = key.split('/')[1] ?? key;
    try {
      if (error !== undefined) throw error as Error;
      listing.backups.push(decodeAt(bytes, store, name, id));
    } catch (reason) {
      if (!(reason instanceof ManifestError) && !isNotFound(reason)) throw reason;
      listing.unreadable.push({ id, reason: reason.message });
    }
  }
  listing.backups.sort((a, b) => a.snapshotAt.localeCompare(b.snapshotAt) || a.id.localeCompare(b.id));
  return listing;
}

/**
 * The newest readable backup of a family, reading no more manifests than it must: ids sort by time.
 * Undefined where there is none.
 * @param onUnreadable gets each manifest that would have been looked at and cannot be decoded, and why.
 */
export async function newestBackup(
  store: Store,
  name: string,
  onUnreadable: (id: string, reason: string) => void = () => undefined,
): Promise<Manifest | undefined> {
  const ids = (await store.folders(`${name}/`)).filter(isId).sort().reverse();
  let newest: Manifest | undefined;
  for (const id of ids) {
    // What follows the time in an id is random: of several that began in one second the snapshots decide.
    if (newest !== undefined && idTime(id) < idTime(newest.id)) break;
    try {
      const manifest = decodeAt(await readObject(store, backupKey(name, id, MANIFEST)), store, name, id);
      if (newest === undefined || manifest.snapshotAt > newest.snapshotAt) newest = manifest;
    } catch (error) {
      // A folder without a manifest is what a killed run left, or a run that is still at work: not a backup.
      // One that cannot be decoded says nothing; the one before it may.
      if (error instanceof ManifestError) onUnreadable(id, error.message);
      else if (!isNotFound(error)) throw error;
    }
  }
  return newest;
}

/** One backup by its id; undefined where there is none. @throws ManifestError when its manifest cannot be read. */
export async function readBackup(store: Store, name: string, id: string): Promise<Manifest | undefined> {
  if (!isId(id)) {
    throw new UserError(
      `"${id}" is not the id of a backup. Ids look like 20261120T020000Z-k3fd; \`pgkeep list\` shows them.`,
    );
  }
  try {
    return decodeAt(await readObject(store, backupKey(name, id, MANIFEST)), store, name, id);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
