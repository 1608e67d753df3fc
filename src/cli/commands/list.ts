import { chooseFamily, listBackups } from '../../backup/catalogue.js';
import { isEncrypted, totalBytes, type Manifest } from '../../backup/manifest.js';
import { unfinishedText } from '../../backup/unfinished.js';
import { UserError } from '../../base/errors.js';
import type { Reporter } from '../../base/reporter.js';
import { formatBytes, formatCount, plural } from '../../base/units.js';
import { familyName } from '../../inputs/name.js';
import type { ListInputs } from '../../inputs/values.js';
import { openStore } from '../../storage/registry.js';
import type { Store } from '../../storage/store.js';
import { renderTable, type Column } from '../../base/table.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** Folders without a manifest that are named one by one. */
const MOST_UNFINISHED = 3;

const COLUMNS: Column[] = [
  { title: 'ID' },
  { title: 'DATABASE', shrinks: true },
  { title: 'LABEL', shrinks: true },
  { title: 'SNAPSHOT (UTC)' },
  { title: 'SIZE', align: 'right' },
  { title: 'ROWS', align: 'right' },
  { title: 'ENCRYPTED' },
];

function row(manifest: Manifest): string[] {
  return [
    manifest.id,
    manifest.database,
    manifest.label ?? '',
    manifest.snapshotAt.slice(0, 19).replace('T', ' '),
    formatBytes(totalBytes(manifest)),
    manifest.totals === null ? '-' : formatCount(manifest.totals.rows),
    isEncrypted(manifest) ? 'age' : 'no',
  ];
}

/** `pgkeep list`: the backups of one family, oldest first. Several stores are listed one after the other. */
export async function listCommand(inputs: ListInputs, json: boolean, context: CommandContext): Promise<void> {
  const found: (Manifest & { storage: string })[] = [];
  let unreadable = 0;
  for (const url of inputs.storage) {
    const store = await openStore(url, terminalOptions(context, inputs));
    const name = await chooseFamily(store, inputs.name === undefined ? undefined : familyName(inputs.name));
    const listing = await listBackups(store, name, inputs.label);
    for (const { id, reason } of listing.unreadable)
      context.reporter.warn(`${name}/${id} in ${url}: ${reason}`);
    unreadable += listing.unreadable.length;
    warnUnfinished(store, name, listing.unfinished, context.reporter);
    found.push(...listing.backups.map((backup) => ({ ...backup, storage: url })));
    if (!json) context.print(tableOf(store.url, name, listing.backups, inputs, context));
  }
  if (json) context.print(`${JSON.stringify(found, null, 2)}\n`);
  if (unreadable > 0)
    throw new UserError(`${unreadable} of the manifests could not be read; see the warnings.`);
}

/** Folders without a manifest are not listed, but whoever misses a backup is to know of them. */
function warnUnfinished(store: Store, name: string, ids: readonly string[], reporter: Reporter): void {
  const newestFirst = [...ids].reverse();
  const rest = newestFirst.length - MOST_UNFINISHED;
  for (const id of newestFirst.slice(0, MOST_UNFINISHED))
    reporter.warn(unfinishedText(store, name, id, new Date()));
  if (rest > 0)
    reporter.warn(`${plural(rest, 'older folder')} of ${name} in ${store.url} without a manifest, too.`);
}

function tableOf(
  url: string,
  name: string,
  backups: readonly Manifest[],
  inputs: ListInputs,
  context: CommandContext & { reporter: Reporter },
): string {
  if (backups.length === 0) {
    const labelled = inputs.label === undefined ? '' : ` with label "${inputs.label}"`;
    context.reporter.info(`There are no backups named "${name}"${labelled} in ${url}.`);
    return '';
  }
  const title = inputs.storage.length > 1 ? `${url} ${name}\n` : '';
  return title + renderTable(COLUMNS, backups.map(row), context.width);
}
