import {
  BACKSLASH,
  DASH,
  DOLLAR,
  endOfTag,
  IDENTIFIER_QUOTE,
  isSpace,
  isWord,
  isWordStart,
  nesting,
  NEWLINE,
  QUOTE,
  RETURN,
  SEMICOLON,
  SLASH,
  STAR,
} from './characters.js';
import type { Piece } from './piece.js';
import { StatementWords } from './statement-words.js';

/** Statements up to this size come in one piece. */
export const WHOLE_STATEMENT = 64 * 1024;

const END_OF_ROWS = Buffer.from('\n\\.');

/** What the lexer is inside of. */
type Inside =
  'nothing' | 'string' | 'escape string' | 'identifier' | 'dollar' | 'line comment' | 'block comment';

/**
 * Splits a script into statements and data, fed piece by piece, by the rules of psql: quotes of all kinds, comments,
 * parentheses and the bodies of `BEGIN ATOMIC` functions hide semicolons, and data follows `COPY ... FROM stdin;`.
 * Memory stays flat whatever the statements hold. Works on bytes: in every encoding that a server can have, ASCII
 * characters are themselves.
 */
export class ScriptScanner {
  #buffer: Buffer = Buffer.alloc(0);
  /** Where the lexer is in the buffer, which begins where the piece begins. */
  #at = 0;
  #final = false;
  #kind: 'between' | 'sql' | 'rows' = 'between';
  #first = true;
  #inside: Inside = 'nothing';
  #tag: Buffer = Buffer.alloc(0);
  #depth = 0;
  #words = new StatementWords();

  /** The pieces that are complete with this chunk. */
  *push(chunk: Buffer): Generator<Piece> {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    yield* this.#pieces();
  }

  /** What is left; the script is over. */
  *end(): Generator<Piece> {
    this.#final = true;
    yield* this.#pieces();
    if (this.#buffer.length > 0)
      yield this.#cut(this.#kind === 'between' ? 'blank' : this.#kind, this.#buffer.length, true);
  }

  /** True when the script ended within a statement or data: it is cut off. */
  get open(): boolean {
    return this.#kind !== 'between';
  }

  *#pieces(): Generator<Piece> {
    for (;;) {
      const piece =
        this.#kind === 'between' ? this.#between() : this.#kind === 'sql' ? this.#sql() : this.#rows();
      if (piece === undefined) return;
      if (piece.bytes.length > 0) yield piece;
    }
  }

