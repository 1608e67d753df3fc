import type { Reporter } from '../../../base/reporter.js';
import type { RestoreError } from '../../types.js';
import { harmless } from '../harmless.js';
import { shortStatement } from './statement.js';

/** More errors than anyone reads; the rest are only counted. */
const MOST = 1000;
const MOST_LINES = 20;

const PREFIX = 'pg_restore: ';
/** What goes on after an error. Everything else that begins with `error:` ends pg_restore. */
const OF_STATEMENT =
  /^(?:could not execute query|COPY failed for table .*?|error returned by PQ\w+|could not set [\w ]+|could not (?:create|open|write) large object[^:]*): (?:(?:ERROR|FATAL|PANIC|[^\s:]+):\s+)?([^]*)$/;
const ENTRY = /^from TOC entry \d+; \d+ \d+ (.*)$/;
/** `WARNING:  ...`, as the server sends it. */
const NOTICE = /^(?:WARNING|NOTICE|INFO):\s/;

/**
 * Reads what `pg_restore --verbose` says on its standard error, line by line: the errors of statements, each with its
 * entry, what ended it, and when the rows of a table begin.
 */
export class PgRestoreLog {
  readonly errors: RestoreError[] = [];
  /** What ended it, and what was said beside. */
  readonly fatal: string[] = [];
  /** True when it went on to its end after errors. */
  finished = false;
  #left = 0;
  #message: string[] = [];
  #entry: string | undefined;
  /** Workers write to one pipe: when several name their entries first, their errors follow in that order. */
  #entries: string[] = [];

  constructor(private readonly options: { reporter: Reporter; onTable: () => void }) {}

  line(line: string): void {
    if (line.startsWith(PREFIX)) {
      this.#end();
      this.#message = [line.slice(PREFIX.length)];
    } else if (this.#message.length < MOST_LINES) this.#message.push(line);
  }

  /** Nothing more is said. */
  end(): void {
    this.#end();
    if (this.#left > 0) {
      this.errors.push({
        message: `${this.#left} more errors`,
        statement: undefined,
        entry: undefined,
        harmless: undefined,
      });
      this.#left = 0;
    }
  }

  #end(): void {
    const [first = '', ...rest] = this.#message;
    this.#message = [];
    const entry = ENTRY.exec(first);
    if (first.startsWith('processing data for table ')) this.options.onTable();
    else if (entry?.[1] !== undefined) this.#entries.push(entry[1]);
    else if (first.startsWith('error: ')) this.#error(first.slice('error: '.length), rest);
    else if (first.startsWith('warning: errors ignored on restore')) this.finished = true;
    else if (NOTICE.test(first) || first.startsWith('warning: '))
      this.options.reporter.output('pg_restore', first);
  }

  #error(first: string, rest: readonly string[]): void {
    const said = OF_STATEMENT.exec(first);
    if (said === null) {
      this.fatal.push(first, ...rest);
      return;
    }
    this.#entry = this.#entries.shift() ?? this.#entry;
    if (this.errors.length >= MOST) {
      this.#left += 1;
      return;
    }
    const at = rest.findIndex((line) => /^Command was: /.test(line));
    const statement = at === -1 ? undefined : rest.slice(at).join('\n').replace('Command was: ', '');
    // Without DETAIL and CONTEXT: they quote rows.
    const more = rest
      .slice(0, at === -1 ? undefined : at)
      .findIndex((line) => /^(DETAIL|HINT|CONTEXT|LINE \d+):/.test(line));
    const message = [said[1] ?? '', ...(more === -1 ? [] : rest.slice(0, more))].join('\n');
    const error = { message, statement: statement === undefined ? undefined : shortStatement(statement) };
    this.errors.push({ ...error, entry: this.#entry, harmless: harmless(error) });
  }
}
