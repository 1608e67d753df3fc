import { readContents, type ArchiveRequest } from './contents.js';
import { piecesOfFile } from './script/source.js';
import { indexOfWord, tokens } from './script/tokens.js';
import type { TocEntry } from '../../postgres/toc.js';

/**
 * The extensions that an archive makes. A plain dump is read to its end for that.
 * @param toc the archive's table of contents, where it was read already
 * @throws UserError when the archive is damaged, CancelledError
 */
export async function extensionsIn(request: ArchiveRequest, toc?: readonly TocEntry[]): Promise<string[]> {
  const { archive, signal } = request;
  if (archive.format !== 'plain') {
    const entries = toc ?? (await readContents(request)) ?? [];
    return entries.flatMap(({ text }) => /^EXTENSION - (.+?)\s*$/.exec(text)?.[1] ?? []);
  }
  const found = new Set<string>();
  for await (const { kind, first, bytes } of piecesOfFile(archive.path, signal)) {
    if (kind !== 'sql' || !first || !bytes.subarray(0, 17).equals(CREATE)) continue;
    const list = tokens(bytes.toString('utf8'), 12);
    // `CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;`
    const name = list[indexOfWord(list, ['exists']) < 0 ? 2 : 5]?.text;
    if (name !== undefined) found.add(name);
  }
  return [...found];
}

const CREATE = Buffer.from('CREATE EXTENSION ');
