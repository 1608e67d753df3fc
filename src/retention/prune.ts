import { readInventory } from '../backup/inventory.js';
import type { Reporter } from '../base/reporter.js';
import type { Store } from '../storage/store.js';
import { applyPlan, type Removed } from './apply.js';
import { candidatesOf } from './candidates.js';
import { planLog } from './log.js';
import { planOrphans, type OrphanPlan } from './orphans.js';
import { planText } from './plan-text.js';
import { planRetention } from './plan.js';
import type { Policy, RetentionPlan } from './types.js';

export interface PruneRequest {
  name: string;
  policy: Policy;
  label?: string | undefined;
  /** The id of the backup that this run has just made. */
  justMade?: string | undefined;
  /** Only say what would be removed. */
  dryRun: boolean;
  now: Date;
}

/** What was, or would be, removed from one store. */
export interface Pruned {
  /** The storage's URL. */
  storage: string;
  name: string;
  policy: Policy;
  label: string | null;
  dryRun: boolean;
  plan: RetentionPlan;
  orphans: OrphanPlan;
  /** How many records of the log are too old. */
  oldRecords: number;
  /** Undefined after a dry run. */
  done: Removed | undefined;
}

/**
 * Plans what of one family in one store to keep, says so, and removes the rest.
 * @throws when the store could not be listed whole: then nothing was removed.
 */
export async function pruneFamily(
  store: Store,
  request: PruneRequest,
  { reporter, signal }: { reporter: Reporter; signal: AbortSignal },
): Promise<Pruned> {
  const { name, policy, label, justMade, dryRun, now } = request;
  const inventory = await readInventory(store, name);
  const { unreadable } = inventory;
  const plan = planRetention({ backups: candidatesOf(inventory), unreadable, policy, label, justMade, now });
  const orphans = planOrphans({ inventory, now });
  // Artifacts go by themselves when their days are over.
  const log = store.url.startsWith('artifact:') ? [] : planLog(inventory, now);
  const of = { storage: store.url, name, policy, label: label ?? null, dryRun };
  const planned = { ...of, plan, orphans, oldRecords: log.length };
  reporter.info(planText(planned));
  for (const { id, reason } of unreadable)
    reporter.warn(`${name}/${id} in ${store.url} is kept: its manifest cannot be read. ${reason}`);
  const applied = { plan, orphans, log, inventory, store, reporter, signal };
  const done = dryRun ? undefined : await applyPlan(applied);
  return { ...planned, done };
}

/** The ids that are gone, or would be. */
export function removedIds({ plan, orphans, done }: Pruned): string[] {
  return (
    done?.removed ?? [
      ...plan.decisions.filter(({ keep }) => !keep).map(({ id }) => id),
      ...orphans.remove.map(({ id }) => id),
    ]
  );
}

/** Why the run is red although a plan was made: what could not be removed. */
export function pruneProblems({ storage, name, done }: Pruned): string[] {
  return (done?.failed ?? []).map(
    ({ id, reason }) => `${name}/${id} could not be removed from ${storage}. ${reason}`,
  );
}
