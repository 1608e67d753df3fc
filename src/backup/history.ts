import { isNotFound } from '../storage/errors.js';
import { readMany } from '../storage/read-many.js';
import type { Store } from '../storage/store.js';
import { LOG } from './layout.js';

/** What one run of one action left in the log of a family (`writeLog`). */
export interface RunRecord {
  version: 1;
  /** `backup`, `restore`, `verify`, `prune`, ...: also one that only a newer pgkeep has. */
  action: string;
  outcome: 'success' | 'failure';
  /** ISO 8601, UTC. */
  startedAt: string;
  seconds: number;
  /** Why it failed, without the name of anything in the database. */
  error: string | null;
  /** The backup that was made, restored or verified. */
  backup: string | null;
  runUrl: string | null;
  actor: string | null;
}

/** The log of a family, oldest first. */
export interface History {
  records: RunRecord[];
  /** Entries that could not be understood: damaged, or of a newer format. */
  unreadable: number;
}

/**
 * Reads the log of a family in one store.
 * @param since only runs that began then or later; absent: all that were kept.
 */
export async function readHistory(store: Store, name: string, since?: Date): Promise<History> {
  const keys: string[] = [];
  for await (const { key } of store.list(`${name}/${LOG}/`)) keys.push(key);
  return readRecords(store, keys, since);
}

/** As `readHistory`, where the keys of the log are known from a listing. */
export async function readRecords(store: Store, keys: readonly string[], since?: Date): Promise<History> {
  const wanted = keys.filter((key) => since === undefined || startOf(key) >= since.getTime());
  const history: History = { records: [], unreadable: 0 };
  for (const record of await recordsOf(store, wanted.sort())) {
    if (record === undefined) history.unreadable += 1;
    else history.records.push(record);
  }
  history.records.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  return history;
}

/** The entries of these keys, undefined for one that cannot be understood. */
async function recordsOf(store: Store, keys: readonly string[]): Promise<(RunRecord | undefined)[]> {
  const results = await readMany(store, keys, decodeRecord);
  return results.flatMap((result) => {
    if (result.ok) return [result.value];
    // It may have been removed since it was listed.
    if (isNotFound(result.error)) return [];
    throw result.error as Error;
  });
}

/** How many entries are read at once, and how many in all, until the run that is looked for is among them. */
const BATCH = 16;
const MOST = 10 * BATCH;

/**
 * The last run of one action that began before a time; undefined where there is none among the newest 160 entries.
 */
export async function lastRun(
  store: Store,
  name: string,
  action: string,
  before: Date,
): Promise<RunRecord | undefined> {
  const keys: string[] = [];
  for await (const { key } of store.list(`${name}/${LOG}/`)) keys.push(key);
  keys.sort().reverse();
  for (let at = 0; at < Math.min(MOST, keys.length); at += BATCH) {
    const records = await recordsOf(store, keys.slice(at, at + BATCH));
    const last = records
      .filter((record) => record !== undefined)
      .filter((record) => record.action === action && Date.parse(record.startedAt) < before.getTime())
      .sort((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
    if (last !== undefined) return last;
  }
  return undefined;
}

/** When the run of a log's key began, to the second; what has another name may have begun at any time. */
function startOf(key: string): number {
  const [, date, hour, minute, second] =
    /\/(\d{8})T(\d{2})(\d{2})(\d{2})Z-[^/]*$/.exec(key) ?? ([] as string[]);
  if (date === undefined) return Infinity;
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  // The key has no milliseconds: a run of the same second may be later.
  return Date.parse(`${day}T${hour}:${minute}:${second}.999Z`);
}

/** One entry as it is stored; undefined when it is damaged or of a newer format. */
export function decodeRecord(bytes: Uint8Array): RunRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { version, action, outcome, startedAt, seconds, error, backup, runUrl, actor } =
    value as Partial<RunRecord>;
  return (
    version === 1 &&
    typeof action === 'string' &&
    (outcome === 'success' || outcome === 'failure') &&
    typeof startedAt === 'string' &&
    !Number.isNaN(Date.parse(startedAt)) &&
    typeof seconds === 'number' &&
    [error, backup, runUrl, actor].every((text) => text === null || typeof text === 'string')
  );
}
