import { randomBytes } from 'node:crypto';
import { CancelledError, UserError } from '../base/errors.js';
import { start, type Running } from '../base/process.js';
import type { Reporter } from '../base/reporter.js';
import { explainFailure } from './explain.js';
import { quoteLiteral } from './quote.js';
import { parseReply, Reply } from './reply.js';
import type { Connection, Programs } from './types.js';

export { quoteIdentifier, quoteLiteral } from './quote.js';
export { SqlError } from './reply.js';

export interface PsqlOptions {
  programs: Programs;
  connection: Connection;
  /** Another database of the same server than the connection's own. */
  database?: string;
  /** Cancels what is running on the server and ends the session. */
  signal?: AbortSignal;
  /** Gets the server's notices and warnings. */
  reporter?: Reporter;
  /** What this session is for, in messages about its end. */
  name?: string;
  /** Settings of the session on top of `SESSION`, e.g. `{lock_timeout: '1s'}`. Those that the server does not know are left out. */
  settings?: Readonly<Record<string, string>>;
  /**
   * Changes no setting of the session. For the first look at a server that may be a transaction pooler: there a
   * setting would stay on a connection that the application uses next.
   */
  untouched?: boolean;
}

/** What every session of ours has. Nothing ends it but us, it finds a dead peer, and no one's function or operator runs by name. */
const SESSION: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  search_path: '',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
  tcp_keepalives_idle: '60',
  tcp_keepalives_interval: '15',
  tcp_keepalives_count: '8',
  jit: 'off',
};

const CLOSE_AFTER_MS = 3000;
const CANCEL_AFTER_MS = 1000;

interface Statement {
  sql: string;
  reply: Reply;
  resolve(text: string): void;
  reject(error: Error): void;
}

/**
 * One session with the server: a `psql` that lives until `close`, fed through its standard input.
 * Statements run one after the other in the order of the calls. An error of a statement rejects that call with an
 * `SqlError` and the session goes on; when the session ends, all calls reject with a `UserError` that says why.
 * Needs psql 13 or newer (`\warn`).
 */
export class Psql {
  private readonly child: Running;
  private readonly marker = `pgkeep-${randomBytes(12).toString('hex')}`;
  private readonly waiting: Statement[] = [];
  private current: Statement | undefined;
  private ended: Error | undefined;
  private readonly gone: Promise<void>;
  private readonly onAbort = (): void => this.cancel();

