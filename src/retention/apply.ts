import { readBackup } from '../backup/catalogue.js';
import { idTime } from '../backup/id.js';
import type { Inventory } from '../backup/inventory.js';
import { backupKey, MANIFEST } from '../backup/layout.js';
import { readVerified } from '../backup/verified.js';
import { CancelledError, messageOf, UserError } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import { formatBytes } from '../base/units.js';
import type { ObjectInfo, Store } from '../storage/store.js';
import { candidatesOf } from './candidates.js';
import { objectsOf, removalOrder } from './objects.js';
import { isOld, type OrphanPlan } from './orphans.js';
import { newestFirst } from './plan.js';
import type { RetentionPlan } from './types.js';

/** Folders under way at once: enough to hide a store's latency, and far from what stores begin to refuse. */
const CONCURRENCY = 4;

export interface ApplyOptions {
  plan: Pick<RetentionPlan, 'decisions'>;
  /** Absent: no orphans are removed. */
  orphans?: Pick<OrphanPlan, 'remove' | 'cutoff'> | undefined;
  /** Keys of records of the log; absent: none is removed. */
  log?: readonly string[] | undefined;
  /** What the plans were made from. */
  inventory: Inventory;
  store: Store;
  reporter: Pick<Reporter, 'info' | 'warn'>;
  signal?: AbortSignal | undefined;
}

/** What became of the plan. */
export interface Removed {
  /** Backups and orphans of which nothing is left. */
  removed: string[];
  /** Of every object of theirs, also where others of its folder stayed. */
  bytes: number;
  /** How many records of the log. */
  records: number;
  /** Backups and orphans of which something is left, or a record of the log, and why. */
  failed: { id: string; reason: string }[];
  /** What the plan would remove and no longer may: someone has verified or completed it since. */
  spared: { id: string; reason: string }[];
}

/**
 * Removes what the plan says, and nothing else. The manifest goes first, so that a backup that is half removed never
 * looks whole; what is left of it is an orphan, which a later run removes. An object that cannot be removed is warned
 * about, and the others go on.
 * @throws UserError when the newest backup, or the newest verified one, is no longer there: then nothing is removed.
 * @throws CancelledError between two objects.
 */
export async function applyPlan(options: ApplyOptions): Promise<Removed> {
  const { plan, orphans, log = [], signal } = options;
  const removal = new Removal(options);
  const jobs = [
    ...plan.decisions
      .filter(({ keep }) => !keep)
      .map(
        ({ id }) =>
          () =>
            removal.backup(id),
      ),
    ...(orphans?.remove ?? []).map(
      ({ id }) =>
        () =>
          removal.orphan(id, orphans?.cutoff ?? new Date(0)),
    ),
    ...log.map((key) => () => removal.record(key)),
  ];
  if (jobs.length === 0) return removal.result;
  await requireAnchors(options);
  const worker = async (): Promise<void> => {
    for (let job = jobs.shift(); job !== undefined && signal?.aborted !== true; job = jobs.shift())
      await job();
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, jobs.length) }, worker));
  if (signal?.aborted === true) throw new CancelledError();
  return removal.result;
}

/** The two backups that no plan may remove must be where the plan saw them. */
async function requireAnchors({ plan, inventory, store }: ApplyOptions): Promise<void> {
  const { name } = inventory;
  const backups = newestFirst(candidatesOf(inventory));
  const anchors = [
    { what: 'newest', backup: backups[0] },
    { what: 'newest verified', backup: backups.find(({ verified }) => verified) },
  ];
  for (const { what, backup } of anchors) {
    if (backup === undefined) continue;
    const { id } = backup;
    if (plan.decisions.some((decision) => decision.id === id && !decision.keep))
      throw new Error(`The plan would remove the ${what} backup of ${name}, ${id}.`);
    if ((await readBackup(store, name, id)) === undefined)
      throw new UserError(
        `${name}/${id}, the ${what} backup when ${store.url} was listed, is no longer there. Nothing was removed. Find out who removed it, then prune again.`,
      );
  }
}

class Removal {
  readonly result: Removed = { removed: [], bytes: 0, records: 0, failed: [], spared: [] };
  private logRefused = false;

  constructor(private readonly options: ApplyOptions) {}

  /** Removes one backup, unless it has become the newest verified one. */
  backup(id: string): Promise<void> {
    return this.attempt(id, async () => {
      if (await this.isNewestVerified(id))
        return this.spare(id, 'it was verified in the meantime and is now the newest verified backup');
      await this.removeAll(id, await this.folder(id));
    });
  }

  /** Removes what a killed run left, unless it is a backup by now or something was written to it since. */
  orphan(id: string, cutoff: Date): Promise<void> {
    return this.attempt(id, async () => {
      const objects = await this.folder(id);
      const complete = objects.some(({ key }) => key === this.key(id, MANIFEST));
      const old = isOld(idTime(id), cutoff) && objects.every(({ modified }) => isOld(modified, cutoff));
      if (complete || !old) return this.spare(id, 'something was written to it in the meantime');
      await this.removeAll(id, objects);
    });
  }

  /** Removes one record of the log. Where one is refused all are: a warning for each of a thousand would say no more. */
  async record(key: string): Promise<void> {
    if (this.logRefused) return;
    const { inventory, store } = this.options;
    await this.attempt(key.slice(inventory.name.length + 1), async () => {
      try {
        await store.remove(key);
        this.result.records += 1;
      } catch (error) {
        this.logRefused = true;
        throw error;
      }
    });
  }

  private async attempt(id: string, work: () => Promise<void>): Promise<void> {
    const { inventory, reporter, signal } = this.options;
    try {
      await work();
    } catch (error) {
      // The store breaks off what is under way; that is no failure of the store.
      if (signal?.aborted === true) return;
      const reason = messageOf(error);
      this.result.failed.push({ id, reason });
      reporter.warn(`${inventory.name}/${id} could not be removed. ${reason}`);
    }
  }

  private spare(id: string, reason: string): void {
    this.result.spared.push({ id, reason });
    this.options.reporter.warn(`${this.options.inventory.name}/${id} is kept: ${reason}.`);
  }

  private async removeAll(id: string, objects: readonly ObjectInfo[]): Promise<void> {
    const { inventory, store, reporter, signal } = this.options;
    let bytes = 0;
    for (const object of removalOrder(objects)) {
      if (signal?.aborted === true) return;
      await store.remove(object.key);
      bytes += object.bytes;
      this.result.bytes += object.bytes;
    }
    this.result.removed.push(id);
    reporter.info(`Removed ${inventory.name}/${id} (${formatBytes(bytes)}).`);
  }

  private folder(id: string): Promise<ObjectInfo[]> {
    return objectsOf(this.options.store, this.options.inventory.name, id);
  }

  /** Whether no newer backup that stays is verified, by the verdicts that are stored now. */
  private async isNewestVerified(id: string): Promise<boolean> {
    if (!(await this.passed(id))) return false;
    const { plan, inventory } = this.options;
    const verified = new Set(candidatesOf(inventory).flatMap((backup) => (backup.verified ? backup.id : [])));
    const place = plan.decisions.findIndex((decision) => decision.id === id);
    for (const newer of plan.decisions.slice(0, place).reverse())
      if (newer.keep && verified.has(newer.id) && (await this.passed(newer.id))) return false;
    return true;
  }

  private async passed(id: string): Promise<boolean> {
    const { store, inventory } = this.options;
    return (await readVerified(store, inventory.name, id))?.verdict === 'passed';
  }

  private key(id: string, file: string): string {
    return backupKey(this.options.inventory.name, id, file);
  }
}
