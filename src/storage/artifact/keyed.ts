import type { Artifact } from './listing.js';
import { isIdName, logKeyOf, manifestKey, partKey, readName } from './names.js';

/** Artifacts by the key of what they hold, the newest first: it is what counts. */
export type Keyed = Map<string, Artifact[]>;

/** What one run made for one family. */
interface Made {
  family: string;
  manifests: Artifact[];
  /** Parts by the id of their backup. */
  parts: Map<string, { key: string; artifact: Artifact }[]>;
}

/**
 * Finds out which key each artifact stands for; those of others stand for none. A manifest's name does not say of which
 * backup it is: where its run made parts of one backup alone it is that one's, else `idIn` reads it.
 */
export async function keyed(
  artifacts: Iterable<Artifact>,
  idIn: (manifest: Artifact) => Promise<string | undefined>,
): Promise<Keyed> {
  const found: Keyed = new Map();
  const add = (key: string, artifact: Artifact): void => {
    const known = found.get(key);
    if (known === undefined) found.set(key, [artifact]);
    else if (!known.some(({ id }) => id === artifact.id)) known.push(artifact);
  };
  const runs = new Map<string, Made>();
  for (const artifact of artifacts) {
    const named = readName(artifact.name);
    if (named === undefined) continue;
    if (named.kind === 'other') add(named.key, artifact);
    else if (named.kind === 'log') add(logKeyOf(named.family, artifact.created, artifact.id), artifact);
    else {
      const made = madeBy(runs, artifact.runId, named.family);
      if (named.kind === 'manifest') made.manifests.push(artifact);
      else if (isLater(named.file)) add(partKey(named), artifact);
      else {
        const parts = made.parts.get(named.id) ?? [];
        made.parts.set(named.id, [...parts, { key: partKey(named), artifact }]);
      }
    }
  }
  for (const made of runs.values()) await addBackups(made, idIn, add);
  for (const same of found.values()) same.sort((a, b) => b.id - a.id);
  return found;
}

function madeBy(runs: Map<string, Made>, runId: number, family: string): Made {
  const key = `${runId}/${family}`;
  const made = runs.get(key) ?? { family, manifests: [], parts: new Map() };
  runs.set(key, made);
  return made;
}

/**
 * Where a manifest cannot be read, parts that no other one claims may be its: they are neither a backup nor what a
 * killed run left, and stand for nothing.
 */
async function addBackups(
  { family, manifests, parts }: Made,
  idIn: (manifest: Artifact) => Promise<string | undefined>,
  add: (key: string, artifact: Artifact) => void,
): Promise<void> {
  const [only] = parts.keys();
  const sure = manifests.length === 1 && parts.size === 1 ? only : undefined;
  const claimed = new Set<string>();
  let unreadable = false;
  for (const manifest of manifests) {
    const id = sure ?? (await idIn(manifest));
    if (id === undefined) unreadable = true;
    else {
      claimed.add(id);
      add(manifestKey(family, id), manifest);
    }
  }
  for (const [id, files] of parts)
    if (!unreadable || claimed.has(id)) for (const { key, artifact } of files) add(key, artifact);
}

/** The file that runs other than the one that made the backup write. */
export const LATER = 'verified.json';

export function isLater(file: string): boolean {
  return file === LATER;
}

/** The id that a manifest says; undefined where it says none. */
export function idInManifest(bytes: Uint8Array): string | undefined {
  try {
    const { id } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { id?: unknown };
    return typeof id === 'string' && isIdName(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
