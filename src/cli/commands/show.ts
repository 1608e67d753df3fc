import { chooseFamily, readBackup } from '../../backup/catalogue.js';
import { totalBytes, type Manifest } from '../../backup/manifest.js';
import { UserError } from '../../base/errors.js';
import { printableLine } from '../../base/text.js';
import { formatBytes, formatCount, plural } from '../../base/units.js';
import { familyName } from '../../inputs/name.js';
import type { ShowInputs } from '../../inputs/values.js';
import { openStore } from '../../storage/registry.js';
import { renderTable } from '../../base/table.js';
import type { CommandContext } from './context.js';

/** `pgkeep show <id>`: all that the manifest of one backup says, from the first store that has it. */
export async function showCommand(
  id: string,
  inputs: ShowInputs,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  for (const url of inputs.storage) {
    const store = await openStore(url, context);
    const name = await chooseFamily(store, inputs.name === undefined ? undefined : familyName(inputs.name));
    const manifest = await readBackup(store, name, id);
    if (manifest === undefined) continue;
    const where = store.locate(`${name}/${id}`);
    context.print(json ? `${JSON.stringify(manifest, null, 2)}\n` : describe(manifest, where));
    return;
  }
  throw new UserError(
    `There is no backup "${id}" in ${inputs.storage.join(', ')}. \`pgkeep list\` shows those there are.`,
  );
}

function describe(manifest: Manifest, where: string): string {
  const { server, tools, source, totals } = manifest;
  const facts: [string, string | null | undefined][] = [
    ['Backup', manifest.id],
    ['Name', manifest.name],
    ['Label', manifest.label],
    ['Database', manifest.database],
    ['Snapshot', manifest.snapshotAt],
    ['Finished', manifest.finishedAt],
    ['Server', `PostgreSQL ${server.version}, ${server.encoding}, ${server.collate}`],
    [
      'Made by',
      `pgkeep ${tools.pgkeep}, pg_dump ${tools.pg_dump}${tools.sameMajor ? '' : " (not the server's own major)"}`,
    ],
    ['Run', source.runUrl],
    ['By', source.actor],
    ['On the server', manifest.databaseBytes === null ? null : formatBytes(manifest.databaseBytes)],
    ['Stored', formatBytes(totalBytes(manifest))],
    [
      'Rows',
      totals === null ? 'not measured' : `${formatCount(totals.rows)} in ${plural(totals.tables, 'table')}`,
    ],
    [
      'Options',
      Object.entries(manifest.options)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(' '),
    ],
    ['Where', where],
  ];
  const lines = facts
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([title, value]) => `${title.padEnd(14)}${printableLine(value ?? '')}\n`);
  const warnings = manifest.warnings.map((warning) => `Warning       ${printableLine(warning)}\n`);
  const parts = renderTable(
    [{ title: 'FILE' }, { title: 'BYTES', align: 'right' }, { title: 'SHA-256' }, { title: 'PROVED BY' }],
    manifest.parts.map((part) => [part.file, String(part.bytes), part.sha256, part.readBack]),
  );
  return `${lines.join('')}${warnings.join('')}\n${parts}`;
}
