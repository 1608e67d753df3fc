import { listFamilies, onlyFamily } from '../backup/catalogue.js';
import { readHistory } from '../backup/history.js';
import { readInventory } from '../backup/inventory.js';
import { writeLog } from '../backup/log.js';
import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { familyName } from '../inputs/name.js';
import { openStore } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { badgeOf, writeBadge } from './badge.js';
import { checkDatabase } from './database.js';
import { healthOf, RUNS_DAYS, unknownHealth } from './health.js';
import type { StatusOptions } from './options.js';
import type { StatusResult } from './result.js';
import type { Health, Limits } from './types.js';

/** A storage that could be opened, or why not. */
type Opened = { url: string; store: Store } | { url: string; error: unknown };

const DAY_MS = 86_400_000;

/**
 * Looks at each storage by itself, and asks the database for its size where that is wanted. Nothing but the run's own
 * record is written. What is wrong with one storage, also that it cannot be read, is in the result beside the others.
 * @throws UserError for inputs that cannot be meant, such as several families and no name.
 */
export async function runStatus(options: StatusOptions): Promise<StatusResult> {
  const { inputs, env, reporter, signal, artifacts } = options;
  const now = new Date();
  const database = await checkDatabase(options);
  const opened = await Promise.all(
    inputs.storage.map(async (url): Promise<Opened> => {
      try {
        return { url, store: await openStore(url, { env, reporter, signal, artifacts }) };
      } catch (error) {
        return { url, error };
      }
    }),
  );
  const stores = opened.flatMap((each) => ('store' in each ? [each.store] : []));
  const name = inputs.name === undefined ? await familyIn(stores) : familyName(inputs.name);
  const healths = await Promise.all(opened.map((each) => healthAt(options, each, name, now)));
  if (signal.aborted) throw new CancelledError();
  const result: StatusResult = { healths, database, failures: [] };
  await record(options, opened, result, now);
  await badge(options, result, now);
  return result;
}

/** The only family; undefined where no store has one, or none can be read. @throws UserError when there are several. */
async function familyIn(stores: readonly Store[]): Promise<string | undefined> {
  try {
    return await onlyFamily(stores);
  } catch (error) {
    const families = await Promise.allSettled(stores.map(listFamilies));
    const some = families.some((each) => each.status === 'fulfilled' && each.value.length > 0);
    if (some || !(error instanceof UserError)) throw error;
    return undefined;
  }
}

/** How the family is in one storage. Never throws. */
async function healthAt(
  { inputs, signal }: StatusOptions,
  opened: Opened,
  name: string | undefined,
  now: Date,
): Promise<Health> {
  const { url } = opened;
  try {
    if ('error' in opened) throw opened.error as Error;
    const { store } = opened;
    if (name === undefined) {
      await listFamilies(store);
      return unknownHealth(url, null, { kind: 'no-backup', message: noneAt(url) }, now);
    }
    const since = new Date(now.getTime() - RUNS_DAYS * DAY_MS);
    const [inventory, history] = await Promise.all([
      readInventory(store, name),
      readHistory(store, name, since),
    ]);
    const health = healthOf({ inventory, records: history.records, storage: url, now }, limitsOf(inputs));
    const unread =
      history.unreadable === 0
        ? []
        : [`Entries of the log that cannot be understood: ${history.unreadable}.`];
    return { ...health, notes: [...health.notes, ...unread] };
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    const message = `${url} cannot be read, so nothing is known of its backups. ${messageOf(error)}`;
    return unknownHealth(url, name ?? null, { kind: 'storage-unreadable', message }, now);
  }
}

const noneAt = (url: string): string =>
  `There is no backup in ${url}. Run the backup, and check the storage URL.`;

function limitsOf(inputs: StatusOptions['inputs']): Limits {
  const { maxAge, maxVerifyAge, maxSizeChange, maxStorageBytes } = inputs;
  return { maxAgeMs: maxAge, maxVerifyAgeMs: maxVerifyAge, maxSizeChange, maxStorageBytes };
}

/** Leaves the record of the run in each store that could be read. */
async function record(
  { run, reporter }: StatusOptions,
  opened: readonly Opened[],
  { healths, database }: StatusResult,
  startedAt: Date,
): Promise<void> {
  const own = database?.problem ?? null;
  await Promise.all(
    healths.map(async ({ name, problems }, index) => {
      const at = opened[index];
      const unread = problems.some(({ kind }) => kind === 'storage-unreadable');
      if (name === null || unread || at === undefined || 'error' in at) return;
      const found = [...problems, ...(own === null ? [] : [own])].map(({ message }) => message);
      const failure = found.length === 0 ? {} : { failure: new UserError(found.join(' ')) };
      const entry = { action: 'status' as const, backup: null, ...failure };
      await writeLog({ stores: [at.store], run, reporter }, name, startedAt, entry);
    }),
  );
}

/** A badge that cannot be written is a failure of its own, not one of the backups. */
async function badge({ inputs }: StatusOptions, result: StatusResult, now: Date): Promise<void> {
  if (inputs.badge === undefined) return;
  try {
    await writeBadge(inputs.badge, badgeOf(result, now));
  } catch (error) {
    result.failures.push(error);
  }
}
