import { databaseArgs } from '../../postgres/argv-restore.js';
import { INITIAL_GRANTS } from '../../postgres/database/grants.js';
import type { DatabaseProperties } from '../../postgres/database/properties.js';
import { joinValues } from '../../postgres/database/settings.js';
import type { ArchiveRequest } from '../archive/index.js';
import { archiveSql } from '../archive/script/archive-sql.js';
import { entriesOf, tellsOfDatabase } from '../archive/script/entries.js';
import { piecesOf, piecesOfFile } from '../archive/script/source.js';
import { indexOfWord, tokens, type Token } from '../archive/script/tokens.js';

/** What an archive knows of its database as a whole. */
export type ArchivedProperties = Pick<DatabaseProperties, 'settings' | 'grants' | 'comment'> & {
  owner: string | undefined;
  /** Undefined: none was set. */
  connectionLimit: number | undefined;
};

/**
 * Reads the database's own settings, rights, owner and comment, which only a restore with `--create` would restore.
 * @throws UserError when the archive is damaged, CancelledError
 */
export async function archivedProperties(request: ArchiveRequest): Promise<ArchivedProperties> {
  const { archive, programs, signal } = request;
  const pieces =
    archive.format === 'plain'
      ? piecesOfFile(archive.path, signal)
      : piecesOf(archiveSql(programs, databaseArgs(archive.path), signal));
  const statements: string[] = [];
  for await (const { piece, entry } of entriesOf(pieces))
    if (tellsOfDatabase(entry, piece)) statements.push(piece.bytes.toString('utf8'));
  return propertiesIn(statements);
}

/** Reads the statements that pg_dump writes for a database. Those that make it or name its tablespace are left out. */
export function propertiesIn(statements: readonly string[]): ArchivedProperties {
  const found: ArchivedProperties = {
    owner: undefined,
    connectionLimit: undefined,
    comment: null,
    settings: [],
    grants: null,
  };
  let standard = true;
  for (const statement of statements) {
    const list = tokens(statement);
    const [first = '', second = ''] = list.map(({ kind, text }) => (kind === 'word' ? text : ''));
    if (first === 'alter' && second === 'database') alterDatabase(list, found);
    else if (first === 'alter' && second === 'role') addSetting(list.slice(6), list[2]?.text, found);
    else if (first === 'set') standard = !list.some(({ text }) => text === 'off');
    else if (first === 'comment') found.comment = commentIn(list, standard);
    else if (first === 'grant' || first === 'revoke') applyGrant(list, first, found);
  }
  return found;
}

/** @param standard whether a backslash stands for itself in a string */
function commentIn(list: readonly Token[], standard: boolean): string | null {
  const text = list.find(({ kind }) => kind === 'string')?.text ?? null;
  return standard || text === null ? text : text.replaceAll('\\\\', '\\');
}

/** `ALTER DATABASE name ...` */
function alterDatabase(list: readonly Token[], found: ArchivedProperties): void {
  const word = list[3]?.text;
  if (word === 'owner') found.owner = list[5]?.text;
  else if (word === 'set') addSetting(list.slice(3), undefined, found);
  else if (word === 'connection') found.connectionLimit = Number(numberIn(list));
}

/** The number of `CONNECTION LIMIT = -1`; the sign is a token of its own. */
function numberIn(list: readonly Token[]): string {
  return list
    .slice(5)
    .map(({ text }) => text)
    .join('')
    .replaceAll(/[^\d-]/g, '');
}

/** `SET name TO 'value', 'value'` */
function addSetting(list: readonly Token[], role: string | undefined, found: ArchivedProperties): void {
  const name = list[1]?.text;
  if (name === undefined) return;
  const values = list.slice(3).filter(({ kind }) => kind !== 'symbol');
  found.settings.push({
    role,
    name,
    value: joinValues(
      name,
      values.map(({ text }) => text),
    ),
  });
}

const ALL = ['CREATE', 'TEMPORARY', 'CONNECT'];

function applyGrant(list: readonly Token[], verb: 'grant' | 'revoke', found: ArchivedProperties): void {
  const end = indexOfWord(list, ['on']);
  const at = indexOfWord(list, [verb === 'grant' ? 'to' : 'from'], end);
  const who = list[at + 1];
  if (end < 0 || at < 0 || who === undefined) return;
  const grantee = who.kind === 'word' && who.text === 'public' ? undefined : who.text;
  const named = list.slice(1, end).flatMap(({ kind, text }) => (kind === 'word' ? [text.toUpperCase()] : []));
  const privileges = named.includes('ALL')
    ? ALL
    : named.map((name) => (name === 'TEMP' ? 'TEMPORARY' : name));
  const before = found.grants ?? INITIAL_GRANTS;
  const others = before.filter((grant) => grant.grantee !== grantee || !privileges.includes(grant.privilege));
  const grantable = list.some(({ kind, text }) => kind === 'word' && text === 'option');
  found.grants =
    verb === 'revoke'
      ? others
      : [...others, ...privileges.map((privilege) => ({ grantee, privilege, grantable }))];
}
