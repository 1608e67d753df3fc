import { stat } from 'node:fs/promises';
import { UserError } from '../../../base/errors.js';
import type { ArchiveRestore, RestoreError } from '../../types.js';
import { entriesOf, type EntryKind, type Part, type ScriptEntry } from '../script/entries.js';
import { piecesOfFile } from '../script/source.js';
import { outcome } from './outcome.js';
import { plainBytes } from './plain-filter.js';
import { RestoreProgress } from './progress.js';
import { PsqlLog } from './psql-log.js';
import { ScriptSession } from './script-session.js';

/** The first of these ends what pg_dump calls pre-data, as far as it matters: functions and views exist, no row does. */
const AFTER_DEFINITIONS: ReadonlySet<EntryKind> = new Set(['rows', 'sequence value', 'refresh', 'end']);

/**
 * Restores a plain dump: psql runs it, filtered on the way.
 * @param beforeData statements to run once, before the first row is restored
 * @throws as `outcome` says; UserError when only a part is wanted
 */
export async function runPlain(options: ArchiveRestore, beforeData = ''): Promise<RestoreError[]> {
  if (options.entries !== undefined || options.section !== undefined)
    throw new UserError(
      'A backup in the plain format has no table of contents, so it can only be restored as a whole. Use format custom for backups of which parts are restored.',
    );
  const restore = new PlainRestore(options, beforeData);
  return restore.run();
}

class PlainRestore {
  readonly #session: ScriptSession;
  readonly #log: PsqlLog;
  /** Where in the script each entry begins. */
  readonly #entries: { line: number; title: string }[] = [];
  #entry: ScriptEntry | undefined;
  /** They come last: they are to watch what happens after the restore, not the restore. */
  readonly #eventTriggers: { entry: ScriptEntry; bytes: Buffer }[] = [];
  #beforeData: string;
  #copy: Buffer[] = [];
  #skips = false;

  constructor(
    private readonly options: ArchiveRestore,
    beforeData: string,
  ) {
    this.#beforeData = beforeData;
    this.#log = new PsqlLog(options.reporter, (line) => this.#entryAt(line));
    this.#session = new ScriptSession(options, (line) => this.#log.line(line));
  }

  async run(): Promise<RestoreError[]> {
    const { archive, signal, reporter, database, singleTransaction } = this.options;
    const progress = new RestoreProgress(reporter, `restoring ${database}`, 0, null);
    try {
      const { size } = await stat(archive.path);
      let read = 0;
      for await (const part of entriesOf(piecesOfFile(archive.path, signal))) {
        await this.#part(part);
        read += part.piece.bytes.length;
        progress.read(read, size);
        if (this.#session.over) break;
      }
      if (singleTransaction && !signal.aborted) await this.#session.commit();
    } catch (error) {
      await this.#session.stop();
      throw error;
    }
    const { stderr, ...exit } = await this.#session.end();
    this.#log.end();
    const { errors, fatal } = this.#log;
    const said = fatal.length === 0 && exit.code !== 0 ? stderr.split('\n') : fatal;
    return outcome({ program: 'psql', exit, errors, fatal: said, finished: exit.code === 0 }, this.options);
  }

  async #part(part: Part): Promise<void> {
    const { entry, piece } = part;
    if (AFTER_DEFINITIONS.has(entry.kind) && this.#beforeData !== '') {
      await this.#session.write(`${this.#beforeData}\n`);
      this.#beforeData = '';
    }
    const bytes = plainBytes(part, this.options);
    if (entry.kind === 'event trigger') {
      this.#eventTriggers.push({ entry, bytes });
      return;
    }
    if (entry.kind === 'end')
      for (const held of this.#eventTriggers.splice(0)) {
        this.#begin(held.entry);
        await this.#session.write(held.bytes);
      }
    this.#begin(entry);
    if (bytes.length === 0) return;
    if (piece.kind === 'rows') await this.#rows(part);
    else if (isCopy(part) || (this.#copy.length > 0 && !piece.first)) this.#copy.push(bytes);
    else await this.#session.write(bytes);
  }

  /**
   * When a COPY fails psql takes the rows that follow for statements, and runs them. So each is tried first without
   * rows, in a transaction that is rolled back, and where that fails its rows are left out.
   */
  async #rows({ piece }: Part): Promise<void> {
    if (piece.first) {
      const copy = Buffer.concat(this.#copy.splice(0));
      if (this.options.singleTransaction) this.#skips = false;
      else {
        await this.#session.write(Buffer.concat([Buffer.from('BEGIN;\n'), copy, Buffer.from('\n\\.\n')]));
        this.#skips = await this.#session.failed();
        await this.#session.write('ROLLBACK;\n');
      }
      if (!this.#skips) await this.#session.write(copy);
    }
    if (!this.#skips) await this.#session.write(piece.bytes);
  }

  #begin(entry: ScriptEntry): void {
    if (entry === this.#entry) return;
    this.#entry = entry;
    if (entry.title !== undefined) this.#entries.push({ line: this.#session.lines + 1, title: entry.title });
  }

  #entryAt(line: number): string | undefined {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.line ?? 0) <= line) low = middle + 1;
      else high = middle;
    }
    return this.#entries[low - 1]?.title;
  }
}

function isCopy({ piece, entry }: Part): boolean {
  return (
    entry.kind === 'rows' &&
    piece.kind === 'sql' &&
    piece.first &&
    piece.bytes.subarray(0, 5).toString('latin1') === 'COPY '
  );
}
