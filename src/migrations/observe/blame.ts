import { wordOf } from '../names.js';
import type { Blame } from './locks.js';
import type { Recorded } from './record.js';

/** These take no lock on a table. */
const LOCKLESS = /^\s*(?:SET|RESET|SHOW|BEGIN|START|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|DISCARD)\b/i;

/**
 * Finds what a process ran when it took a lock: of the statements between the two looks the latest that names the
 * table, else the latest that can have done it. What it finds is listed.
 * @param silent processes of which statements are not in the log: it may have been one of those
 */
export function blameAmong(
  records: readonly Recorded[],
  startedAt: number,
  silent: ReadonlySet<number>,
): Blame {
  const byProcess = new Map<number, Recorded[]>();
  for (const record of [...records].sort((a, b) => a.atMs - b.atMs || a.order - b.order)) {
    const others = byProcess.get(record.pid);
    if (others === undefined) byProcess.set(record.pid, [record]);
    else others.push(record);
  }
  return (pid, { before, at }, { name }) => {
    const begun = (byProcess.get(pid) ?? []).filter(({ atMs }) => startedAt + atMs <= at);
    const between = begun.filter(({ atMs, ms }) => ms === null || startedAt + atMs + ms + GRAIN_MS >= before);
    const named = wordOf(name);
    const record =
      between.findLast(({ sql }) => named.test(sql)) ??
      (silent.has(pid) ? undefined : between.findLast(({ sql }) => !LOCKLESS.test(sql)));
    if (record !== undefined) record.wanted = true;
    return record;
  };
}

/** The log cuts times to milliseconds. */
const GRAIN_MS = 1;
