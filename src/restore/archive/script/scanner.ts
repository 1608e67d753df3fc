/** A piece of an SQL script as pg_dump writes it. The bytes of all pieces in order are the script. */
export interface Piece {
  /**
   * - `sql`: a statement up to its semicolon; a long one comes in several pieces;
   * - `rows`: the data of a COPY, up to and with the line `\.`; in several pieces;
   * - `comment`: one line, outside of a statement;
   * - `blank`: white space between statements;
   * - `command`: a line with a backslash command of psql.
   */
  kind: 'sql' | 'rows' | 'comment' | 'blank' | 'command';
  bytes: Buffer;
  /** The first piece of its statement or data. */
  first: boolean;
  /** The last one. */
  last: boolean;
}

/** Statements up to this size come in one piece. */
export const WHOLE_STATEMENT = 64 * 1024;

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 39;
const IDENTIFIER_QUOTE = 34;
const DOLLAR = 36;
const DASH = 45;
const SLASH = 47;
const STAR = 42;
const BACKSLASH = 92;
const SEMICOLON = 59;
const OPEN = 40;
const CLOSE = 41;
const END_OF_ROWS = Buffer.from('\n\\.');

const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);
const isWordStart = (byte: number): boolean =>
  (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || byte === 95 || byte >= 128;
const isWord = (byte: number): boolean => isWordStart(byte) || (byte >= 48 && byte <= 57) || byte === DOLLAR;

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
  #parentheses = 0;
  #words: string[] = [];
  #lastWords: string[] = [];
  #atomic = 0;

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
    this.#parentheses = 0;
    this.#atomic = 0;
    this.#words = [];
    this.#lastWords = [];
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
    const copies = this.#words[0] === 'copy' && this.#lastWords.join(' ') === 'from stdin';
    const piece = this.#cut('sql', this.#at, true);
    this.#kind = copies ? 'rows' : 'between';
    return piece;
  }

  /** One token outside of quotes. */
  #step(): 'on' | 'more' | 'end' {
    const buffer = this.#buffer;
    const byte = buffer[this.#at] ?? 0;
    if (isWordStart(byte)) return this.#word();
    if (this.#at + 1 >= buffer.length && !this.#final && [DASH, SLASH, DOLLAR].includes(byte)) return 'more';
    const next = buffer[this.#at + 1] ?? 0;
    if (byte === DOLLAR) return this.#dollar();
    this.#at += 1;
    if (byte === QUOTE) this.#inside = 'string';
    else if (byte === IDENTIFIER_QUOTE) this.#enterIdentifier();
    else if (byte === DASH && next === DASH) this.#inside = 'line comment';
    else if (byte === SLASH && next === STAR) {
      this.#inside = 'block comment';
      this.#depth = 0;
      this.#at -= 1;
    } else if (byte === OPEN) this.#parentheses += 1;
    else if (byte === CLOSE) this.#parentheses = Math.max(0, this.#parentheses - 1);
    else if (byte === SEMICOLON && this.#parentheses === 0 && this.#atomic === 0) return 'end';
    return 'on';
  }

  #enterIdentifier(): void {
    this.#inside = 'identifier';
    this.#note('"');
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
    this.#note(word);
    return 'on';
  }

  /** Follows what psql goes by: the first words, the last two, and how deep in the body of a function this is. */
  #note(word: string): void {
    if (this.#words.length < 4) this.#words.push(word);
    this.#lastWords = [...this.#lastWords.slice(-1), word];
    if (!/^create (or replace )?(function|procedure)/.test(this.#words.join(' '))) return;
    if (word === 'begin') this.#atomic += 1;
    else if (word === 'case' && this.#atomic > 0) this.#atomic += 1;
    else if (word === 'end' && this.#atomic > 0) this.#atomic -= 1;
  }

  #dollar(): 'on' | 'more' {
    const buffer = this.#buffer;
    let end = this.#at + 1;
    if (end < buffer.length && isWordStart(buffer[end] ?? 0))
      while (end < buffer.length && isWord(buffer[end] ?? 0) && buffer[end] !== DOLLAR) end += 1;
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
        return this.#leaveQuote(QUOTE, false);
      case 'escape string':
        return this.#leaveQuote(QUOTE, true);
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
      const step =
        buffer[this.#at] === SLASH && buffer[this.#at + 1] === STAR
          ? 1
          : buffer[this.#at] === STAR && buffer[this.#at + 1] === SLASH
            ? -1
            : 0;
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
