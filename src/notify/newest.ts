import { newestBackup } from '../backup/catalogue.js';
import { lastRun } from '../backup/history.js';
import { readVerified } from '../backup/verified.js';
import type { Store } from '../storage/store.js';
import type { FamilyNotice } from './types.js';

/** No message is worth more of a job's time than this. */
const PATIENCE_MS = 20_000;

type Known = Pick<FamilyNotice, 'newest' | 'before'>;

/**
 * What the storage knows of a family for a message: its newest backup, and how the run before ended. Never throws and
 * never takes long: what cannot be read in time is not known.
 * @param startedAt of the run that the message is about.
 */
export async function knownOf(
  stores: readonly Store[],
  { name, action, startedAt }: { name: string; action: string; startedAt: Date },
  patienceMs = PATIENCE_MS,
): Promise<Known> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, patienceMs, undefined)));
  const inTime = <T>(work: (store: Store) => Promise<T>): Promise<T | undefined> =>
    Promise.race([firstThatAnswers(stores, work), late]);
  try {
    const [newest, before] = await Promise.all([
      inTime((store) => newestOf(store, name)),
      inTime(async (store) => (await lastRun(store, name, action, startedAt))?.outcome ?? null),
    ]);
    return { newest, before };
  } finally {
    clearTimeout(timer);
  }
}

async function newestOf(store: Store, name: string): Promise<FamilyNotice['newest']> {
  const newest = await newestBackup(store, name);
  if (newest === undefined) return null;
  const { id, snapshotAt } = newest;
  const verified = await readVerified(store, name, id);
  return { id, snapshotAt, verified: verified === undefined ? null : verified.verdict === 'passed' };
}

async function firstThatAnswers<T>(
  stores: readonly Store[],
  work: (store: Store) => Promise<T>,
): Promise<T | undefined> {
  for (const store of stores) {
    try {
      return await work(store);
    } catch {
      // A store that cannot be read has been told of by the run itself; the message says that it is not known.
    }
  }
  return undefined;
}
