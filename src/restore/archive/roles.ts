import { CancelledError } from '../../base/errors.js';
import { entriesArgs } from '../../postgres/argv-restore.js';
import { readContents, type ArchiveRequest } from './contents.js';
import { isData } from './kinds.js';
import { archiveSql, withList } from './script/archive-sql.js';
import { decoderOf, encodingIn } from './script/encoding.js';
import type { Piece } from './script/piece.js';
import { piecesOf, piecesOfFile } from './script/source.js';
import { indexOfWord, tokens, type Token } from './script/tokens.js';

/** The roles that the definitions in an archive name, sorted. */
export interface RolesNamed {
  /** As owner, grantor, grantee or otherwise; large objects' too. */
  all: string[];
  /** Those of them whose default privileges are set. */
  withDefaults: string[];
}

/**
 * The roles that must be there before an archive is restored with owners and privileges. Rows are not read.
 * @throws UserError when the archive is damaged, CancelledError
 */
export async function rolesNamedIn(request: ArchiveRequest): Promise<RolesNamed> {
  const { archive, programs, signal } = request;
  if (archive.format === 'plain') return collect(piecesOfFile(archive.path, signal));
  const entries = ((await readContents(request)) ?? []).filter((entry) => !isData(entry));
  if (signal.aborted) throw new CancelledError();
  if (entries.length === 0) return { all: [], withDefaults: [] };
  return withList(entries, (list) =>
    collect(piecesOf(archiveSql(programs, entriesArgs(archive.path, list), signal))),
  );
}

async function collect(pieces: AsyncIterable<Piece>): Promise<RolesNamed> {
  const roles = new Set<string>();
  const withDefaults = new Set<string>();
  let decode = decoderOf('UTF8');
  for await (const { kind, first, bytes } of pieces) {
    if (kind !== 'sql' || !first || !MAY_NAME.test(bytes.subarray(0, 20).toString('latin1'))) continue;
    const sql = decode(bytes);
    const encoding = encodingIn(sql);
    if (encoding !== undefined) decode = decoderOf(encoding);
    for (const role of rolesOf(sql)) roles.add(role);
    for (const role of defaultsOf(sql)) withDefaults.add(role);
  }
  return { all: [...roles].sort(), withDefaults: [...withDefaults].sort() };
}

const MAY_NAME = /^(ALTER|GRANT|REVOKE|SET (SESSION|client)|CREATE (POLICY|USER|SCHEMA))/;

/** The roles that one statement of a dump names. */
export function rolesOf(sql: string): string[] {
  const list = tokens(sql);
  const [first = '', second = ''] = list.map(({ kind, text }) => (kind === 'word' ? text : ''));
  return RULES[`${first} ${second}`]?.(list) ?? RULES[first]?.(list) ?? [];
}

/** The roles whose default privileges one statement of a dump sets. */
export function defaultsOf(sql: string): string[] {
  return DEFAULTS.test(sql) ? names(tokens(sql), 4) : [];
}

const DEFAULTS = /^ALTER DEFAULT PRIVILEGES FOR /;

function after(list: readonly Token[], ...words: string[]): string[] {
  return names(list, indexOfWord(list, words));
}

/** Where roles stand, by the first word or two of a statement. */
const RULES: Readonly<Record<string, (list: readonly Token[]) => string[]>> = {
  grant: (list) => [...after(list, 'to'), ...grantor(list)],
  revoke: (list) => [...after(list, 'from'), ...grantor(list)],
  'set session': (list) => names(list, 2),
  'create policy': (list) => after(list, 'to'),
  'create user': (list) => after(list, 'for'),
  'create schema': (list) => after(list, 'authorization'),
  'alter default': (list) => [...names(list, 4), ...after(list, 'to', 'from')],
  'alter role': (list) => names(list, 1),
  alter: owner,
};

/** Words that stand where a role may, and name none. A role of such a name is always quoted. */
const NO_ROLE = new Set(['public', 'current_user', 'current_role', 'session_user', 'default', 'none']);

/** The names in the list that begins after this token. */
function names(list: readonly Token[], at: number): string[] {
  if (at < 0) return [];
  const found: string[] = [];
  for (let index = at + 1; index < list.length; index += 2) {
    const token = list[index];
    if (token === undefined || token.kind === 'symbol') break;
    if (token.kind !== 'word' || !NO_ROLE.has(token.text)) found.push(token.text);
    if (list[index + 1]?.text !== ',') break;
  }
  return found;
}

function grantor(list: readonly Token[]): string[] {
  const at = list.findIndex(
    ({ kind, text }, index) => kind === 'word' && text === 'granted' && list[index + 1]?.text === 'by',
  );
  return at < 0 ? [] : names(list, at + 1);
}

/** `ALTER ... OWNER TO role`, whatever the object is called. */
function owner(list: readonly Token[]): string[] {
  const at = list.findIndex(
    (token, index) =>
      token.kind === 'word' &&
      token.text === 'owner' &&
      token.depth === 0 &&
      list[index + 1]?.kind === 'word' &&
      list[index + 1]?.text === 'to',
  );
  return at < 0 ? [] : names(list, at + 1);
}
