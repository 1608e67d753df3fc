import { renderTable } from '../base/table.js';
import { formatBytes, formatCount, plural } from '../base/units.js';
import { NAMES_ELSEWHERE, withoutNames } from './sentence.js';
import type { RestorePlan } from './plan.js';

/** A plan as rows of two columns. */
export function planRows(plan: RestorePlan): [string, string][] {
  const { backup, target } = plan;
  return [
    ['Backup', `${backup.name}/${backup.id}${backup.label === null ? '' : ` (${backup.label})`}`],
    ['Storage', backup.storage],
    ['Snapshot', backup.snapshotAt],
    ['Source', `database ${backup.database}, PostgreSQL ${backup.serverVersion}${sizes(backup)}`],
    ['Target', `database ${target.database}, PostgreSQL ${target.serverVersion}, ${state(target)}`],
    ['Mode', `${plan.mode}: ${how(plan)}`],
    ['Restored', what(plan)],
    ['Owners', plan.owner ? 'as in the backup' : 'the connecting role'],
    ['Privileges', privileges(plan)],
    ['Disk here', `${formatBytes(plan.stagedBytes)} were fetched; they are removed afterwards`],
    ['Disk there', diskThere(plan)],
  ];
}

/**
 * A plan for a terminal or a log, with what stands in its way.
 * @param options `namesToo`: also the names of tables and roles; false where everybody can read it
 */
export function planText(plan: RestorePlan, { namesToo }: { namesToo: boolean }): string {
  const table = renderTable([{ title: 'Plan' }, { title: '' }], planRows(plan));
  const section = (title: string, sentences: readonly string[]): string =>
    sentences.length === 0
      ? ''
      : `\n${title}\n${sentences.map((sentence) => `- ${namesToo ? sentence : withoutNames(sentence)}\n`).join('')}`;
  return [
    table,
    section('Take note', plan.warnings),
    section('To be confirmed', plan.unconfirmed),
    section('Cannot be done', plan.blockers),
    ...(namesToo || plan.warnings.length + plan.unconfirmed.length + plan.blockers.length === 0
      ? []
      : [`\n${NAMES_ELSEWHERE}\n`]),
  ].join('');
}

function privileges({ privileges: restored, withoutDefaultsOf }: RestorePlan): string {
  if (!restored) return 'left out';
  return withoutDefaultsOf.length === 0
    ? 'as in the backup'
    : 'as in the backup, without some of the default ones';
}

function sizes({ databaseBytes, tables, rows, storedBytes }: RestorePlan['backup']): string {
  return [
    ...(databaseBytes === null ? [] : [`, ${formatBytes(databaseBytes)}`]),
    `, ${formatBytes(storedBytes)} stored`,
    ...(tables === null ? [] : [`, ${plural(tables, 'table')}`]),
    ...(rows === null ? [] : [`, ${plural(rows, 'row')}`]),
  ].join('');
}

function state({ exists, empty, bytes, tables }: RestorePlan['target']): string {
  if (!exists) return 'does not exist';
  const size = bytes === null ? '' : `, ${formatBytes(bytes)}`;
  return empty ? `empty${size}` : `${plural(tables, 'table')}${size}`;
}

function how({ mode, way, target }: RestorePlan): string {
  if (way === 'in place') return 'into the target itself, in one transaction';
  if (!target.exists) return 'into a new database, which gets the name when all is well';
  return mode === 'replace'
    ? 'into a database beside the target, then both are renamed; the old one is kept'
    : 'into a database beside the empty target, whose place it takes when all is well';
}

function what({ content, entries }: RestorePlan): string {
  const kinds = { all: 'definitions and rows', schema: 'definitions, no rows', data: 'rows, no definitions' };
  return entries === null ? kinds[content] : `${kinds[content]} of ${formatCount(entries)} chosen entries`;
}

function diskThere({ backup, way }: RestorePlan): string {
  const beside = way === 'beside' ? ', beside what is there now' : '';
  return backup.databaseBytes === null
    ? `not known${beside}; how much is free on the target server cannot be seen from here`
    : `about ${formatBytes(backup.databaseBytes)}${beside}; how much is free on the target server cannot be seen from here`;
}
