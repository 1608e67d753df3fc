import { chooseFamily } from '../backup/catalogue.js';
import { readInventory, type Inventory } from '../backup/inventory.js';
import { writeLog } from '../backup/log.js';
import type { CommonOptions } from '../backup/run-options.js';
import { CancelledError, UserError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import { familyName } from '../inputs/name.js';
import type { DeleteInputs } from '../inputs/values.js';
import { openStore } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { candidatesOf } from './candidates.js';
import { objectsOf, removalOrder } from './objects.js';
import { newestFirst } from './plan.js';

export interface DeleteOptions extends CommonOptions {
  id: string;
  inputs: DeleteInputs;
}

/** One copy that is gone. */
export interface Deleted {
  storage: string;
  name: string;
  bytes: number;
}

/**
 * Deletes one backup from each store that has it. All are asked before anything is removed.
 * @throws UserError when none has it, or one of them has a reason to keep it that was not confirmed.
 */
export async function deleteBackup(options: DeleteOptions): Promise<Deleted[]> {
  const { id, inputs } = options;
  const copies: { store: Store; name: string }[] = [];
  for (const url of inputs.storage) {
    const store = await openStore(url, options);
    const name = await chooseFamily(store, inputs.name === undefined ? undefined : familyName(inputs.name));
    const inventory = await readInventory(store, name);
    if (!has(inventory, id)) continue;
    const reason = reasonToKeep(inventory, id);
    if (reason !== undefined && inputs.confirm !== id)
      throw new UserError(
        `${name}/${id} in ${store.url} is ${reason}, so nothing was deleted. To delete it all the same, give --confirm=${id}.`,
      );
    copies.push({ store, name });
  }
  if (copies.length === 0)
    throw new UserError(
      `There is no backup "${id}" in ${inputs.storage.join(', ')}. \`pgkeep list\` shows those there are.`,
    );
  const deleted: Deleted[] = [];
  for (const { store, name } of copies) deleted.push(await deleteCopy(options, store, name));
  return deleted;
}

function has({ entries, unreadable, orphans }: Inventory, id: string): boolean {
  return [...entries.map(({ manifest }) => manifest), ...unreadable, ...orphans].some((one) => one.id === id);
}

/** What only a typed confirmation may delete. */
function reasonToKeep(inventory: Inventory, id: string): string | undefined {
  const backups = newestFirst(candidatesOf(inventory));
  if (backups[0]?.id === id) return 'the newest backup';
  if (backups.find(({ verified }) => verified)?.id === id) return 'the newest backup that was verified';
  if (inventory.unreadable.some((one) => one.id === id)) return 'a backup whose manifest cannot be read';
  if (inventory.orphans.some((one) => one.id === id))
    return 'no backup yet: a run that is at work may be writing it, or one that was killed has left it';
  return undefined;
}

async function deleteCopy(
  { id, run, reporter, signal }: DeleteOptions,
  store: Store,
  name: string,
): Promise<Deleted> {
  const startedAt = new Date();
  const log = (failure?: unknown): Promise<void> =>
    writeLog({ stores: [store], run, reporter }, name, startedAt, {
      action: 'delete',
      backup: id,
      ...(failure === undefined ? {} : { failure }),
    });
  let bytes = 0;
  try {
    for (const object of removalOrder(await objectsOf(store, name, id))) {
      if (signal.aborted) throw new CancelledError();
      await store.remove(object.key);
      bytes += object.bytes;
    }
  } catch (error) {
    await log(error);
    throw error;
  }
  await log();
  reporter.info(`Deleted ${name}/${id} from ${store.url} (${formatBytes(bytes)}).`);
  return { storage: store.url, name, bytes };
}
