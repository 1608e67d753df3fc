import { randomBytes } from 'node:crypto';
import { CancelledError, messageOf } from '../../base/errors.js';
import { quoteLiteral, type Psql } from '../../postgres/psql.js';
import type { Blindness, HeldLock, Named, Rehearsal, Statement } from '../types.js';
import { blameAmong } from './blame.js';
import { heldLocks } from './locks.js';
import { ServerLog } from './log.js';
import { endOthers, othersLeft, type Left } from './others.js';
import { chosen, type Recorded } from './record.js';
import { Sessions } from './sessions.js';
import { ownSession } from './own.js';
import { readSurroundings, type Surroundings } from './surroundings.js';
import { LockWatch } from './watch.js';

/** The most statements that a report lists. */
const MOST_STATEMENTS = 2000;

/** A transaction whose COMMIT never came. */
export interface OpenTransaction {
  /** As in `Statement`. */
  session: string;
  /** Whether it had changed anything, all of which was undone. */
  wrote: boolean;
  /** `closed`: its connection was closed; `left`: it was still open when the command had ended. */
  how: 'closed' | 'left';
  /** Index into the statements: the last one that it ran. */
  statement?: number;
}

/** What a command did on the server, as far as it could be found out. */
export interface Observed {
  statements: Statement[];
  /** Statements that are not listed because there were too many. */
  leftOut: number;
  locks: HeldLock[];
  openTransactions: OpenTransaction[];
  /** One sentence each. */
  notMeasured: string[];
  /** What was not seen to the end of the command. */
  blind: Blindness[];
}

export interface Observation {
  /**
   * Says what was seen, once the command has ended; then ends whatever sessions it left, so that nothing changes the
   * database any more. What could not be measured is said in the result.
   * @throws CancelledError alone
   */
  finish(): Promise<Observed>;
}

/**
 * Begins to observe what others do on a scratch server with `REHEARSAL_SETTINGS`; returns when everything that begins
 * from now on is seen. Sessions that are there already are taken for ours.
 * @param tables those that were there before, by their OIDs: locks are told of them
 * @throws CancelledError alone
 */
export async function startObserving(
  rehearsal: Rehearsal,
  { tables }: { tables: ReadonlyMap<number, Named> },
): Promise<Observation> {
  const observer = new Observer(rehearsal, tables);
  await observer.start();
  return observer;
}

class Observer implements Observation {
  private readonly own = new Set<string>();
  private readonly notMeasured: string[] = [];
  private readonly blind = new Set<Blindness>();
  private startedAt = Date.now();
  private surroundings: Surroundings | undefined;
  private log: ServerLog | undefined;
  private watch: LockWatch | undefined;

  constructor(
    private readonly rehearsal: Rehearsal,
    private readonly tables: ReadonlyMap<number, Named>,
  ) {}

  async start(): Promise<void> {
    await this.trying('Statements and locks were not observed', ['statements', 'locks'], async () => {
      const { sessions, settings, database } = (this.surroundings = await readSurroundings(this.rehearsal));
      for (const session of sessions) this.own.add(session);
      if (settings.length > 0)
        this.notMeasured.push(
          `Statements may be missing: the restored database or a role of it sets ${settings.join(', ')}.`,
        );
      await this.inSession(async (psql) => {
        this.log = await ServerLog.open(psql);
        const watch = (this.watch = new LockWatch(this.rehearsal, database, this.own));
        watch.start();
        await this.log.follow(psql, (row) => {
          watch.see(row);
          return watch.events.length > 0;
        });
      });
    });
    this.startedAt = Date.now();
  }

