import { chooseFamily } from '../backup/catalogue.js';
import { publicReason, type LogContext } from '../backup/log.js';
import { CancelledError } from '../base/errors.js';
import { errorsOf } from '../base/failure.js';
import { silentReporter, type Reporter } from '../base/reporter.js';
import { openStore } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { knownOf } from './newest.js';
import { Notifier } from './notifier.js';
import type { FamilyNotice, Notice, NotifyTargets } from './types.js';
import type { ArtifactAccess } from '../storage/artifact/access.js';

/** What a run did to one family, as the run itself knows it. */
export type FamilyDone = Omit<FamilyNotice, 'newest' | 'before'>;

export interface TellingOptions {
  action: string;
  inputs: NotifyTargets & { storage: readonly string[]; name?: string | undefined; dryRun?: boolean };
  env: NodeJS.ProcessEnv;
  run: Notice['run'];
  /** How `artifact://` reaches a repository's artifacts. */
  artifacts?: ArtifactAccess | undefined;
  reporter: Reporter;
  signal: AbortSignal;
  /** What must not be in a reason. */
  hidden?: LogContext['connection'];
}

/**
 * Does `work` and tells of its end whom the inputs name. A dry run and a cancelled one are told to nobody: the one has
 * done nothing, the other has seconds to clean up (and the healthcheck hears no success).
 * @param work adds what it did to each family; one that failed makes the whole run a failure.
 */
export async function telling<T>(
  options: TellingOptions,
  work: (families: FamilyDone[]) => Promise<T>,
): Promise<T> {
  const { inputs, reporter, signal } = options;
  const notifier = new Notifier(inputs, reporter);
  const families: FamilyDone[] = [];
  if (!notifier.listens || inputs.dryRun === true) return work(families);
  const startedAt = new Date();
  // Nobody waits for it: a service that hangs holds up no backup.
  const started = notifier.started();
  let failure: { error: unknown } | undefined;
  try {
    return await work(families);
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    await started;
    const outcome = outcomeOf(failure, families);
    const over = signal.aborted || failure?.error instanceof CancelledError;
    if (!over && notifier.isWaitedFor(outcome))
      await notifier.ended(await noticeOf(options, { families, failure, startedAt }));
  }
}

interface Ended {
  families: readonly FamilyDone[];
  failure: { error: unknown } | undefined;
  startedAt: Date;
}

function outcomeOf(failure: Ended['failure'], families: Ended['families']): Notice['outcome'] {
  return failure === undefined && families.every(({ outcome }) => outcome === 'success')
    ? 'success'
    : 'failure';
}

async function noticeOf(options: TellingOptions, { families, failure, startedAt }: Ended): Promise<Notice> {
  const { action, inputs, run } = options;
  const stores = await openAll(options);
  const reasons = failure === undefined ? [] : reasonsOf(failure.error, options.hidden);
  const done = families.length > 0 ? families : await unfinished(stores, inputs.name, reasons);
  const told = await Promise.all(
    done.map(async (family) => ({
      ...family,
      ...(await knownOf(stores, { name: family.name, action, startedAt })),
    })),
  );
  return {
    action,
    outcome: outcomeOf(failure, told),
    // What a family says of itself is not said twice.
    reasons: told.some(({ outcome }) => outcome === 'failure') ? [] : reasons,
    families: told,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    run,
  };
}

/** What a failure is called where not everybody may see names of what is in the database. */
export function reasonsOf(error: unknown, hidden: LogContext['connection']): string[] {
  const nobody = { target: { host: undefined, user: undefined }, secrets: [] };
  return errorsOf(error).map((each) => publicReason(each, hidden ?? nobody));
}

/** The family of a run that failed before it came to it: the one that was named, or the only one there is. */
async function unfinished(
  stores: readonly Store[],
  named: string | undefined,
  reasons: string[],
): Promise<FamilyDone[]> {
  const name = named?.includes('{') === true ? undefined : (named ?? (await onlyFamily(stores)));
  return name === undefined ? [] : [{ name, database: null, outcome: 'failure', backup: null, reasons }];
}

async function onlyFamily([store]: readonly Store[]): Promise<string | undefined> {
  try {
    return store === undefined ? undefined : await chooseFamily(store, undefined);
  } catch {
    // Several, or none, or a store that cannot be read: the message then names no family.
    return undefined;
  }
}

/** The run's own stores may be closed or broken by now. What cannot be opened has been told of by the run. */
async function openAll({ inputs, env, artifacts }: TellingOptions): Promise<Store[]> {
  const context = { env, artifacts, reporter: silentReporter, retry: { attempts: 2 } };
  const opened = await Promise.allSettled(inputs.storage.map((url) => openStore(url, context)));
  return opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}
