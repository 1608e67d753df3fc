import { UserError } from '../../../base/errors.js';
import type { Piece } from './scanner.js';
import { indexOfWord, tokens } from './tokens.js';

/** What an entry of a plain dump is, where it matters here. */
export type EntryKind =
  | 'definition'
  | 'rows'
  | 'sequence value'
  | 'large object'
  | 'refresh'
  | 'database'
  | 'event trigger'
  | 'privileges'
  /** The comment at the end that says the dump is complete, and what follows. */
  | 'end';

export interface ScriptEntry {
  kind: EntryKind;
  /** `orders; Type: TABLE; Schema: app; Owner: shop`; undefined for what is between the entries. */
  title: string | undefined;
}

/** A piece of a plain dump, and the entry that it belongs to. */
export interface Part {
  piece: Piece;
  entry: ScriptEntry;
}

const HEADER = /^-- (Data for )?Name: (.*; Type: .*; Schema: .*; Owner: .*)$/;
const COMPLETE = '-- PostgreSQL database dump complete';
/** Set before the entry that it is for, so it is no part of the one that it follows. */
const BETWEEN = /^SET default_(tablespace|table_access_method)\b/;
const NONE: ScriptEntry = { kind: 'definition', title: undefined };

/**
 * Groups the pieces of a plain dump into its entries, each of which begins with a comment of three lines.
 * What kind an entry is says its first statement: the comment holds names unquoted, so its text proves nothing but that
 * rows follow.
 * @throws UserError when the comment that ends every dump is missing
 */
export async function* entriesOf(pieces: AsyncIterable<Piece>): AsyncGenerator<Part> {
  let entry = NONE;
  let comment: Piece[] = [];
  let held: Piece[] | undefined;
  let complete = false;
  const release = (kind: EntryKind): Part[] => {
    entry = { ...entry, kind };
    const parts = (held ?? []).map((piece) => ({ piece, entry }));
    held = undefined;
    return parts;
  };
  for await (const piece of pieces) {
    if (piece.kind === 'comment') {
      comment.push(piece);
      continue;
    }
    if (comment.length > 0) {
      const lines = comment.map(({ bytes }) => bytes.toString('utf8').trimEnd());
      const header = lines.map((line) => HEADER.exec(line)).find((match) => match !== null);
      const end = lines.includes(COMPLETE);
      complete ||= end;
      if (header !== undefined || end) {
        if (held !== undefined) yield* release('definition');
        held = [];
        entry = { kind: 'definition', title: header?.[2] };
      }
      if (held !== undefined) held.push(...comment);
      else for (const line of comment) yield { piece: line, entry };
      comment = [];
      if (end) yield* release('end');
      else if (header?.[1] !== undefined) yield* release('rows');
    }
    const text = piece.kind === 'sql' && piece.first ? piece.bytes.toString('utf8') : '';
    if (BETWEEN.test(text)) {
      if (held !== undefined) yield* release('definition');
      entry = NONE;
    }
    if (held === undefined) {
      yield { piece, entry };
      continue;
    }
    held.push(piece);
    const kind = text === '' ? undefined : kindOf(text);
    if (kind !== undefined) yield* release(kind);
  }
  if (held !== undefined) yield* release('definition');
  for (const piece of comment) yield { piece, entry: NONE };
  if (!complete && !comment.some(({ bytes }) => bytes.toString('utf8').trimEnd() === COMPLETE))
    throw new UserError(
      'The dump has no end: it was cut off, so the archive is damaged. Choose another backup.',
    );
}

const OBJECTS: Record<string, EntryKind> = {
  database: 'database',
  event: 'event trigger',
  large: 'large object',
};

/** Undefined where the next statement has to tell. */
function kindOf(statement: string): EntryKind | undefined {
  const list = tokens(statement, 64);
  const [first, second] = list.map(({ kind, text }) => (kind === 'word' ? text : ''));
  const on = (otherwise: EntryKind): EntryKind =>
    OBJECTS[list[indexOfWord(list, ['on']) + 1]?.text ?? ''] ?? otherwise;
  switch (first) {
    case 'set':
      return second === 'session' ? undefined : 'definition';
    case 'select': {
      const called = list[3]?.text ?? '';
      if (called === 'setval') return 'sequence value';
      return /^lo(_|write)/.test(called) ? 'large object' : 'definition';
    }
    case 'refresh':
      return 'refresh';
    case 'create':
      return second === 'database' || second === 'event' ? OBJECTS[second] : 'definition';
    case 'alter':
      return second === 'default' ? 'privileges' : (OBJECTS[second ?? ''] ?? 'definition');
    case 'comment':
    case 'security':
      return on('definition');
    case 'grant':
    case 'revoke':
      return on('privileges');
    default:
      return 'definition';
  }
}
