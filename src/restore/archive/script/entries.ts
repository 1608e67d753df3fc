import { UserError } from '../../../base/errors.js';
import type { Piece } from './piece.js';
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

// The comment of an extension has no owner.
const HEADER = /^-- (Data for )?Name: (.*; Type: .*; Schema: .*; Owner:.*)$/;
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
  const grouping = new Grouping();
  for await (const piece of pieces) yield* grouping.add(piece);
  yield* grouping.end();
  if (!grouping.complete)
    throw new UserError(
      'The dump has no end: it was cut off, so the archive is damaged. Choose another backup.',
    );
}

/** Whether a piece is a statement that says what the database as a whole is like, or how strings in it are to be read. */
export function tellsOfDatabase({ kind }: ScriptEntry, piece: Piece): boolean {
  if (piece.kind !== 'sql' || !piece.first || !piece.last) return false;
  return kind === 'database' || STRINGS.test(piece.bytes.subarray(0, 50).toString('latin1'));
}

const STRINGS = /^SET standard_conforming_strings\b/;

class Grouping {
  /** Whether the comment that ends every dump was there. */
  complete = false;
  #entry = NONE;
  /** Lines of a comment that may be the head of an entry. */
  #comment: Piece[] = [];
  /** The beginning of an entry of which the kind is not known yet. */
  #held: Piece[] | undefined;

  *add(piece: Piece): Generator<Part> {
    if (piece.kind === 'comment') {
      this.#comment.push(piece);
      return;
    }
    yield* this.#commentEnds();
    const statement = piece.kind === 'sql' && piece.first ? piece.bytes.toString('utf8') : undefined;
    if (statement !== undefined && BETWEEN.test(statement)) {
      yield* this.#release('definition');
      this.#entry = NONE;
    }
    if (this.#held === undefined) {
      yield { piece, entry: this.#entry };
      return;
    }
    this.#held.push(piece);
    const kind = statement === undefined ? undefined : kindOf(statement);
    if (kind !== undefined) yield* this.#release(kind);
  }

  /** No piece follows. */
  *end(): Generator<Part> {
    yield* this.#commentEnds();
    yield* this.#release('definition');
  }

  *#commentEnds(): Generator<Part> {
    const comment = this.#comment;
    if (comment.length === 0) return;
    this.#comment = [];
    const lines = comment.map(({ bytes }) => bytes.toString('utf8').trimEnd());
    const header = lines.map((line) => HEADER.exec(line)).find((match) => match !== null);
    const end = lines.includes(COMPLETE);
    if (header !== undefined || end) {
      yield* this.#release('definition');
      this.#held = [];
      this.#entry = { kind: 'definition', title: header?.[2] };
    }
    if (this.#held === undefined) {
      for (const piece of comment) yield { piece, entry: this.#entry };
      return;
    }
    this.#held.push(...comment);
    this.complete ||= end;
    if (end) yield* this.#release('end');
    else if (header?.[1] !== undefined) yield* this.#release('rows');
  }

  /** The kind of the entry is known. */
  *#release(kind: EntryKind): Generator<Part> {
    if (this.#held === undefined) return;
    this.#entry = { ...this.#entry, kind };
    for (const piece of this.#held) yield { piece, entry: this.#entry };
    this.#held = undefined;
  }
}

const OBJECTS: Record<string, EntryKind> = {
  database: 'database',
  event: 'event trigger',
  large: 'large object',
};

/** How the statements of an entry that is no plain definition begin. */
const KINDS: readonly (readonly [RegExp, EntryKind])[] = [
  [/^select pg_catalog \. setval\b/, 'sequence value'],
  [/^select pg_catalog \. lo(_|write)/, 'large object'],
  [/^refresh\b/, 'refresh'],
  [/^alter default privileges\b/, 'privileges'],
];

/** Undefined where the next statement has to tell. */
function kindOf(statement: string): EntryKind | undefined {
  const list = tokens(statement, 64);
  const start = list
    .slice(0, 4)
    .map(({ kind, text }) => (kind === 'word' || kind === 'symbol' ? text : ''))
    .join(' ');
  const [first = '', second = ''] = start.split(' ');
  if (first === 'set' && second === 'session') return undefined;
  const known = KINDS.find(([pattern]) => pattern.test(start));
  if (known !== undefined) return known[1];
  if (first === 'create' || first === 'alter') return OBJECTS[second] ?? 'definition';
  if (!['comment', 'security', 'grant', 'revoke'].includes(first)) return 'definition';
  const object = OBJECTS[list[indexOfWord(list, ['on']) + 1]?.text ?? ''];
  return object ?? (first === 'grant' || first === 'revoke' ? 'privileges' : 'definition');
}
