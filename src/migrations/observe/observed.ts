import type { Blindness, HeldLock, Named, Statement } from '../types.js';
import { blameAmong } from './blame.js';
import { heldLocks } from './locks.js';
import type { Left } from './others.js';
import { chosen, type Recorded } from './record.js';
import type { Sessions, Unfinished } from './sessions.js';
import type { Surroundings } from './surroundings.js';
import type { LockWatch } from './watch.js';

/** The most statements that a report lists. */
const MOST_STATEMENTS = 2000;

/** A transaction whose COMMIT never came. */
export interface OpenTransaction {
  /** As in `Statement`. */
  session: string;
  /** Whether it had changed anything, all of which was undone. */
  wrote: boolean;
  /** `closed`: its connection was closed; `left`: it was still open when the command had ended; `running`: and a statement still ran. */
  how: 'closed' | 'left' | 'running';
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
  /** Whether the text of some statements is not in the log. */
  silent: boolean;
  /** The settings by which the command hid statements that may have failed. */
  hiding: string[];
}

/** What was collected until the command's sessions had ended; what could not be begun is undefined. */
export interface Collected {
  /** Milliseconds since 1970. */
  startedAt: number;
  sessions: Sessions;
  /** Those that were there when the command had ended. */
  left: readonly Left[];
  tables: ReadonlyMap<number, Named>;
  surroundings: Surroundings | undefined;
  watch: LockWatch | undefined;
}

/** Puts together what was collected: which statements took the locks and left transactions open, and which are listed. */
export function observedIn(collected: Collected): Omit<Observed, 'notMeasured' | 'blind'> {
  const { sessions, left } = collected;
  const records = sessions.all();
  const blamed = locksIn(collected, records);
  const open = openIn(sessions, left);
  for (const { last } of open) if (last !== undefined) last.wanted = true;
  // Only now: whatever a lock or an open transaction is told of is wanted.
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
    openTransactions: open.map(({ last, ...each }) => ({ ...each, ...placed(last) })),
    silent: sessions.silent.size > 0,
    hiding: [...sessions.hiding].sort(),
  };
}

function locksIn(
  { startedAt, sessions, tables, surroundings, watch }: Collected,
  records: readonly Recorded[],
): ReturnType<typeof heldLocks> {
  if (watch === undefined) return [];
  const watched = {
    events: watch.events,
    until: watch.until,
    tables: new Map([...(surroundings?.others ?? []), ...tables]),
    owners: surroundings?.owners ?? new Map<number, number>(),
  };
  return heldLocks(watched, blameAmong(records, startedAt, sessions.silent));
}

function openIn(sessions: Sessions, left: readonly Left[]): (Unfinished & Pick<OpenTransaction, 'how'>)[] {
  const within = left.filter(
    ({ state, wrote }) => wrote || state === 'active' || state.startsWith('idle in transaction'),
  );
  return [
    ...sessions.closed.map((each) => ({ ...each, how: 'closed' as const })),
    ...within.map(({ session, state, wrote }) => ({
      ...sessions.unfinished(session, wrote),
      how: state === 'active' ? ('running' as const) : ('left' as const),
    })),
  ];
}

function statementOf({ sql, atMs, ms, session, error }: Recorded): Statement {
  return { sql, atMs, ms, session, ...(error === undefined ? {} : { error }) };
}
