import { SchemaHash } from '../../backup/fingerprint/schema-hash.js';
import { definitionsArgs } from '../../postgres/argv-restore.js';
import type { ArchiveRequest } from './contents.js';
import { archiveSql } from './script/archive-sql.js';
import { entriesOf, tellsOfDatabase, type EntryKind } from './script/entries.js';
import { piecesOfFile } from './script/source.js';
import { tokens } from './script/tokens.js';

/** What a schema-only dump of the same database does not have. */
const NOT_SCHEMA: ReadonlySet<EntryKind> = new Set(['rows', 'sequence value', 'large object', 'database']);

/**
 * The SHA-256 of an archive's definitions, which must equal the `schema` of its fingerprint. Of a plain dump what a
 * schema-only dump lacks is left out on the way.
 * @param tellDatabase told the statements of a plain dump that say what the database as a whole is like
 * @returns `why` where it cannot be had
 * @throws UserError when the archive is damaged, CancelledError
 */
export async function definitionsHash(
  request: ArchiveRequest,
  tellDatabase: (statement: string) => void = () => undefined,
): Promise<string | { why: string }> {
  const hash = new SchemaHash();
  if (request.archive.format !== 'plain') {
    for await (const chunk of archiveSql(
      request.programs,
      definitionsArgs(request.archive.path),
      request.signal,
    ))
      hash.update(chunk);
    return hash.digest();
  }
  for await (const { piece, entry } of entriesOf(piecesOfFile(request.archive.path, request.signal))) {
    if (piece.kind === 'sql' && piece.first && setsOwner(piece.bytes))
      return {
        why: 'the plain dump was made with --use-set-session-authorization, by which its rows change the statements around them',
      };
    if (tellsOfDatabase(entry, piece)) tellDatabase(piece.bytes.toString('utf8'));
    if (!NOT_SCHEMA.has(entry.kind)) hash.update(piece.bytes);
  }
  return hash.digest();
}

/** pg_dump writes the owner as a string there, and the grantor of a privilege as an identifier. */
function setsOwner(statement: Buffer): boolean {
  if (statement.length > 300 || !statement.toString('latin1').startsWith('SET SESSION AUTH')) return false;
  return tokens(statement.toString('utf8'))[3]?.kind === 'string';
}
