import { onlyFamily } from '../../backup/catalogue.js';
import { chooseBackup } from '../../backup/choose.js';
import { totalBytes, type Manifest } from '../../backup/manifest.js';
import { printableLine } from '../../base/text.js';
import { formatBytes, formatCount, minuteOf, plural } from '../../base/units.js';
import { familyName } from '../../inputs/name.js';
import type { ShowInputs } from '../../inputs/values.js';
import { openStores } from '../../storage/registry.js';
import { renderTable } from '../../base/table.js';
import type { CommandContext } from './context.js';
import { terminalOptions } from './machine.js';

/** `pgkeep show <id>`: all that the manifest of one backup says, from the first store that has it. */
export async function showCommand(
  id: string,
  inputs: ShowInputs,
  json: boolean,
  context: CommandContext,
): Promise<void> {
  const stores = await openStores(inputs.storage, terminalOptions(context, inputs));
  const { manifest, store } = await chooseBackup(stores, {
    name: inputs.name === undefined ? await onlyFamily(stores) : familyName(inputs.name),
    selector: { kind: 'id', id },
    now: new Date(),
    reporter: context.reporter,
  });
  const where = store.locate(`${manifest.name}/${id}`);
  context.print(json ? `${JSON.stringify(manifest, null, 2)}\n` : describe(manifest, where));
}

const TAKEN_FROM = {
  option: 'by taken-at',
  archive: 'by the archive itself',
  'file name': 'by the name of the file',
  'file time': 'by when the file was last written',
};

function importedText(imported: NonNullable<Manifest['source']['imported']>): string {
  const { file, at, takenFrom, sha256 } = imported;
  return `from ${file} on ${minuteOf(at)}; its time is ${TAKEN_FROM[takenFrom]}; SHA-256 ${sha256}`;
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
    ['Server', `PostgreSQL ${server.version}, ${server.encoding}, ${server.collate ?? 'locale not known'}`],
    [
      'Made by',
      `pgkeep ${tools.pgkeep}, pg_dump ${tools.pg_dump}${tools.sameMajor ? '' : " (not the server's own major)"}`,
    ],
    ['Imported', source.imported && importedText(source.imported)],
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
