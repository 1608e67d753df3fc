import type { Blame } from './locks.js';
import type { Recorded } from './record.js';

/**
 * Finds what a process ran when it took a lock: of the statements between the two looks the latest that names the
 * table, else the latest of all. What it finds is listed.
 */
export function blameAmong(records: readonly Recorded[], startedAt: number): Blame {
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
    const record = between.findLast(({ sql }) => named.test(sql)) ?? begun.at(-1);
    if (record !== undefined) record.wanted = true;
    return record;
  };
}

/** The log cuts times to milliseconds. */
const GRAIN_MS = 1;

function wordOf(name: string): RegExp {
  const escaped = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}_$])${escaped}(?![\\p{L}\\p{N}_$])`, 'iu');
}
