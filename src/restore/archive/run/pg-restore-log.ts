import type { Reporter } from '../../../base/reporter.js';
import type { RestoreError } from '../../types.js';
import { harmless } from '../harmless.js';
import { shortStatement } from './statement.js';

/** More errors than anyone reads; the rest are only counted. */
const MOST = 1000;
const MOST_LINES = 20;

const PREFIX = /^(?:pg_restore: ?)*(?:(error|warning|detail|hint|info): )?(?:pg_restore: ?)*/;
/** What goes on after an error. The severity before the message is in the server's language. */
const OF_STATEMENT =
  /^(?:could not execute query|COPY failed for table .*?|error returned by PQ\w+|could not set [^:]+|could not (?:create|open|write(?: to)?) large object[^:]*): (?:[^\s:]+:\s+)?([^]*)$/;
/** What one worker says of its progress, which may stand behind the prefix of another's error. */
const PROGRESS =
  /^(?:(?:launching|skipping|finished|processing)(?: missed)? item \d|finished main parallel loop|entering |no item ready|reducing dependencies|transferring dependency|moving from position|read TOC entry|restor(?:ing|ed) (?:\d+ )?large object|creating |dropping |executing |processing |(?:dis|en)abling triggers|connecting to |while |table data and children)/;
/** An error that begins within the line of another worker. */
const TORN = /error: (.*)$/s;
const ENTRY = /^from TOC entry \d+; \d+ \d+ (.*)$/;
const IGNORED = /^errors ignored on restore: (\d+)$/;
/** `WARNING:  ...`, as the server sends it. */
const NOTICE = /^(?:WARNING|NOTICE|INFO):\s/;
const COMMAND = 'Command was: ';

/** The error of a statement that a line holds, whole or from where it begins. */
function errorIn(text: string): string | undefined {
  return [text, TORN.exec(text)?.[1]].find((part) => part !== undefined && OF_STATEMENT.test(part));
}

/**
 * Reads what `pg_restore --verbose` says on its standard error, line by line: the errors of statements, each with its
 * entry, what ended it, and when the rows of a table begin. Parallel workers share the pipe and write a line in
 * several steps, so that the beginning of one may stand before another: what a line is says its text, not its prefix.
 */
export class PgRestoreLog {
  readonly errors: RestoreError[] = [];
  /** True when it went on to its end after errors. */
  finished = false;
  /** Messages that are no statement's. */
  readonly #ends: string[] = [];
  #expected = 0;
  #seen = 0;
  #open: { kind: 'error' | 'fatal'; lines: string[] } | undefined;
  #entry: string | undefined;
  /** Workers name their entries first; their errors follow in about that order. */
  readonly #entries: string[] = [];

  constructor(private readonly options: { reporter: Reporter; onTable: () => void }) {}

  line(line: string): void {
    const [prefix = '', severity] = PREFIX.exec(line) ?? [];
    // Between two writes of one worker's prefix another's may stand, and leave the space that was after it.
    const text = prefix === '' ? line : line.slice(prefix.length).trimStart();
    const error = errorIn(text);
    if (error !== undefined) this.#begin('error', error);
    else if (severity === 'error' && !PROGRESS.test(text)) this.#begin('fatal', text);
    else if (ENTRY.test(text)) {
      this.#close();
      this.#entries.push(ENTRY.exec(text)?.[1] ?? '');
    } else if (prefix !== '') {
      this.#close();
      this.#other(text, severity);
    } else if (this.#open !== undefined && this.#open.lines.length < MOST_LINES) this.#open.lines.push(text);
  }

  /** What ended it, and what was said beside, in lines. */
  get fatal(): string[] {
    return this.#ends.flatMap((message) => message.split('\n'));
  }

  /** Nothing more is said. */
  end(): void {
    this.#close();
    // It went on after these too, so each is the error of something.
    if (this.finished)
      for (const message of this.#ends.splice(0))
        this.#count({ message, statement: undefined, entry: undefined, harmless: undefined });
    // Its own count differs from what it said when it has several workers (also more: each counts what fails at the
    // beginning of its session, once it is asked to), so it counts only where nothing was said.
    const missed = (this.#seen === 0 ? this.#expected : this.#seen) - this.errors.length;
    if (missed > 0)
      this.errors.push({
        message: `${missed} more errors`,
        statement: undefined,
        entry: undefined,
        harmless: undefined,
      });
  }

  #begin(kind: 'error' | 'fatal', text: string): void {
    this.#close();
    this.#open = { kind, lines: [text] };
  }

  #other(text: string, severity: string | undefined): void {
    const ignored = IGNORED.exec(text);
    if (ignored !== null) {
      this.finished = true;
      this.#expected = Number(ignored[1]);
    } else if (text.startsWith('processing data for table ')) this.options.onTable();
    else if (severity === 'warning' || NOTICE.test(text)) this.options.reporter.output('pg_restore', text);
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open?.kind === 'fatal') this.#ends.push(open.lines.join('\n'));
    if (open?.kind === 'error') this.#error(open.lines);
  }

  #error([first = '', ...rest]: readonly string[]): void {
    this.#entry = this.#entryOf(first);
    const at = rest.findIndex((line) => line.startsWith(COMMAND));
    const about = at === -1 ? rest : rest.slice(0, at);
    // Without DETAIL and CONTEXT: they quote rows.
    const more = about.findIndex((line) => /^(DETAIL|HINT|CONTEXT|LINE \d+):/.test(line));
    const message = [
      OF_STATEMENT.exec(first)?.[1] ?? first,
      ...about.slice(0, more === -1 ? undefined : more),
    ];
    const error = {
      message: message.join('\n').trimEnd(),
      statement: at === -1 ? undefined : shortStatement(rest.slice(at).join('\n').slice(COMMAND.length)),
    };
    this.#count({ ...error, entry: this.#entry, harmless: harmless(error) });
  }

  #count(error: RestoreError): void {
    this.#seen += 1;
    if (this.errors.length < MOST) this.errors.push(error);
  }

  /** Not every line arrives whole where several workers write; the rows of a table are named by the error itself. */
  #entryOf(first: string): string | undefined {
    const table = /^COPY failed for table "(.*?)": /.exec(first)?.[1];
    if (table === undefined) return this.#entries.shift() ?? this.#entry;
    const known = [...this.#entries, ...(this.#entry === undefined ? [] : [this.#entry])];
    const entry = known.find((text) => text.startsWith(`TABLE DATA ${table} `));
    const at = entry === undefined ? -1 : this.#entries.indexOf(entry);
    if (at >= 0) this.#entries.splice(at, 1);
    return entry ?? `TABLE DATA ${table}`;
  }
}
