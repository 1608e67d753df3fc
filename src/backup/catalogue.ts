import { UserError } from '../base/errors.js';
import { isFamilyName } from '../inputs/name.js';
import { isNotFound } from '../storage/errors.js';
import { readMany, readObject } from '../storage/read-many.js';
import type { Store } from '../storage/store.js';
import { idTime, isId } from './id.js';
import { backupKey, MANIFEST } from './layout.js';
import { decodeManifest, ManifestError, type Manifest } from './manifest.js';
import { familiesMeant } from './safety-family.js';
import { sharing } from './share.js';

/** Manifests of one family in one store. */
export interface Manifests {
  /** Oldest snapshot first. */
  backups: Manifest[];
  /** Those that could not be read, and why. */
  unreadable: { id: string; reason: string }[];
  /** Those of which there is no manifest, or none any more, in the store's words. */
  absent: { id: string; reason: string }[];
}

/** The backups of one family in one store. */
export interface Listing extends Omit<Manifests, 'absent'> {
  /** Ids of folders without a manifest, oldest first. They are no backups (`unfinishedText`). */
  unfinished: string[];
}

/** Hears of what was looked at on the way to the newest backup. */
export interface Passing {
  /** A manifest that cannot be decoded, and why. */
  unreadable: (id: string, reason: string) => void;
  /** A folder without a manifest. */
  unfinished: (id: string) => void;
}

/** How many families are looked into at once. */
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

/** The family to look in: `name`, or the only one there is in a store. @throws as `onlyFamily` */
export async function chooseFamily(store: Store, name: string | undefined): Promise<string> {
  return name ?? onlyFamily([store]);
}

/**
 * The only family there is in these stores, but for safety backups. One that cannot be read, or holds none, says nothing where another tells.
 * @throws UserError when there is none, or several, or no store tells.
 */
export async function onlyFamily(stores: readonly Store[]): Promise<string> {
  const families = new Set<string>();
  const failures: UserError[] = [];
  for (const store of stores) {
    try {
      for (const name of await listFamilies(store)) families.add(name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  }
  const [only, ...others] = familiesMeant([...families].sort());
  const where = stores.map(({ url }) => url).join(', ');
  if (only === undefined)
    throw failures[0] ?? new UserError(`There are no backups in ${where}. Check the storage URL.`);
  if (others.length === 0) return only;
  throw new UserError(
    `${where} holds backups of ${others.length + 1} names. Say which with name: ${[only, ...others].join(', ')}.`,
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

/**
 * Reads all manifests of a family. With `label`, only backups that carry it. One request a folder, and the names of the
 * folders alone: a listing of all that lies in them takes several times as many pages.
 */
export async function listBackups(store: Store, name: string, label?: string): Promise<Listing> {
  const ids = (await store.folders(`${name}/`)).filter(isId).sort();
  const { backups, unreadable, absent } = await readManifests(store, name, ids);
  return {
    backups: label === undefined ? backups : backups.filter((backup) => backup.label === label),
    unreadable,
    unfinished: absent.map(({ id }) => id),
  };
}

/** Reads the manifests of the backups with these ids. */
export async function readManifests(store: Store, name: string, ids: readonly string[]): Promise<Manifests> {
  const keys = ids.map((id) => backupKey(name, id, MANIFEST));
  const idOf = (key: string): string => key.split('/')[1] ?? key;
  const share = sharing();
  const results = await readMany(store, keys, (bytes, key) => share(decodeAt(bytes, store, name, idOf(key))));
  const listing: Manifests = { backups: [], unreadable: [], absent: [] };
  for (const result of results) {
    const id = idOf(result.key);
    if (result.ok) listing.backups.push(result.value);
    else if (isNotFound(result.error)) listing.absent.push({ id, reason: result.error.message });
    else if (result.error instanceof ManifestError)
      listing.unreadable.push({ id, reason: result.error.message });
    else throw result.error as Error;
  }
  listing.backups.sort((a, b) => a.snapshotAt.localeCompare(b.snapshotAt) || a.id.localeCompare(b.id));
  return listing;
}

/**
 * The newest readable backup of a family, reading no more manifests than it must: ids sort by time.
 * Undefined where there is none.
 * @param passing hears of what was newer, or begun in the same second, and is no backup that can be read.
 */
export async function newestBackup(
  store: Store,
  name: string,
  passing?: Passing,
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
      // Neither is a backup that can be chosen; the one before it may be.
      if (error instanceof ManifestError) passing?.unreadable(id, error.message);
      else if (isNotFound(error)) passing?.unfinished(id);
      else throw error;
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
