/** An error that the server reported for one statement. The session lives on. */
export class SqlError extends Error {
  override readonly name = 'SqlError';

  constructor(
    /** The server's primary message, in the server's language. */
    message: string,
    /** Five characters: https://www.postgresql.org/docs/current/errcodes-appendix.html */
    readonly sqlstate: string,
    /** The DETAIL, HINT and CONTEXT lines, or the empty string. */
    readonly detail: string,
  ) {
    super(message);
  }
}

/**
 * Collects what psql prints for one statement until both of its streams showed the marker that we made it print last:
 * on standard output `<result>`, `<marker> <failed> <sqlstate>`, `<last error message>`, `<marker>`.
 */
export class Reply {
  readonly chunks: Buffer[] = [];
  readonly lines: string[] = [];
  private tail = '';
  private stdoutDone = false;
  private stderrDone = false;

  constructor(readonly marker: string) {}

  get complete(): boolean {
    return this.stdoutDone && this.stderrDone;
  }

  stdout(chunk: Buffer): void {
    this.chunks.push(chunk);
    // psql waits for us after the marker, so only the very end has to be looked at: no search through megabytes.
    const end = `\n${this.marker}\n`;
    this.tail = (this.tail + chunk.subarray(-end.length).toString('latin1')).slice(-end.length);
    this.stdoutDone = this.tail === end;
  }

  stderr(line: string): void {
    if (line === this.marker) this.stderrDone = true;
    else this.lines.push(line);
  }
}

export interface ParsedReply {
  text: string;
  error: SqlError | undefined;
  /** Lines that belong to no error. */
  notices: string[];
}

/** `ERROR:  42P01: relation ...`, as psql prints it with VERBOSITY=verbose; the severity is in the server's language. */
const REPORT = /^(?:psql:\S*:\d+: )?(?<severity>[^\s:]+):\s+(?<sqlstate>[0-9A-Z]{5}): (?<message>.*)$/;
const HARMLESS = new Set(['NOTICE', 'WARNING', 'INFO', 'LOG', 'DEBUG']);

/** What the collected output says. */
export function parseReply(reply: Reply): ParsedReply {
  const output = Buffer.concat(reply.chunks).toString('utf8');
  const at = output.lastIndexOf(`${reply.marker} `);
  const text = output.slice(0, at).replace(/\n$/, '');
  const status = output.slice(at + reply.marker.length + 1, -(reply.marker.length + 2));
  const [, failed, sqlstate = '', message = ''] = /^(\S+) (\S+)\n([^]*)$/.exec(status) ?? [];

  // psql's variables tell of the last statement only. Where someone passed several at once, the report of an earlier
  // one still counts.
  const reported = reply.lines
    .map((line) => REPORT.exec(line)?.groups)
    .find((groups) => groups !== undefined && isError(groups['severity'] ?? '', groups['sqlstate'] ?? ''));
  if (failed !== 'true' && reported === undefined)
    return { text, error: undefined, notices: reply.lines.flatMap(noticeLine) };
  const detail = reply.lines.filter((line) => /^(?:DETAIL|HINT|CONTEXT):/.test(line)).join('\n');
  const error =
    failed === 'true'
      ? new SqlError(message.trimEnd(), sqlstate, detail)
      : new SqlError(reported?.['message'] ?? '', reported?.['sqlstate'] ?? 'XX000', detail);
  return { text, error, notices: [] };
}

/** Without what `verbose` adds for us. */
function noticeLine(line: string): string[] {
  if (line.startsWith('LOCATION:')) return [];
  const { severity, message } = REPORT.exec(line)?.groups ?? {};
  return [severity === undefined ? line : `${severity}:  ${message}`];
}

function isError(severity: string, sqlstate: string): boolean {
  return !HARMLESS.has(severity) && !/^0[012]/.test(sqlstate);
}
