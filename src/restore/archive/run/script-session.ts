import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { start, type Exit, type Running } from '../../../base/process.js';
import { psqlScriptArgs } from '../../../postgres/argv-restore.js';
import type { ArchiveRestore } from '../../types.js';

const STOP_AFTER_MS = 1000;
const NEWLINE = 10;

/**
 * A psql that is fed a script, and can be asked on the way whether a statement failed. With `singleTransaction` all is
 * undone unless `commit` is called: a script that breaks off, as when this process is killed, leaves nothing behind.
 */
export class ScriptSession {
  readonly #marker = `pgkeep-${randomBytes(12).toString('hex')}`;
  readonly #child: Running;
  readonly #input: Writable;
  #answer: ((failed: boolean) => void) | undefined;
  #said = '';
  #over = false;
  /** Lines that were written so far. */
  lines = 0;

  constructor(options: ArchiveRestore, onStderr: (line: string) => void) {
    const { programs, connection, database, singleTransaction, signal } = options;
    this.#child = start(
      programs.path('psql'),
      psqlScriptArgs(connection.conninfo(database), { singleTransaction }),
      {
        env: { ...connection.env, ...programs.env, LC_ALL: 'C' },
        stdio: ['pipe', 'pipe', 'pipe'],
        onStderr,
      },
    );
    this.#input = this.#child.process.stdin as Writable;
    // Its exit is what counts.
    this.#input.on('error', () => undefined);
    (this.#child.process.stdout as Readable).on('data', (chunk: Buffer) => this.#stdout(chunk));
    const cancel = (): void => this.#cancel();
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    void this.#child.exit.then(() => {
      this.#over = true;
      signal.removeEventListener('abort', cancel);
      this.#answer?.(true);
      this.#input.destroy();
    });
    if (singleTransaction) void this.write('BEGIN;\n');
  }

  /** True when psql has ended: nothing more needs to be written. */
  get over(): boolean {
    return this.#over;
  }

  /** Writes a part of the script; waits while psql has enough. */
  async write(bytes: Buffer | string): Promise<void> {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    for (let at = buffer.indexOf(NEWLINE); at !== -1; at = buffer.indexOf(NEWLINE, at + 1)) this.lines += 1;
    if (this.#over || this.#input.destroyed || this.#input.write(buffer)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#input.off('drain', done).off('close', done);
        resolve();
      };
      this.#input.on('drain', done).on('close', done);
    });
  }

  /** Whether the statement that was written last failed; also when the session is over. */
  async failed(): Promise<boolean> {
    const answer = new Promise<boolean>((resolve) => (this.#answer = resolve));
    if (this.#over) return true;
    await this.write(`\\echo ${this.#marker} :ERROR\n`);
    return answer;
  }

  /** Commits the one transaction; the script must be whole. An error before has ended psql already. */
  async commit(): Promise<void> {
    // The script may end in a comment without a line feed.
    await this.write('\nCOMMIT;\n');
  }

  /** Ends the script; resolves when psql is done. */
  async end(): Promise<Exit & { stderr: string }> {
    this.#input.end();
    const exit = await this.#child.exit;
    return { ...exit, stderr: this.#child.stderrTail() };
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    this.#child.stop();
    await this.#child.exit;
  }

  #stdout(chunk: Buffer): void {
    this.#said += chunk.toString('latin1');
    const found = new RegExp(`${this.#marker} (\\S+)\\n`).exec(this.#said);
    if (found === null) return;
    this.#said = '';
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(found[1] === 'true');
  }

  #cancel(): void {
    // psql passes SIGINT on to the server; SIGTERM alone would leave the server working.
    this.#child.process.kill('SIGINT');
    this.#input.end();
    const timer = setTimeout(() => this.#child.stop(), STOP_AFTER_MS);
    void this.#child.exit.then(() => clearTimeout(timer));
  }
}
