import { redactError } from '../command/redact.js';
import { changesOf } from './hiding.js';
import type { LogRow } from './log.js';
import { chosen, shown, type Recorded } from './record.js';

interface Session {
  /** The statement that runs. */
  current?: Recorded | undefined;
  last?: Recorded | undefined;
  /** Time for parsing and binding what is not executed yet, in milliseconds. */
  prepared: number;
  /** Whether its transaction has changed anything. */
  wrote: boolean;
}

const BEGUN = /^(?:statement|execute (?<fetch>fetch from )?[^]*?|fastpath function call): /;
/** With the text where that was not logged before. */
const DURATION = /^duration: ([\d.]+) ms(?: {2}|$)/;
const PREPARING = new Set(['PARSE', 'BIND']);
const FAILURES = new Set(['ERROR', 'FATAL', 'PANIC']);
/** What a process is called until its first statement, and for ever where `update_process_title` is off. */
const UNTITLED = new Set(['', 'startup', 'authentication', 'initializing']);
/** `admin_shutdown`: ended by another session. */
const TERMINATED = '57P01';

/** A session, whether its transaction changed anything, and what it ran last. */
export interface Unfinished {
  session: string;
  wrote: boolean;
  last: Recorded | undefined;
}

/** So many are remembered before the least important are forgotten. */
const REMEMBERED = 10_000;

/** What sessions ran, from the lines of the log. */
export class Sessions {
  /** Statements that have ended. */
  private records: Recorded[] = [];
  private readonly open = new Map<string, Session>();
  /** Those that we ended. */
  private readonly cut = new Map<string, Session>();
  private count = 0;
  /** Sessions whose connection was closed in a transaction that had not failed. */
  readonly closed: Unfinished[] = [];
  /** Settings of the log that a statement changed, and those by which errors may have been hidden. */
  readonly changed = new Set<string>();
  readonly hiding = new Set<string>();
  /** Processes of which some statements are not in the log. */
  readonly silent = new Set<number>();
  /** Sessions that have logged in and were not seen to end. */
  readonly present = new Set<string>();
  /** Whether we are ending what is left: what is undone by that is no doing of the command. */
  ending = false;

  /** @param startedAt what times count from, in milliseconds since 1970 */
  constructor(private readonly startedAt: number) {}

  /** How many statements there were. */
  get total(): number {
    return this.count;
  }

  /** All that are remembered, those that run included. */
  all(): Recorded[] {
    const running = [...this.open.values()].flatMap(({ current }) => current ?? []);
    return [...this.records, ...running];
  }

  /** Of a session that had not ended when the command had, and of which the server knows whether it wrote. */
  unfinished(id: string, wrote: boolean): Unfinished {
    const ended = this.cut.get(id);
    return { session: id, last: ended?.current ?? ended?.last, wrote };
  }

  see(row: LogRow): void {
    if (row.backend !== 'client backend') return;
    if (FAILURES.has(row.severity)) this.failed(row);
    else if (row.severity === 'LOG') this.logged(row);
  }

  private logged(row: LogRow): void {
    if (row.message.startsWith('connection authorized: ')) return void this.present.add(row.session);
    const session = this.of(row.session);
    const duration = DURATION.exec(row.message);
    if (duration !== null) {
      const ms = Number(duration[1]);
      if (PREPARING.has(row.tag)) session.prepared += ms;
      else if (session.current === undefined) this.silent.add(row.pid);
      else this.end(session, ms);
      session.wrote = row.xid !== '0' && row.xid !== '';
    } else if (row.message.startsWith('disconnection: ')) this.gone(row, session);
    else this.begun(row, session);
  }

  private gone(row: LogRow, session: Session): void {
    this.open.delete(row.session);
    this.present.delete(row.session);
    if (this.ending) this.cut.set(row.session, session);
    const { current } = session;
    if (current !== undefined) this.records.push(current);
    if (UNTITLED.has(row.tag) && (current ?? session.last) !== undefined)
      this.hiding.add('update_process_title');
    // `idle in transaction (aborted)` has failed already. Where the end of a statement was not logged, it may have written.
    if (row.tag === 'idle in transaction' && !this.ending)
      this.closed.push({
        session: row.session,
        wrote: session.wrote || current !== undefined,
        last: current ?? session.last,
      });
  }

  private begun(row: LogRow, session: Session): void {
    const begun = BEGUN.exec(row.message);
    if (begun === null) return;
    const sql = row.message.slice(begun[0].length);
    // More rows of the statement before.
    if (begun.groups?.['fetch'] !== undefined && session.last?.sql === shown(sql)) {
      session.current = this.resume(session.last);
      return;
    }
    // The end was not logged.
    if (session.current !== undefined) this.end(session, this.since(session.current, row.at));
    session.current = this.record(row, sql);
  }

  private failed(row: LogRow): void {
    // Whoever was let in and does not get the database that it wants never says that it goes.
    if (row.severity !== 'ERROR') this.present.delete(row.session);
    if (this.ending && row.severity === 'FATAL' && row.sqlstate === TERMINATED) return;
    const session = this.of(row.session);
    const { current, last } = session;
    let record = current;
    if (current !== undefined) this.end(session, this.since(current, row.at));
    // Without a statement: a constraint that is checked by the COMMIT which ends a message of the extended protocol.
    else if (row.query === '' && last !== undefined && last.error === undefined)
      record = row.severity === 'ERROR' ? last : undefined;
    else if (row.query !== '' || row.severity === 'ERROR') {
      record = session.current = this.record(row, row.query);
      this.end(session, 0);
    }
    if (record === undefined) return;
    record.error = {
      sqlstate: row.sqlstate,
      message: redactError(row.message, row.sqlstate, record.sql),
    };
  }

  private record(row: LogRow, sql: string): Recorded {
    const { changed, hiding } = changesOf(sql);
    for (const name of changed) this.changed.add(name);
    for (const name of hiding) this.hiding.add(name);
    if (changed.includes('log_statement')) this.silent.add(row.pid);
    this.count += 1;
    return {
      sql: shown(sql),
      atMs: Math.max(0, Math.round(row.at - this.startedAt)),
      ms: null,
      session: row.session,
      pid: row.pid,
      order: this.count,
      wanted: false,
    };
  }

  private end(session: Session, ms: number): void {
    const { current } = session;
    if (current === undefined) return;
    current.ms = Math.round(((current.ms ?? 0) + ms + session.prepared) * 1000) / 1000;
    session.prepared = 0;
    session.last = current;
    session.current = undefined;
    this.keep(current);
  }

  private keep(record: Recorded): void {
    this.records.push(record);
    if (this.records.length > REMEMBERED) this.records = chosen(this.records, REMEMBERED / 2);
  }

  /** Takes back that a statement has ended; its time goes on. */
  private resume(record: Recorded): Recorded {
    this.records = this.records.filter((other) => other !== record);
    return record;
  }

  private since(record: Recorded, at: number): number {
    return Math.max(0, at - this.startedAt - record.atMs);
  }

  private of(id: string): Session {
    const known = this.open.get(id);
    if (known !== undefined) return known;
    const session: Session = { prepared: 0, wrote: false };
    this.open.set(id, session);
    return session;
  }
}
