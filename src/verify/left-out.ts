import { UserError } from '../base/errors.js';
import { run } from '../base/process.js';
import { parseDependencies, parseToc, type TocEntry } from '../postgres/toc.js';
import type { Programs } from '../postgres/types.js';

/** An archive divided by what can be restored without some extensions. */
export interface Division {
  restored: TocEntry[];
  /** The extensions and all that needs them, however far removed. */
  leftOut: TocEntry[];
}

/** Divides an archive's entries. `dependencies` as `parseDependencies` has them. */
export function divide(
  toc: readonly TocEntry[],
  dependencies: ReadonlyMap<number, readonly number[]>,
  extensions: readonly string[],
): Division {
  const out = new Set(
    toc.filter(({ text }) => extensions.some((name) => text.trimEnd() === `EXTENSION - ${name}`)).map(idOf),
  );
  // An entry may stand before what it depends on.
  for (let before = -1; before !== out.size;) {
    before = out.size;
    for (const { dumpId } of toc)
      if (dependencies.get(dumpId)?.some((needed) => out.has(needed)) === true) out.add(dumpId);
  }
  return {
    restored: toc.filter(({ dumpId }) => !out.has(dumpId)),
    leftOut: toc.filter(({ dumpId }) => out.has(dumpId)),
  };
}

const idOf = ({ dumpId }: TocEntry): number => dumpId;

/** Whether the rows of a table are among these entries. Their names stand unquoted, line breaks as spaces. */
export function holdsRowsOf(
  entries: readonly TocEntry[],
  { schema, name }: { schema: string; name: string },
): boolean {
  const start = `TABLE DATA ${schema} ${name} `.replaceAll(/[\r\n]/g, ' ');
  return entries.some(({ text }) => text.startsWith(start));
}

/** Reads an archive's entries and divides them. @throws UserError when the archive cannot be read. */
export async function divideArchive(
  path: string,
  extensions: readonly string[],
  { programs, signal }: { programs: Programs; signal: AbortSignal },
): Promise<Division> {
  const list = await run(programs.path('pg_restore'), ['--list', '--verbose', path], {
    env: { ...process.env, ...programs.env },
    signal,
  });
  if (list.code !== 0) throw new UserError(`The table of contents cannot be read.\n${list.stderr}`);
  const text = list.stdout.toString('utf8');
  return divide(parseToc(text), parseDependencies(text), extensions);
}