  #cut(kind: Piece['kind'], length: number, last: boolean): Piece {
    const bytes = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    this.#at = Math.max(0, this.#at - length);
    const first = this.#first;
    this.#first = last;
    return { kind, bytes, first, last };
  }

  #between(): Piece | undefined {
    const buffer = this.#buffer;
    let at = 0;
    while (at < buffer.length && isSpace(buffer[at] ?? 0)) at += 1;
    if (at > 0) return this.#cut('blank', at, true);
    if (buffer.length === 0 || (buffer.length === 1 && !this.#final)) return undefined;
    const comment = buffer[0] === DASH && buffer[1] === DASH;
    if (comment || buffer[0] === BACKSLASH) {
      const newline = buffer.indexOf(NEWLINE);
      if (newline === -1 && !this.#final) return undefined;
      return this.#cut(comment ? 'comment' : 'command', newline === -1 ? buffer.length : newline + 1, true);
    }
    this.#kind = 'sql';
    this.#inside = 'nothing';
    this.#words = new StatementWords();
    return this.#sql();
  }

  #sql(): Piece | undefined {
    while (this.#at < this.#buffer.length) {
      const ended = this.#inside === 'nothing' ? this.#step() : this.#leave();
      if (ended === 'more') break;
      if (ended === 'end') return this.#endOfStatement();
    }
    return this.#at >= WHOLE_STATEMENT ? this.#cut('sql', this.#at, false) : undefined;
  }

  #endOfStatement(): Piece {
    const piece = this.#cut('sql', this.#at, true);
    this.#kind = this.#words.copies ? 'rows' : 'between';
    return piece;
  }

  /** One token outside of quotes. */
  #step(): 'on' | 'more' | 'end' {
    const buffer = this.#buffer;
    const byte = buffer[this.#at] ?? 0;
    if (isWordStart(byte)) return this.#word();
    if (this.#at + 1 >= buffer.length && !this.#final && [DASH, SLASH, DOLLAR].includes(byte)) return 'more';
    if (byte === DOLLAR) return this.#dollar();
    if (byte === SEMICOLON && this.#words.mayEnd) {
      this.#at += 1;
      return 'end';
    }
    this.#enter(byte, buffer[this.#at + 1] ?? 0);
    this.#at += 1;
    return 'on';
  }

  /** Notes what begins with this character. */
  #enter(byte: number, next: number): void {
    if (byte === QUOTE) this.#inside = 'string';
    else if (byte === IDENTIFIER_QUOTE) {
      this.#inside = 'identifier';
      this.#words.note('"');
    } else if (byte === DASH && next === DASH) this.#inside = 'line comment';
    else if (byte === SLASH && next === STAR) {
      this.#inside = 'block comment';
      this.#depth = 1;
      this.#at += 1;
    } else this.#words.symbol(byte);
  }

  #word(): 'on' | 'more' {
    const buffer = this.#buffer;
    let end = this.#at + 1;
    while (end < buffer.length && isWord(buffer[end] ?? 0)) end += 1;
    if (end === buffer.length && !this.#final) return 'more';
    const word = buffer.subarray(this.#at, end).toString('latin1').toLowerCase();
    this.#at = end;
    if (word === 'e' && buffer[end] === QUOTE) {
      this.#inside = 'escape string';
      this.#at += 1;
    }
    this.#words.note(word);
    return 'on';
  }

  #dollar(): 'on' | 'more' {
    const buffer = this.#buffer;
    const end = endOfTag(buffer, this.#at);
    if (end === buffer.length && !this.#final) return 'more';
    if (buffer[end] === DOLLAR) {
      this.#tag = Buffer.from(buffer.subarray(this.#at, end + 1));
      this.#inside = 'dollar';
      this.#at = end + 1;
    } else this.#at += 1;
    return 'on';
  }

  /** Goes to the end of what hides semicolons. */
  #leave(): 'on' | 'more' {
    switch (this.#inside) {
      case 'string':
      case 'escape string':
        return this.#leaveQuote(QUOTE, this.#inside === 'escape string');
      case 'identifier':
        return this.#leaveQuote(IDENTIFIER_QUOTE, false);
      case 'dollar':
        return this.#leaveAt(this.#buffer.indexOf(this.#tag, this.#at), this.#tag.length);
      case 'line comment':
        return this.#leaveAt(this.#buffer.indexOf(NEWLINE, this.#at), 1);
      case 'block comment':
        return this.#leaveComment();
      case 'nothing':
        return 'on';
    }
  }

  #leaveAt(found: number, length: number): 'on' | 'more' {
    if (found === -1) {
      this.#at = Math.max(this.#at, this.#buffer.length - length + 1);
      return 'more';
    }
    this.#at = found + length;
    this.#inside = 'nothing';
    return 'on';
  }

  #leaveQuote(quote: number, escapes: boolean): 'on' | 'more' {
    const buffer = this.#buffer;
    let at = escapes ? this.#at : buffer.indexOf(quote, this.#at);
    while (escapes && at < buffer.length && buffer[at] !== quote) {
      if (buffer[at] === BACKSLASH && at + 1 >= buffer.length) break;
      at += buffer[at] === BACKSLASH ? 2 : 1;
    }
    if (at === -1) at = buffer.length;
    this.#at = Math.min(at, buffer.length);
    if (at >= buffer.length || buffer[at] !== quote || (at + 1 >= buffer.length && !this.#final))
      return 'more';
    if (buffer[at + 1] === quote) this.#at = at + 2;
    else {
      this.#at = at + 1;
      this.#inside = 'nothing';
    }
    return 'on';
  }

  #leaveComment(): 'on' | 'more' {
    const buffer = this.#buffer;
    for (; this.#at + 1 < buffer.length; this.#at += 1) {
      const step = nesting(buffer[this.#at], buffer[this.#at + 1]);
      if (step === 0) continue;
      this.#depth += step;
      this.#at += 1;
      if (this.#depth > 0) continue;
      this.#at += 1;
      this.#inside = 'nothing';
      return 'on';
    }
    return 'more';
  }

  /** Begins with the line feed that ends the COPY, so that the end of the data always follows a line feed. */
  #rows(): Piece | undefined {
    const buffer = this.#buffer;
    for (let from = 0; ;) {
      const found = buffer.indexOf(END_OF_ROWS, from);
      if (found === -1) return this.#someRows(buffer.length - END_OF_ROWS.length + 1);
      const after = found + END_OF_ROWS.length;
      const end = buffer[after] === RETURN ? after + 1 : after;
      if (end >= buffer.length && !this.#final) return this.#someRows(found);
      if (end >= buffer.length || buffer[end] === NEWLINE) {
        this.#kind = 'between';
        return this.#cut('rows', Math.min(end + 1, buffer.length), true);
      }
      from = after;
    }
  }

  #someRows(length: number): Piece | undefined {
    return length <= 0 ? undefined : this.#cut('rows', length, false);
  }
}
