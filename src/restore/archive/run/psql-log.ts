import type { Reporter } from '../../../base/reporter.js';
import type { RestoreError } from '../../types.js';
import { harmless } from '../harmless.js';
import { shortStatement } from './statement.js';

const MOST = 1000;
const MOST_LINES = 20;

const LINE = /^psql:<stdin>:(\d+): (.*)$/;
/** `ERROR:  42P01: relation ...`; the severity is in the server's language. */
const REPORT = /^(?<severity>[^\s:]+):\s+(?<sqlstate>[0-9A-Z]{5}): (?<message>.*)$/;
/** Some of these have the SQLSTATE of an error: CREATE PUBLICATION warns of `wal_level` with 55000. */
const NO_ERROR: ReadonlySet<string | undefined> = new Set(['NOTICE', 'WARNING', 'INFO', 'LOG', 'DEBUG']);
/** psql and the server add these to an error, each as a line. */
const MORE =
  /^(DETAIL|HINT|CONTEXT|LOCATION|QUERY|LINE \d+|SCHEMA NAME|TABLE NAME|COLUMN NAME|CONSTRAINT NAME|DATATYPE NAME):/;

/** Reads what psql says on its standard error while it runs a script from its standard input. */
export class PsqlLog {
  readonly errors: RestoreError[] = [];
  /** What psql said of itself: the session ended, or it is no psql. */
  readonly fatal: string[] = [];
  #left = 0;
  #message: { line: number; text: string[] } | undefined;
  #error: (RestoreError & { statement: string | undefined }) | undefined;

  /** @param entryAt the title of the entry that a line of the script belongs to */
  constructor(
    private readonly reporter: Reporter,
    private readonly entryAt: (line: number) => string | undefined,
  ) {}

  line(text: string): void {
    const match = LINE.exec(text);
    if (match === null && this.#message !== undefined) {
      if (this.#message.text.length < MOST_LINES) this.#message.text.push(text);
      return;
    }
    this.#end();
    this.#message = { line: Number(match?.[1] ?? 0), text: [match?.[2] ?? text] };
  }

  /** Nothing more is said. */
  end(): void {
    this.#end();
    if (this.#left > 0)
      this.errors.push({
        message: `${this.#left} more errors`,
        statement: undefined,
        entry: undefined,
        harmless: undefined,
      });
    this.#left = 0;
  }

  #end(): void {
    if (this.#message === undefined) return;
    const { line, text } = this.#message;
    this.#message = undefined;
    const [first = '', ...rest] = text;
    if (first.startsWith('STATEMENT:  ')) {
      this.#statement([first.slice('STATEMENT:  '.length), ...rest].join('\n'));
      return;
    }
    const report = REPORT.exec(first)?.groups;
    if (report === undefined) {
      // The end of the data of a COPY that failed: the next data is not sent.
      if (first !== 'error: invalid command \\.') this.fatal.push(...text);
      return;
    }
    if (NO_ERROR.has(report['severity']) || /^0[012]/.test(report['sqlstate'] ?? '')) {
      this.reporter.output('psql', `${report['severity']}:  ${report['message']}`);
      return;
    }
    const more = rest.findIndex((part) => MORE.test(part));
    const message = [report['message'] ?? '', ...rest.slice(0, more === -1 ? undefined : more)].join('\n');
    this.#error = { message, statement: undefined, entry: this.entryAt(line), harmless: undefined };
    if (this.errors.length < MOST) this.errors.push(this.#error);
    else this.#left += 1;
  }

  #statement(sql: string): void {
    if (this.#error === undefined) return;
    this.#error.statement = shortStatement(sql);
    this.#error.harmless = harmless(this.#error);
    this.#error = undefined;
  }
}
