import type { ExtensionFingerprint } from '../backup/fingerprint/types.js';
import {
  keyOf,
  readContents,
  readTocFile,
  type ArchiveRequest,
  type ExactEntry,
} from '../restore/archive/index.js';
import type { TocEntry } from '../postgres/toc.js';
import { countObjects } from './left-out-kinds.js';

/** What of an archive is not restored. */
export interface LeftOut {
  /** With exact names: those that `pg_restore --list` prints are ambiguous. */
  entries: readonly ExactEntry[];
  /** At most so many objects of each kind, by the fingerprint's kinds, are missing for that. */
  objects: Readonly<Record<string, number>>;
}

/** An archive divided by what can be restored without some extensions. */
export interface Division {
  restored: TocEntry[];
  /** The extensions and all that needs them, however far removed. */
  leftOut: LeftOut;
}

/** What is looked for among the entries of an archive. */
interface Wanting {
  /** The extensions that are missing. */
  extensions: readonly string[];
  /** All extensions of the source, as far as they are known. */
  known?: readonly ExtensionFingerprint[];
}

/** The dump ids of the extensions that are missing and of all that needs them. */
export function idsOf(entries: readonly ExactEntry[], { extensions, known = [] }: Wanting): Set<number> {
  const out = new Set(
    entries
      .filter(({ kind, tag }) => kind === 'EXTENSION' && extensions.includes(tag))
      .map(({ dumpId }) => dumpId),
  );
  if (out.size === 0) return out;
  const needs = unsaidNeeds(
    entries,
    known.filter(({ name }) => !extensions.includes(name)),
  );
  // An entry may stand before what it depends on.
  for (let before = -1; before !== out.size;) {
    before = out.size;
    for (const entry of entries)
      if (entry.dependencies.some((needed) => out.has(needed)) || needs(entry, out)) out.add(entry.dumpId);
  }
  return out;
}

/** Of some entries pg_dump does not write that they need an extension. */
function unsaidNeeds(
  entries: readonly ExactEntry[],
  there: readonly ExtensionFingerprint[],
): (entry: ExactEntry, out: ReadonlySet<number>) => boolean {
  const made = new Set(entries.map(({ kind, schema, tag }) => `${kind} ${keyOf(schema, tag)}`));
  const filled = new Set(
    there.flatMap(({ configuration = [] }) => configuration.map(({ schema, name }) => keyOf(schema, name))),
  );
  const servers = entries.filter(({ kind }) => kind === 'SERVER');
  // What the archive does not make is an extension's own.
  const isForeign = (kind: string, { schema, tag }: ExactEntry): boolean =>
    !made.has(`${kind} ${keyOf(schema, tag)}`) && !filled.has(keyOf(schema, tag));
  return (entry, out) => {
    const { kind, tag, schema } = entry;
    if (kind === 'TABLE DATA') return isForeign('TABLE', entry);
    if (kind === 'SEQUENCE SET') return isForeign('SEQUENCE', entry);
    if (kind === 'USER MAPPING')
      return servers.some((server) => out.has(server.dumpId) && tag.endsWith(` SERVER ${server.tag}`));
    // `public` is there, whoever made it.
    if (kind !== 'DEFAULT ACL' || schema === undefined || schema === 'public') return false;
    return !made.has(`SCHEMA ${keyOf(undefined, schema)}`);
  };
}

/** Reads an archive's entries and divides them. @throws UserError when the archive cannot be read. */
export async function divideArchive(request: ArchiveRequest, wanting: Wanting): Promise<Division> {
  const toc = (await readContents(request)) ?? [];
  const { entries } = await readTocFile(request.archive);
  const out = idsOf(entries, wanting);
  return {
    restored: toc.filter(({ dumpId }) => !out.has(dumpId)),
    leftOut: {
      entries: entries.filter(({ dumpId }) => out.has(dumpId)),
      objects: countObjects(entries, out),
    },
  };
}