  async finish(): Promise<Observed> {
    const { log, notMeasured } = this;
    const sessions = new Sessions(this.startedAt);
    let left: Left[] = [];
    await this.trying('What the command left open is not known', ['statements'], () =>
      this.inSession(async (psql) => void (left = await othersLeft(psql, this.own))),
    );
    await this.watch?.stop();
    if (log !== undefined)
      await this.trying('Statements and locks are told in part only', ['statements', 'locks'], () =>
        this.read(log, sessions),
      );
    await this.trying('What the command left running was not ended', [], () =>
      this.inSession(async (psql) => {
        const stubborn = await endOthers(psql, this.own);
        if (stubborn.length > 0)
          notMeasured.push(
            `${stubborn.length} of the command's sessions would not end and may still change the database.`,
          );
      }),
    );
    if (sessions.changed.size > 0)
      notMeasured.push(
        `Statements may be missing: the command changed ${[...sessions.changed].sort().join(', ')}.`,
      );
    this.noteBlindness();
    return this.tell(sessions, left);
  }

  /** Reads to a line of our own, which comes after all that the command did. */
  private async read(log: ServerLog, sessions: Sessions): Promise<void> {
    const mark = `pgkeep-${randomBytes(8).toString('hex')}`;
    await this.inSession(async (psql) => {
      await psql.exec(`DO $pgkeep$ BEGIN RAISE LOG '%', ${quoteLiteral(mark)}; END $pgkeep$`);
      await log.follow(psql, (row) => {
        if (this.own.has(row.session)) this.watch?.see(row);
        else if (row.at >= this.startedAt) sessions.see(row);
        return row.message === mark;
      });
    });
  }

  private noteBlindness(): void {
    const { watch, notMeasured } = this;
    if (watch === undefined) return;
    if (watch.lost !== undefined)
      notMeasured.push(
        `Locks were not watched all the time: the session that did was ended (${watch.lost}).`,
      );
    if (watch.gaveUp) this.blind.add('locks');
    const blind = watch.blind.reduce((sum, ms) => sum + ms, 0);
    if (blind > 0)
      notMeasured.push(
        `Locks were not looked at for ${Math.round(blind)} ms in all, at most ${Math.round(Math.max(...watch.blind))} ms ` +
          'without a pause: the machine was busy.',
      );
  }

  private tell(sessions: Sessions, left: readonly Left[]): Observed {
    const { startedAt, tables, watch, notMeasured } = this;
    const records = sessions.all();
    const blamed = heldLocks(
      {
        events: watch?.events ?? [],
        until: watch?.until ?? 0,
        tables,
        owners: this.surroundings?.owners ?? new Map(),
      },
      blameAmong(records, startedAt),
    );
    const open = [
      ...sessions.closed.map((each) => ({ ...each, how: 'closed' as const })),
      ...left
        .filter(({ state }) => state.startsWith('idle in transaction'))
        .map(({ session }) => ({ ...sessions.unfinished(session), how: 'left' as const })),
    ];
    for (const { last } of open) if (last !== undefined) last.wanted = true;
    const listed = chosen(records, MOST_STATEMENTS);
    const places = new Map(listed.map((record, index) => [record, index]));
    const placed = (record: Recorded | undefined): { statement?: number } => {
      const index = record === undefined ? undefined : places.get(record);
      return index === undefined ? {} : { statement: index };
    };
    return {
      statements: listed.map(statementOf),
      leftOut: sessions.total - listed.length,
      locks: blamed.map(({ lock, cause }) => ({ ...lock, ...placed(cause) })),
      openTransactions: open.map(({ session, wrote, how, last }) => ({
        session,
        wrote,
        how,
        ...placed(last),
      })),
      notMeasured,
      blind: [...this.blind],
    };
  }

  private inSession(work: (psql: Psql) => Promise<void>): Promise<void> {
    return ownSession(this.rehearsal, this.own, work);
  }

  private async trying(
    otherwise: string,
    hides: readonly Blindness[],
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.rehearsal.signal.aborted) throw new CancelledError();
      this.notMeasured.push(`${otherwise}: ${messageOf(error)}`);
      for (const what of hides) this.blind.add(what);
    }
  }
}

function statementOf({ sql, atMs, ms, session, error }: Recorded): Statement {
  return { sql, atMs, ms, session, ...(error === undefined ? {} : { error }) };
}
