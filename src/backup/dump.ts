import type { Readable } from 'node:stream';
import { CancelledError, UserError } from '../base/errors.js';
import { start, type Exit, type Running } from '../base/process.js';
import type { Reporter } from '../base/reporter.js';
import { explainFailure } from '../postgres/explain.js';
import type { Connection, Programs } from '../postgres/types.js';
import { ChangedWhileDumpingError } from './fingerprint/changed.js';

export interface DumpRequest {
  programs: Programs;
  connection: Connection;
  args: readonly string[];
  /** The program that compresses pg_dump's output; it gets the pipe itself, so the raw bytes never enter this process. */
  compressor?: { path: string; args: readonly string[]; env?: Record<string, string> };
  reporter: Reporter;
  signal: AbortSignal;
  /** Called with the quoted name of each table as pg_dump gets to it (not in a `plain` dump). */
  onTable?: (name: string) => void;
}

/** A dump that is running. */
export interface Dump {
  /**
   * What it writes. Ends normally only after pg_dump (and the compressor) exited with 0; otherwise throws, so that
   * nothing downstream can take a broken dump for a whole one.
   */
  bytes: AsyncIterable<Uint8Array>;
  /** Resolves when pg_dump holds the locks of all its tables, or has ended. */
  locked: Promise<void>;
  /** Resolves when pg_dump has ended, however it did: it has given its locks back. */
  ended: Promise<void>;
  /** What pg_dump warned about so far. */
  warnings: string[];
  /** Ends what still runs; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts pg_dump. Output goes to `bytes`, or to the folder that `args` name (`bytes` is then empty). */
export function startDump(request: DumpRequest): Dump {
  const messages = new Messages(request);
  const env = { ...request.connection.env, ...request.programs.env };
  const dump = start(request.programs.path('pg_dump'), request.args, {
    env,
    signal: request.signal,
    onStderr: (line) => messages.line(line),
  });
  const dumped = dump.process.stdout as Readable;
  let last = dump;
  if (request.compressor !== undefined) {
    const { path, args } = request.compressor;
    last = start(path, args, {
      env: { ...process.env, ...request.compressor.env },
      stdio: [dumped, 'pipe', 'pipe'],
      signal: request.signal,
      onStderr: (line) => request.reporter.output('compressor', line),
    });
    // The compressor has the pipe now; with a second reader pg_dump would not notice when the compressor dies.
    dumped.destroy();
  }
  const output = last.process.stdout as Readable;
  // Node throws away what nobody reads of a process that has ended (flushStdio in its child_process.js), and stores may
  // take a while to open: with a listener that stays, the output stays too.
  const firstByte = new Promise<void>((resolve) => output.on('readable', resolve));
  const stop = async (): Promise<void> => {
    dump.stop();
    last.stop();
    await Promise.all([dump.exit, last.exit]);
  };
  // Before anyone who waits for the exit looks at the warnings.
  const ended = dump.exit.then(() => messages.end());
  return {
    ended,
    bytes: read(request, output, dump, last, stop),
    locked: Promise.race([
      messages.locked,
      ended,
      // A compressor's first byte comes late, but never before pg_dump's own.
      firstByte,
    ]),
    warnings: messages.warnings,
    stop,
  };
}

async function* read(
  request: DumpRequest,
  output: Readable,
  dump: Running,
  last: Running,
  stop: () => Promise<void>,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of output) yield chunk as Uint8Array;
    // One that fails takes pg_dump's pipe away: where both failed it is the reason.
    if (last !== dump) requireSuccess(request, last, await last.exit, 'The compressor');
    requireSuccess(request, dump, await dump.exit, 'pg_dump');
  } catch (error) {
    if (!(error instanceof UserError) && isPrematureClose(error)) {
      requireSuccess(request, dump, await dump.exit, 'pg_dump');
    }
    throw error;
  } finally {
    await stop();
  }
}

function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

// What pg_dump says when a table that its snapshot shows is no longer there, or no longer has that column; and of which
// statement, since a broken view or function of the user's gives the same error whenever it is tried. An OID only goes
// missing between two statements.
const GONE = /relation ".*" does not exist|column ".*" does not exist/;
const OF_TABLE = /^pg_dump: (error|detail): (The command|Command|Query) was: (LOCK TABLE|COPY) /im;

/** @throws UserError when the program failed, CancelledError when we stopped it. */
export function requireSuccess(
  request: Pick<DumpRequest, 'connection' | 'signal'>,
  child: Running,
  exit: Exit,
  name: string,
): void {
  if (exit.code === 0) return;
  if (request.signal.aborted) throw new CancelledError();
  const routine = commentaryFilter();
  const tail = child
    .stderrTail()
    .split('\n')
    .filter((line) => !routine(line))
    .join('\n');
  if ((GONE.test(tail) && OF_TABLE.test(tail)) || /could not open relation with OID/.test(tail))
    throw new ChangedWhileDumpingError(`A table was dropped or altered while it was dumped. ${tail}`);
  const explained = explainFailure(tail, { target: request.connection.target });
  if (explained !== undefined) throw explained;
  const how = exit.signal === null ? `exit code ${exit.code}` : `it was ended by ${exit.signal}`;
  throw new UserError(
    `${name} failed (${how}), so there is no backup.${tail === '' ? ' It gave no reason: it may have been killed for lack of memory.' : `\n${tail}`}`,
  );
}

const TABLE = /^pg_dump: dumping contents of table "(.+)"$/;

/**
 * Tells, line by line, what is only the running commentary that `--verbose` adds. A name in it may hold a line break,
 * so what follows such a line without being a message of its own still belongs to it.
 */
function commentaryFilter(): (line: string) => boolean {
  let routine = false;
  return (line) => {
    if (line.startsWith('pg_dump: ')) routine = !/^pg_dump: (warning|error|fatal|detail|hint):/.test(line);
    return routine;
  };
}

/** Sorts what pg_dump says: progress, warnings, and the rest. */
class Messages {
  readonly warnings: string[] = [];
  readonly locked: Promise<void>;
  readonly #routine = commentaryFilter();
  #holdsLocks: () => void = () => undefined;
  /** The warning that was said last, while more of it may follow. */
  #warning: string | undefined;

  constructor(private readonly request: DumpRequest) {
    this.locked = new Promise((resolve) => (this.#holdsLocks = resolve));
  }

  line(line: string): void {
    // pg_dump says this once it has read all of the catalog, for which it locked all tables (pg_dump.c, main).
    if (line.startsWith('pg_dump: saving encoding')) this.#holdsLocks();
    const table = TABLE.exec(line);
    if (table?.[1] !== undefined) this.request.onTable?.(table[1]);
    // What it adds to a warning, or the rest of one with a line break in it.
    if (this.#warning !== undefined && /^(?!pg_dump: )|^pg_dump: (detail|hint):/.test(line)) {
      this.#warning += ` ${line.replace(/^pg_dump: /, '')}`;
      return;
    }
    this.end();
    if (this.#routine(line)) return;
    const warning = /^pg_dump: warning: (.*)$/.exec(line);
    if (warning === null) this.request.reporter.output('pg_dump', line.replace(/^pg_dump: /, ''));
    else this.#warning = warning[1];
  }

  /** Nothing more is added to a warning. */
  end(): void {
    if (this.#warning === undefined) return;
    this.warnings.push(this.#warning);
    this.request.reporter.warn(`pg_dump: ${this.#warning}`);
    this.#warning = undefined;
  }
}
