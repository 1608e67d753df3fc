import { listFamilies, onlyFamily } from '../backup/catalogue.js';
import { familiesMeant } from '../backup/safety-family.js';
import { readRecords } from '../backup/history.js';
import { readInventory } from '../backup/inventory.js';
import { writeLog } from '../backup/log.js';
import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { familyName } from '../inputs/name.js';
import { policyOf } from '../retention/inputs.js';
import { openStore } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { badgeOf } from './badge.js';
import { checkDatabase } from './database.js';
import { healthOf, RUNS_DAYS, unknownHealth } from './health.js';
import type { StatusOptions } from './options.js';
import { reportPage } from './page/page.js';
import type { Contents } from './page/types.js';
import type { StatusResult } from './result.js';
import type { Health, Limits } from './types.js';
import { writeResult } from './write-result.js';

/** A storage and the families in it that may be meant, or why it cannot be read. */
type Looked = { url: string; store: Store; families: string[] } | { url: string; error: unknown };

/** How a storage is, and what lies in it where that is known. */
interface Seen {
  health: Health;
  contents?: Contents;
}

const DAY_MS = 86_400_000;

/**
 * Looks at each storage by itself, and asks the database for its size where that is wanted. Nothing but the run's own
 * record is written. What is wrong with one storage, also that it cannot be read, is in the result beside the others.
 * @throws UserError for inputs that cannot be meant, such as several families and no name.
 */
export async function runStatus(options: StatusOptions): Promise<StatusResult> {
  const { inputs, signal } = options;
  const now = new Date();
  const result: StatusResult = { healths: [], database: await checkDatabase(options), failures: [] };
  const looked = await Promise.all(inputs.storage.map((url) => look(options, url)));
  const name = await familyIn(looked);
  const seen = await Promise.all(
    looked.map(async (each): Promise<Seen> => {
      try {
        return await healthAt(options, each, name, now);
      } catch (error) {
        // A fault of ours is told as one, besides.
        if (!(error instanceof UserError)) result.failures.push(error);
        const message = `${each.url} cannot be read, so nothing is known of its backups. ${messageOf(error)}`;
        return {
          health: unknownHealth(each.url, name ?? null, { kind: 'storage-unreadable', message }, now),
        };
      }
    }),
  );
  result.healths = seen.map(({ health }) => health);
  if (signal.aborted) throw new CancelledError();
  await record(options, looked, result, now);
  await badge(options, result, now);
  await page(options, result, seen, now);
  return result;
}

async function look(options: StatusOptions, url: string): Promise<Looked> {
  const { inputs } = options;
  try {
    const store = await openStore(url, options);
    const families = inputs.name === undefined ? await listFamilies(store) : [familyName(inputs.name)];
    return { url, store, families };
  } catch (error) {
    return { url, error };
  }
}

/** The only family; undefined where no store has one, or none can be read. @throws UserError when there are several. */
async function familyIn(looked: readonly Looked[]): Promise<string | undefined> {
  const read = looked.flatMap((each) => ('store' in each ? [each] : []));
  const [name, ...others] = familiesMeant([...new Set(read.flatMap(({ families }) => families))]);
  return others.length === 0 ? name : onlyFamily(read.map(({ store }) => store));
}

/** How the family is in one storage. @throws whatever keeps it from being read. */
async function healthAt(
  { inputs }: StatusOptions,
  looked: Looked,
  name: string | undefined,
  now: Date,
): Promise<Seen> {
  const { url } = looked;
  if ('error' in looked) throw looked.error as Error;
  if (name === undefined)
    return { health: unknownHealth(url, null, { kind: 'no-backup', message: noneAt(url) }, now) };
  const since = new Date(now.getTime() - RUNS_DAYS * DAY_MS);
  const inventory = await readInventory(looked.store, name);
  const history = await readRecords(looked.store, inventory.log, since);
  const health = healthOf({ inventory, records: history.records, storage: url, now }, limitsOf(inputs));
  const unread =
    history.unreadable === 0 ? [] : [`Entries of the log that cannot be understood: ${history.unreadable}.`];
  return {
    health: { ...health, notes: [...health.notes, ...unread] },
    contents: { inventory, records: history.records },
  };
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
  looked: readonly Looked[],
  { healths, database }: StatusResult,
  startedAt: Date,
): Promise<void> {
  const own = database?.problem ?? null;
  await Promise.all(
    healths.map(async ({ name, problems }, index) => {
      const at = looked[index];
      const unread = problems.some(({ kind }) => kind === 'storage-unreadable');
      if (name === null || unread || at === undefined || 'error' in at) return;
      const rules = new Set([...problems, ...(own === null ? [] : [own])].map(({ kind }) => kind));
      // Not the messages: one may repeat what another run's own record says.
      const found = `Unhealthy: ${[...rules].join(', ')}; the log of that run says more.`;
      const failure = rules.size === 0 ? {} : { failure: new UserError(found) };
      const entry = { action: 'status' as const, backup: null, ...failure };
      await writeLog({ stores: [at.store], run, reporter }, name, startedAt, entry);
    }),
  );
}

/** A badge that cannot be written is a failure of its own, not one of the backups. */
async function badge({ inputs }: StatusOptions, result: StatusResult, now: Date): Promise<void> {
  if (inputs.badge === undefined) return;
  try {
    await writeResult('badge', inputs.badge, `${JSON.stringify(badgeOf(result, now))}\n`);
  } catch (error) {
    result.failures.push(error);
  }
}

/** The same holds for the page. */
async function page(
  { inputs, run }: StatusOptions,
  result: StatusResult,
  seen: readonly Seen[],
  now: Date,
): Promise<void> {
  if (inputs.report === undefined) return;
  const contents = seen.map((each) => each.contents);
  const report = { result, contents, policy: policyOf(inputs), repository: run.repository, now };
  try {
    await writeResult('report', inputs.report, reportPage(report));
  } catch (error) {
    result.failures.push(error);
  }
}
