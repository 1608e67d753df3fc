import { isUtf8 } from 'node:buffer';

/** Of a longer field only the beginning is kept. */
export const LONGEST_FIELD = 65_536;

const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

/**
 * Reads CSV as PostgreSQL writes its log, in pieces that may break anywhere, also inside a character. Fields hold bytes
 * of whatever encoding their database had: those that are not UTF-8 are read as Latin-1.
 */
export class CsvRows {
  private row: string[] = [];
  private pieces: Buffer[] = [];
  private kept = 0;
  private quoted = false;
  /** The last byte closed a quoted part; a quote right after it stands for one. */
  private closed = false;

  /** @param wanted the columns that are wanted, from 0; the others are read as empty */
  constructor(private readonly wanted: ReadonlySet<number>) {}

  /** @returns the rows that this piece completed */
  push(piece: Buffer): string[][] {
    const rows: string[][] = [];
    let at = 0;
    while (at < piece.length) {
      const end = this.quoted ? indexOrEnd(piece, QUOTE, at) : endOfPlain(piece, at);
      this.keep(piece.subarray(at, end));
      if (end > at) this.closed = false;
      if (end < piece.length) this.special(piece, end, rows);
      at = end + 1;
    }
    return rows;
  }

  private special(piece: Buffer, at: number, rows: string[][]): void {
    const byte = piece[at];
    if (byte === QUOTE) {
      if (!this.quoted && this.closed) this.keep(piece.subarray(at, at + 1));
      this.closed = this.quoted;
      this.quoted = !this.quoted;
      return;
    }
    this.closed = false;
    const [first, second] = this.pieces;
    if (first === undefined) this.row.push('');
    else this.row.push(textOf(second === undefined ? first : Buffer.concat(this.pieces)));
    this.pieces = [];
    this.kept = 0;
    if (byte === COMMA) return;
    rows.push(this.row);
    this.row = [];
  }

  private keep(bytes: Buffer): void {
    if (!this.wanted.has(this.row.length)) return;
    const some = bytes.subarray(0, LONGEST_FIELD - this.kept);
    if (some.length === 0) return;
    this.pieces.push(some);
    this.kept += some.length;
  }
}

function indexOrEnd(piece: Buffer, byte: number, from: number): number {
  const index = piece.indexOf(byte, from);
  return index === -1 ? piece.length : index;
}

function endOfPlain(piece: Buffer, from: number): number {
  let at = from;
  for (; at < piece.length; at += 1) {
    const byte = piece[at];
    if (byte === QUOTE || byte === COMMA || byte === NEWLINE) break;
  }
  return at;
}

function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  // A field that was cut may end inside a character.
  const whole = bytes.subarray(0, wholeCharacters(bytes));
  return bytes.length === LONGEST_FIELD && isUtf8(whole) ? whole.toString('utf8') : bytes.toString('latin1');
}

/** How many bytes there are without a last character that lacks some. */
function wholeCharacters(bytes: Buffer): number {
  let at = bytes.length;
  while (at > 0 && ((bytes[at - 1] ?? 0) & 0xc0) === 0x80) at -= 1;
  return Math.max(0, at - 1);
}
