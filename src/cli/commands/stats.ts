import { readRecords } from '../../backup/history.js';
import { readInventory } from '../../backup/inventory.js';
import type { StatsInputs } from '../../inputs/values.js';
import { SPANS, statsOf } from '../../status/stats.js';
import { statsText } from '../../status/stats-text.js';
import type { CommandContext } from './context.js';
import { printEach } from './families.js';

/** `pgkeep stats`: how often runs succeed, how long they take, and how backups grow. */
export async function statsCommand(
  inputs: StatsInputs,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  const now = new Date();
  const since = new Date(now.getTime() - Math.max(...SPANS) * 86_400_000);
  await printEach(inputs, json, context, async (store, name) => {
    const inventory = await readInventory(store, name);
    const { records } = await readRecords(store, inventory.log, since);
    const stats = statsOf(inventory, records, now);
    return { data: [stats], text: statsText(stats, context.width) };
  });
}
