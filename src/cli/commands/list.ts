import { chooseFamily, listBackups } from '../../backup/catalogue.js';
import { isEncrypted, totalBytes, type Manifest } from '../../backup/manifest.js';
import { UserError } from '../../base/errors.js';
import type { Reporter } from '../../base/reporter.js';
import { formatBytes, formatCount } from '../../base/units.js';
import { familyName } from '../../inputs/name.js';
import type { ListInputs } from '../../inputs/values.js';
import { openStore } from '../../storage/registry.js';
import { renderTable, type Column } from '../../base/table.js';
import type { CommandContext } from './context.js';

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
    const store = await openStore(url, context);
    const name = await chooseFamily(store, inputs.name === undefined ? undefined : familyName(inputs.name));
    const listing = await listBackups(store, name, inputs.label);
    for (const { id, reason } of listing.unreadable)
      context.reporter.warn(`${name}/${id} in ${url}: ${reason}`);
    unreadable += listing.unreadable.length;
    found.push(...listing.backups.map((backup) => ({ ...backup, storage: url })));
    if (!json) context.print(tableOf(store.url, name, listing.backups, inputs, context));
  }
  if (json) context.print(`${JSON.stringify(found, null, 2)}\n`);
  if (unreadable > 0)
    throw new UserError(`${unreadable} of the manifests could not be read; see the warnings.`);
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
