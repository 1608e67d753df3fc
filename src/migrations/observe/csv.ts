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
    this.row.push(textOf(Buffer.concat(this.pieces)));
    this.pieces = [];
    this.kept = 0;
    if (byte === COMMA) return;
    rows.push(this.row);
    this.row = [];
  }

  private keep(bytes: Buffer): void {
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

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Buffer): string {
  try {
    // A field that was cut may end inside a character.
    return utf8.decode(bytes.length < LONGEST_FIELD ? bytes : bytes.subarray(0, wholeCharacters(bytes)));
  } catch {
    return bytes.toString('latin1');
  }
}

/** How many bytes there are without a last character that lacks some. */
function wholeCharacters(bytes: Buffer): number {
  let at = bytes.length;
  while (at > 0 && ((bytes[at - 1] ?? 0) & 0xc0) === 0x80) at -= 1;
  return Math.max(0, at - 1);
}
