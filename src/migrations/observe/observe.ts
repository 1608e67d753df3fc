import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError, messageOf } from '../../base/errors.js';
import { quoteLiteral, type Psql } from '../../postgres/psql.js';
import type { Blindness, Named, Rehearsal } from '../types.js';
import { ServerLog } from './log.js';
import { observedIn, type Observed } from './observed.js';
import { endOthers, mayStillSpeak, othersLeft, type Left } from './others.js';
import { Sessions } from './sessions.js';
import { lastSession, ownSession } from './own.js';
import { readSurroundings, type Surroundings } from './surroundings.js';
import { LockWatch } from './watch.js';

/** A session that has ended has this long to say so. */
const LAST_WORDS_MS = 10_000;
const LOOK_AGAIN_MS = 20;

export interface Observation {
  /**
   * Ends whatever sessions the command left, once it has ended, so that nothing changes the database any more, and says
   * what was seen until then. What could not be measured is said in the result.
   * @param shutOut keeps everybody from logging in but us
   * @throws CancelledError alone
   */
  finish(shutOut?: (psql: Psql) => Promise<void>): Promise<Observed>;
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
      const { sessions, database } = (this.surroundings = await readSurroundings(this.rehearsal));
      for (const session of sessions) this.own.add(session);
      await ownSession(this.rehearsal, this.own, async (psql) => {
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

  async finish(shutOut: (psql: Psql) => Promise<void> = () => Promise.resolve()): Promise<Observed> {
    const { log, startedAt, tables } = this;
    const sessions = new Sessions(startedAt);
    let left: Left[] = [];
    await this.trying('The command was not shut out', ['statements', 'locks', 'rows'], () =>
      lastSession(this.rehearsal, this.own, async (psql) => {
        left = await othersLeft(psql, this.own);
        const ending = await markIn(psql);
        await this.end(psql, shutOut);
        await this.watch?.stop();
        if (log === undefined) return;
        await this.trying('Statements and locks are told in part only', ['statements', 'locks'], () =>
          this.read(log, psql, sessions, ending),
        );
      }),
    );
    await this.watch?.stop();
    this.noteBlindness(sessions);
    const { surroundings, watch, notMeasured, blind } = this;
    const seen = observedIn({ startedAt, sessions, left, tables, surroundings, watch });
    return { ...seen, notMeasured, blind: [...blind] };
  }

  /** Ends the command's sessions and keeps it from coming back: what it holds could make us wait, so first once. */
  private async end(psql: Psql, shutOut: (psql: Psql) => Promise<void>): Promise<void> {
    await endOthers(psql, this.own);
    await shutOut(psql);
    const stubborn = await endOthers(psql, this.own);
    if (stubborn.length === 0) return;
    this.notMeasured.push(
      `${stubborn.length} of the command's sessions would not end and may still change the database.`,
    );
    for (const what of ['statements', 'rows'] as const) this.blind.add(what);
  }

  /** Reads to a line of our own, which comes after all that the command did; the ends of sessions may come a little later. */
  private async read(log: ServerLog, psql: Psql, sessions: Sessions, ending: string): Promise<void> {
    const deadline = Date.now() + LAST_WORDS_MS;
    for (let silent = false; ;) {
      const mark = await markIn(psql);
      await log.follow(psql, (row) => {
        if (row.message === ending) sessions.ending = true;
        if (this.own.has(row.session)) this.watch?.see(row);
        else if (row.at >= this.startedAt) sessions.see(row);
        return row.message === mark;
      });
      if (sessions.present.size === 0 || silent || Date.now() > deadline) return;
      silent = !(await mayStillSpeak(psql, sessions.present));
      if (!silent) await sleep(LOOK_AGAIN_MS);
    }
  }

  private noteBlindness(sessions: Sessions): void {
    const { watch, notMeasured } = this;
    const { changed, hiding, present } = sessions;
    // Whoever came and was not seen to go may have run what was not seen either.
    if (present.size > 0 && !this.blind.has('statements'))
      hiding.add('log_min_messages` or `log_disconnections');
    if (hiding.size > 0) this.blind.add('statements');
    if (changed.size > 0)
      notMeasured.push(`Statements may be missing: the command changed ${[...changed].sort().join(', ')}.`);
    if (watch === undefined) return;
    if (watch.lost !== undefined)
      notMeasured.push(
        `Locks were not watched all the time: the session that did was ended (${watch.lost}).`,
      );
    if (watch.isLost) this.blind.add('locks');
    const blind = watch.blind.reduce((sum, ms) => sum + ms, 0);
    if (blind > 0)
      notMeasured.push(
        `Locks were not looked at for ${Math.round(blind)} ms in all, at most ${Math.round(Math.max(...watch.blind))} ms ` +
          'without a pause: the machine was busy.',
      );
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

/** Writes a line to the log. @returns its text. */
async function markIn(psql: Psql): Promise<string> {
  const mark = `pgkeep-${randomBytes(8).toString('hex')}`;
  await psql.exec(`DO $pgkeep$ BEGIN RAISE LOG '%', ${quoteLiteral(mark)}; END $pgkeep$`);
  return mark;
}
