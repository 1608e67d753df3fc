import { StoreError } from '../errors.js';
import { checkKey } from '../keys.js';

/** A backup's id, as `newId` makes it; nothing else in a name has this form. */
const ID = '\\d{8}T\\d{6}Z-[a-z2-7]{4}';
const FAMILY = '[A-Za-z0-9][A-Za-z0-9._-]*';

const ID_ONLY = new RegExp(`^${ID}$`);
const CONSTANT = new RegExp(`^pgkeep\\.(${FAMILY})\\.(manifest|log)\\.json(?:\\.([2-9]|[1-9]\\d+))?$`);
// The last id counts: a family's name may hold one, a file's may not.
const PART = new RegExp(`^pgkeep\\.(${FAMILY})\\.(${ID})\\.(${FAMILY})(?:~([2-9]|[1-9]\\d+))?$`);
const OTHER = /^pgkeep~([A-Za-z0-9._%-]+)(?:~([2-9]|[1-9]\d+))?$/;
const LOG_KEY = /^\d{8}T\d{6}Z-a(\d+)\.json$/;

/** The file that stands for a backup. Its artifact's name has no id, so that one exact name finds all of a family. */
const MANIFEST = 'manifest.json';
const LOG = '_log';

/** The longest name that a file system and GitHub take. */
const LONGEST = 255;

/** What an artifact's name says. */
export type Named =
  | { kind: 'manifest'; family: string }
  | { kind: 'log'; family: string }
  | { kind: 'part'; family: string; id: string; file: string }
  | { kind: 'other'; key: string };

/** What is stored under a key. */
export function namedOf(key: string): Named {
  const [family = '', folder = '', file = '', ...rest] = checkKey(key).split('/');
  if (rest.length === 0 && file !== '') {
    if (folder === LOG) return orOther(key, { kind: 'log', family });
    if (file === MANIFEST && isIdName(folder)) return orOther(key, { kind: 'manifest', family });
    if (isIdName(folder)) return orOther(key, { kind: 'part', family, id: folder, file });
  }
  return { kind: 'other', key };
}

/** A name that could be read in another way is written out. */
function orOther(key: string, named: Named): Named {
  const read = readName(writeName(named));
  return JSON.stringify(read) === JSON.stringify(named) ? named : { kind: 'other', key };
}

/**
 * The name of the `nth` artifact (from 1) for the same thing. A run gives a name only once: a second backup of a family
 * in one run has a manifest of its own, and a name whose upload broke off stays taken.
 */
export function artifactName(named: Named, nth = 1): string {
  const name = writeName(named) + (nth === 1 ? '' : counted(named) ? `.${nth}` : `~${nth}`);
  if (Buffer.byteLength(name) > LONGEST)
    throw new StoreError(
      `${JSON.stringify(name)} is too long for the name of an artifact, which may have ${LONGEST} bytes. Use a shorter name for the backups.`,
    );
  return name;
}

function counted({ kind }: Named): boolean {
  return kind === 'manifest' || kind === 'log';
}

function writeName(named: Named): string {
  if (named.kind === 'other') return `pgkeep~${encoded(named.key)}`;
  if (named.kind === 'part') return `pgkeep.${named.family}.${named.id}.${named.file}`;
  return `pgkeep.${named.family}.${named.kind}.json`;
}

/** Undefined for the artifacts of others. */
export function readName(name: string): Named | undefined {
  const [, constant, kind] = CONSTANT.exec(name) ?? [];
  if (constant !== undefined) return { kind: kind as 'manifest' | 'log', family: constant };
  const [, family, id, file] = PART.exec(name) ?? [];
  if (family !== undefined && id !== undefined && file !== undefined)
    return { kind: 'part', family, id, file };
  const [, other] = OTHER.exec(name) ?? [];
  return other === undefined ? undefined : otherOf(other);
}

function otherOf(text: string): Named | undefined {
  try {
    return { kind: 'other', key: checkKey(decodeURIComponent(text)) };
  } catch {
    return undefined;
  }
}

/** As `encodeURIComponent`, but only what no file system and no URL minds stays as it is. */
function encoded(key: string): string {
  return encodeURIComponent(key).replaceAll(
    /[!'()*~]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Whether this is the folder of a backup. */
export function isIdName(folder: string): boolean {
  return ID_ONLY.test(folder);
}

export function manifestKey(family: string, id: string): string {
  return `${family}/${id}/${MANIFEST}`;
}

export function partKey({ family, id, file }: Extract<Named, { kind: 'part' }>): string {
  return `${family}/${id}/${file}`;
}

/**
 * The key of an entry of the log. Its artifact's name says neither when its run began nor which it was: the key has the
 * time at which the entry was written, and the artifact's own id.
 */
export function logKeyOf(family: string, written: Date, artifactId: number): string {
  const stamp = written.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${family}/${LOG}/${stamp}-a${artifactId}.json`;
}

/** The artifact that a key of `logKeyOf` names; undefined for every other key. */
export function artifactOfLogKey(key: string): number | undefined {
  const [, digits] = LOG_KEY.exec(key.split('/')[2] ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}