  private constructor(private readonly options: PsqlOptions) {
    const { programs, connection, database, signal } = options;
    const args = ['-X', '-A', '-t', '-q', '-w', '-v', 'VERBOSITY=verbose', '-v', 'ON_ERROR_STOP=off'];
    this.child = start(programs.path('psql'), [...args, '-d', connection.conninfo(database)], {
      env: { ...connection.env, ...programs.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      onStderr: (line) => this.stderrLine(line),
    });
    const { stdin, stdout } = this.child.process;
    // Writing to a psql that has ended: its exit is what counts.
    stdin?.on('error', () => undefined);
    stdout?.on('data', (chunk: Buffer) => this.stdoutChunk(chunk));
    this.gone = this.child.exit.then(() => this.end());
    signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  /**
   * Connects.
   * @throws UserError that explains why it cannot, CancelledError.
   */
  static async open(options: PsqlOptions): Promise<Psql> {
    if (options.signal?.aborted === true) throw new CancelledError();
    const psql = new Psql(options);
    try {
      await psql.value(
        options.untouched === true ? 'SELECT 1' : settingsSql({ ...SESSION, ...options.settings }),
      );
      return psql;
    } catch (error) {
      await psql.close();
      throw error;
    }
  }

  /** Runs statements one after the other, each an argument of its own; the first error ends it. */
  async exec(...statements: string[]): Promise<void> {
    for (const sql of statements) await this.run(sql);
  }

  /** The single value that a query returns, as text; a null is the empty string. */
  value(sql: string): Promise<string> {
    return this.run(sql);
  }

  /** The single JSON value that a query returns; null when it returns no row. The type is the caller's word. */
  async query<T>(sql: string): Promise<T> {
    const text = await this.run(sql);
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  /** All rows of a query as objects. Large integers must be cast to text by the query: JSON numbers are doubles. */
  rows<T>(sql: string): Promise<T[]> {
    return this.query<T[]>(`SELECT coalesce(json_agg(pgkeep_row), '[]') FROM (${sql}\n) pgkeep_row`);
  }

  /** Ends the session: the statement that runs is cancelled on the server, and all calls reject. */
  cancel(): void {
    if (this.ended !== undefined) return;
    this.ended = new CancelledError();
    // psql passes SIGINT on to the server as a cancel request, then ends; SIGTERM alone would leave the server working.
    if (this.current !== undefined) this.child.process.kill('SIGINT');
    this.child.process.stdin?.end();
    const timer = setTimeout(() => this.child.stop(), CANCEL_AFTER_MS);
    void this.gone.then(() => clearTimeout(timer));
  }

  /** Ends the session and waits until it is gone. Safe to call twice and after a failure. */
  async close(): Promise<void> {
    if (this.current !== undefined) this.cancel();
    this.ended ??= new UserError(`The session ${this.name} is closed.`);
    this.child.process.stdin?.end();
    const timer = setTimeout(() => this.child.stop(), CLOSE_AFTER_MS);
    await this.gone;
    clearTimeout(timer);
  }

  private get name(): string {
    return this.options.name ?? 'with the database';
  }

  private run(sql: string): Promise<string> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      this.waiting.push({ sql, reply: new Reply(this.marker), resolve, reject });
      if (this.current === undefined) this.next();
    });
  }

  private next(): void {
    this.current = this.waiting.shift();
    if (this.current === undefined) return;
    const { marker } = this;
    this.child.process.stdin?.write(
      `${this.current.sql}\n;\n\\echo ${marker} :ERROR :SQLSTATE\n\\echo :LAST_ERROR_MESSAGE\n\\echo ${marker}\n\\warn ${marker}\n`,
    );
  }

  private stdoutChunk(chunk: Buffer): void {
    this.current?.reply.stdout(chunk);
    this.settle();
  }

  private stderrLine(line: string): void {
    if (this.current === undefined) this.options.reporter?.output('psql', line);
    else this.current.reply.stderr(line);
    this.settle();
  }

  private settle(): void {
    const statement = this.current;
    if (statement?.reply.complete !== true) return;
    const result = parseReply(statement.reply);
    for (const line of result.notices) this.options.reporter?.output('psql', line);
    if (result.error === undefined) statement.resolve(result.text);
    else statement.reject(result.error);
    this.next();
  }

  private end(): void {
    this.options.signal?.removeEventListener('abort', this.onAbort);
    if (this.ended === undefined) {
      const tail = this.child.stderrTail();
      this.ended =
        explainFailure(tail, { target: this.options.connection.target }) ??
        new UserError(`The session ${this.name} ended unexpectedly.${tail === '' ? '' : `\n${tail}`}`);
    }
    const error = this.ended;
    for (const statement of [this.current, ...this.waiting.splice(0)]) statement?.reject(error);
    this.current = undefined;
  }
}

/** Sets what the server knows of these; one statement for all majors. */
function settingsSql(settings: Readonly<Record<string, string>>): string {
  const rows = Object.entries(settings).map(
    ([name, value]) => `(${quoteLiteral(name)}, ${quoteLiteral(value)})`,
  );
  return (
    'SELECT count(pg_catalog.set_config(s.name, s.value, false)) ' +
    `FROM (VALUES ${rows.join(', ')}) AS s(name, value) WHERE pg_catalog.current_setting(s.name, true) IS NOT NULL`
  );
}
