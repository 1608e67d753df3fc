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
