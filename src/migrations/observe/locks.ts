import { LOCK_MODES, type HeldLock, type LockMode, type Named } from '../types.js';
import { blockedBy, isStronger, modeOf } from './modes.js';
import type { Recorded } from './record.js';
import type { LockEvent } from './watch.js';

/** The time for which one transaction was seen to hold a mode of a table. */
interface Hold {
  table: number;
  mode: LockMode;
  pid: number;
  /** The last look without it; it was taken after that. */
  before: number;
  from: number;
  to: number;
}

/** Finds what a process ran when it took a lock on a table between two looks. */
export type Blame = (
  pid: number,
  looks: { before: number; at: number },
  table: Named,
) => Recorded | undefined;

/** A lock, and the statement that took it where it is known. */
export interface BlamedLock {
  lock: Omit<HeldLock, 'statement'>;
  cause: Recorded | undefined;
}

export interface Watched {
  events: readonly LockEvent[];
  /** When watching ended. */
  until: number;
  /** The tables that locks are told of, by their OIDs. */
  tables: ReadonlyMap<number, Named>;
  /** The tables of indexes. */
  owners: ReadonlyMap<number, number>;
}

const STRONGEST_FIRST = ['reads and writes', 'writes', 'schema changes'] as const;

/**
 * The locks on tables, in the order in which they were taken. What blocks less than another lock on the same table is
 * told only where it was held longer.
 */
export function heldLocks(watched: Watched, blame: Blame): BlamedLock[] {
  const byTable = new Map<number, Hold[]>();
  for (const hold of holdsOf(watched)) {
    const others = byTable.get(hold.table);
    if (others === undefined) byTable.set(hold.table, [hold]);
    else others.push(hold);
  }
  const found: { from: number; told: BlamedLock }[] = [];
  for (const [oid, holds] of byTable) {
    const table = watched.tables.get(oid);
    if (table === undefined) continue;
    let longest = -1;
    for (const blocks of STRONGEST_FIRST) {
      const spans = merged(holds.filter(({ mode }) => blockedBy(mode) === blocks));
      const worst = [...spans].sort((a, b) => lengthOf(b) - lengthOf(a))[0];
      if (worst === undefined || lengthOf(worst) <= longest) continue;
      longest = lengthOf(worst);
      const { pid, before, from } = worst.first;
      const lock = {
        table,
        mode: strongestOf(spans),
        ms: Math.round(spans.reduce((sum, span) => sum + lengthOf(span), 0)),
        longestMs: Math.round(longest),
        blocks,
      };
      found.push({ from, told: { lock, cause: blame(pid, { before, at: from }, table) } });
    }
  }
  return found.sort((a, b) => a.from - b.from).map(({ told }) => told);
}

/** A time without a pause. */
interface Span {
  from: number;
  to: number;
  mode: LockMode;
  first: Hold;
}

function strongestOf(spans: readonly Span[]): LockMode {
  return spans.reduce<LockMode>(
    (strongest, { mode }) => (isStronger(mode, strongest) ? mode : strongest),
    LOCK_MODES[0],
  );
}

function lengthOf({ from, to }: Span): number {
  return to - from;
}

function merged(holds: readonly Hold[]): Span[] {
  const spans: Span[] = [];
  for (const hold of [...holds].sort((a, b) => a.from - b.from)) {
    const last = spans.at(-1);
    if (last === undefined || hold.from > last.to) {
      spans.push({ from: hold.from, to: hold.to, mode: hold.mode, first: hold });
      continue;
    }
    last.to = Math.max(last.to, hold.to);
    if (isStronger(hold.mode, last.mode)) last.mode = hold.mode;
  }
  return spans;
}

function holdsOf({ events, until, tables, owners }: Watched): Hold[] {
  const holds: Hold[] = [];
  const open = new Map<string, Hold>();
  let seenAt = 0;
  const release = (key: string, to: number): void => {
    const hold = open.get(key);
    if (hold === undefined) return;
    hold.to = Math.max(hold.from, to);
    open.delete(key);
  };
  for (const event of events) {
    // Nobody looked in between.
    if (event.first) for (const key of [...open.keys()]) release(key, seenAt);
    for (const key of event.gone) release(key, event.before);
    for (const key of event.taken) {
      const [relation = '', pid = '', , name = ''] = key.split(' ');
      const oid = Number(relation);
      const table = tables.has(oid) ? oid : owners.get(oid);
      const mode = modeOf(name);
      if (table === undefined || mode === undefined || open.has(key)) continue;
      const { at, before } = event;
      const hold = { table, mode, pid: Number(pid), before, from: at, to: at };
      holds.push(hold);
      open.set(key, hold);
    }
    seenAt = event.at;
  }
  for (const key of [...open.keys()]) release(key, until);
  return holds;
}
