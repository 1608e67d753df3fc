import { UserError } from '../../../base/errors.js';
import type { ArchiveRestore } from '../../types.js';
import type { EntryKind, Part } from '../script/entries.js';
import { defaultsOf } from '../roles.js';
import { indexOfWord, tokens } from '../script/tokens.js';

type FilterOptions = Pick<
  ArchiveRestore,
  'content' | 'owner' | 'privileges' | 'withoutDefaultsOf' | 'singleTransaction'
>;

const DATA: ReadonlySet<EntryKind> = new Set(['rows', 'sequence value', 'large object']);
const NONE = Buffer.alloc(0);

/**
 * What psql may be told by a dump; we leave these out, and refuse all others. The encoding is set before a `\connect`
 * to a name that is not of letters and digits alone (appendPsqlMetaConnect in PostgreSQL's fe_utils/string_utils.c).
 */
const KNOWN_COMMAND = /^\\(?:(?:un)?restrict|connect|encoding SQL_ASCII)\b/;

/**
 * What of a piece of a plain dump is to be run.
 * - A dump with `--create` makes its own database and goes there: that is left out, for it goes where we say.
 * - Backslash commands could run programs on this machine. `\restrict` has psql refuse them; we refuse them ourselves,
 *   for dumps from before that too, and leave it out, for it would refuse ours.
 * - Tablespaces: the other server has others.
 * - A dump with `--clean` drops first what it is about to make, with `--create` the database of that name too. It is
 *   restored where there is nothing of it, and what else is there must stay.
 * @throws UserError for a command that no dump holds
 */
export function plainBytes({ piece, entry }: Part, options: FilterOptions): Buffer {
  if (piece.kind === 'command') {
    const command = piece.bytes.toString('utf8').trimEnd();
    if (KNOWN_COMMAND.test(command)) return NONE;
    throw new UserError(
      `The dump tells psql to run "${command.slice(0, 60)}", which no dump of PostgreSQL does: it is damaged or was altered.`,
    );
  }
  if (!isWanted(entry, options)) return NONE;
  if (piece.kind !== 'sql' || !piece.first || !piece.last || piece.bytes.length > 4096) return piece.bytes;
  const text = piece.bytes.toString('utf8');
  if (/^SET default_tablespace = /.test(text)) return Buffer.from("SET default_tablespace = '';");
  return isLeftOut(text, entry, options) ? NONE : piece.bytes;
}

function isLeftOut(text: string, { title }: Part['entry'], options: FilterOptions): boolean {
  if (title === undefined && isDrop(text)) return true;
  if (!options.owner && isOwner(text)) return true;
  if (!options.privileges && /^(GRANT|REVOKE) /.test(text)) return true;
  if (defaultsOf(text).some((role) => options.withoutDefaultsOf?.includes(role))) return true;
  // Around large objects; it would end the one transaction.
  return options.singleTransaction && /^(BEGIN|COMMIT);$/.test(text);
}

function isWanted({ kind, title }: Part['entry'], { content, privileges }: FilterOptions): boolean {
  if (kind === 'database' || (kind === 'privileges' && !privileges)) return false;
  if (content === 'schema') return !DATA.has(kind) && kind !== 'refresh';
  if (content === 'data') return DATA.has(kind) || title === undefined;
  return true;
}

/**
 * What `--clean` writes before the first entry: of a default or a constraint `ALTER TABLE ... DROP`, of a partition
 * `DETACH`, of a template database that it is none any more.
 */
function isDrop(statement: string): boolean {
  if (/^(DROP |ALTER DATABASE |SELECT pg_catalog\.lo_unlink\()/.test(statement)) return true;
  return statement.startsWith('ALTER ') && indexOfWord(tokens(statement, 64), ['drop', 'detach']) > 0;
}

/** `ALTER TABLE app.orders OWNER TO shop;`, and what pg_dump has in its place with `--use-set-session-authorization`. */
function isOwner(statement: string): boolean {
  if (statement.startsWith('SET SESSION AUTHORIZATION ')) return tokens(statement)[3]?.kind === 'string';
  if (!statement.startsWith('ALTER ')) return false;
  const list = tokens(statement);
  const at = indexOfWord(list, ['owner']);
  return at > 0 && list[at + 1]?.text === 'to' && list[at + 3]?.text === ';' && at + 4 === list.length;
}
