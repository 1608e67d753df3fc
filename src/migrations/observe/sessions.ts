import { redactError } from '../command/redact.js';
import type { LogRow } from './log.js';
import { chosen, shown, type Recorded } from './record.js';
import { TELLING_SETTINGS } from './settings.js';

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
const DURATION = /^duration: ([\d.]+) ms$/;
const PREPARING = new Set(['PARSE', 'BIND']);
const FAILURES = new Set(['ERROR', 'FATAL', 'PANIC']);
const TELLING = new RegExp(`\\b(?:${TELLING_SETTINGS.join('|')})\\b`, 'gi');
const CHANGES = /\b(?:SET|ALTER|SET_CONFIG)\b/i;

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
  private count = 0;
  /** Sessions whose connection was closed in a transaction that had not failed. */
  readonly closed: Unfinished[] = [];
  /** Settings of the log that a statement changed. */
  readonly changed = new Set<string>();

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

  /** Of a session that has not ended. */
  unfinished(session: string): Unfinished {
    const { last, wrote } = this.of(session);
    return { session, last, wrote };
  }

  see(row: LogRow): void {
    if (row.backend !== 'client backend') return;
    if (FAILURES.has(row.severity)) this.failed(row);
    else if (row.severity === 'LOG') this.logged(row);
  }

  private logged(row: LogRow): void {
    const session = this.of(row.session);
    const duration = DURATION.exec(row.message);
    if (duration !== null) {
      const ms = Number(duration[1]);
      if (PREPARING.has(row.tag)) session.prepared += ms;
      else this.end(session, ms);
      session.wrote = row.xid !== '0' && row.xid !== '';
    } else if (row.message.startsWith('disconnection: ')) {
      this.open.delete(row.session);
      if (session.current !== undefined) this.records.push(session.current);
      // `idle in transaction (aborted)` has failed already.
      if (row.tag === 'idle in transaction')
        this.closed.push({ session: row.session, wrote: session.wrote, last: session.last });
    } else this.begun(row, session);
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
    const session = this.of(row.session);
    let record = session.current;
    if (record !== undefined) this.end(session, this.since(record, row.at));
    else if (row.query !== '') {
      record = this.record(row, row.query);
      session.current = record;
      this.end(session, 0);
    }
    // Without a statement: a constraint that is checked by the COMMIT which ends a message of the extended protocol.
    else if (row.severity === 'ERROR' && session.last?.error === undefined) record = session.last;
    if (record === undefined) return;
    record.error = {
      sqlstate: row.sqlstate,
      message: redactError(row.message, row.sqlstate, record.sql),
    };
  }

  private record(row: LogRow, sql: string): Recorded {
    if (CHANGES.test(sql)) for (const [name] of sql.matchAll(TELLING)) this.changed.add(name.toLowerCase());
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
    this.records.push(current);
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
