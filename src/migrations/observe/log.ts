import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/errors.js';
import { quoteLiteral, type Psql } from '../../postgres/psql.js';
import { CsvRows } from './csv.js';

/** What one line of the server's log says; the order of its columns is in the documentation, 19.8.4. */
export interface LogRow {
  /** Milliseconds since 1970. */
  at: number;
  pid: number;
  /** Of the session, as `SESSION_ID` computes it: unique as long as the server runs. */
  session: string;
  /** What the process called itself: the command's tag, `PARSE`, `BIND`, or its state. */
  tag: string;
  /** The transaction's number, once it has changed something; else `0`. */
  xid: string;
  severity: string;
  sqlstate: string;
  message: string;
  /** The statement that an error belongs to. */
  query: string;
  backend: string;
}

/** For `pg_stat_activity`: the session's name in the log (documentation, `log_line_prefix`, `%c`). */
export const SESSION_ID = `pg_catalog.to_hex(pg_catalog.trunc(EXTRACT(EPOCH FROM backend_start))::integer) || '.' || pg_catalog.to_hex(pid)`;

/** Where they stand; never read are what may hold values of rows: details, contexts, statements inside functions. */
const COLUMNS = {
  ...{ at: 0, pid: 3, session: 5, tag: 7, xid: 10, severity: 11, sqlstate: 12, message: 13, query: 19 },
  backend: 23,
} as const satisfies Record<keyof LogRow, number>;

const CHUNK = 4 * 1024 * 1024;
const LOOK_AGAIN_MS = 20;
/** The collector is given this long to write what it was sent. */
const SILENT_MS = 20_000;

/**
 * The server's log from a certain moment on, read through the server: the file may belong to another user of the
 * system. Only as much as a line of ours proves to be written is read; what was logged before it is there then, since all lines go through one pipe.
 */
export class ServerLog {
  private readonly rows = new CsvRows(new Set(Object.values(COLUMNS)));

  private constructor(
    private readonly path: string,
    private offset: number,
  ) {}

  /** @throws UserError where the server keeps no such log. */
  static async open(psql: Psql): Promise<ServerLog> {
    const path = await psql.value(`SELECT pg_catalog.pg_current_logfile('csvlog')`);
    if (path === '') throw new UserError('The scratch server keeps no log that could be read.');
    const size = await psql.value(`SELECT size FROM pg_catalog.pg_stat_file(${quoteLiteral(path)})`);
    return new ServerLog(path, Number(size));
  }

  /**
   * Reads on until a row is the last that is wanted.
   * @param see gets each row in order; true for the last. Rows that came with it are still given
   * @throws UserError when that row does not come.
   */
  async follow(psql: Psql, see: (row: LogRow) => boolean): Promise<void> {
    let silentSince = Date.now();
    for (let last = false; !last;) {
      const text = await psql.value(
        `SELECT pg_catalog.encode(pg_catalog.pg_read_binary_file(${quoteLiteral(this.path)}, ${this.offset}, ${CHUNK}), 'base64')`,
      );
      const piece = Buffer.from(text, 'base64');
      this.offset += piece.length;
      for (const columns of this.rows.push(piece)) last = see(rowOf(columns)) || last;
      if (piece.length > 0) silentSince = Date.now();
      else if (Date.now() - silentSince > SILENT_MS)
        throw new UserError('The server writes its log no more.');
      else await sleep(LOOK_AGAIN_MS);
    }
  }
}

function rowOf(columns: readonly string[]): LogRow {
  const column = (name: keyof typeof COLUMNS): string => columns[COLUMNS[name]] ?? '';
  return {
    at: Date.parse(`${column('at').slice(0, 23).replace(' ', 'T')}Z`),
    pid: Number(column('pid')),
    session: column('session'),
    tag: column('tag'),
    xid: column('xid'),
    severity: column('severity'),
    sqlstate: column('sqlstate'),
    message: column('message'),
    query: column('query'),
    backend: column('backend'),
  };
}
