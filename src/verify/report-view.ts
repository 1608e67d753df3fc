import { formatBytes, formatDuration, plural } from '../base/units.js';
import { ALL } from './compare/index.js';
import { isRed, isSound } from './result.js';
import type { Finding, FindingKind, VerifyReport } from './types.js';

/** What each kind of finding is called as a row, in the order that they are shown. */
const TITLES: Record<FindingKind, string> = {
  part: 'Stored parts',
  definitions: 'Definitions',
  restore: 'Restore',
  'object kind': 'Kinds of objects',
  object: 'Objects',
  table: 'Tables',
  'generated columns': 'Generated columns',
  sequence: 'Sequences',
  'materialized view': 'Materialized views',
  'large objects': 'Large objects',
  extension: 'Extensions',
  role: 'Roles',
  collation: 'Collations',
  index: 'Indexes',
  'expected table': 'Expected tables',
  check: 'Checks',
  age: 'Age',
  'newer backup': 'Newer backups',
  control: 'Control',
};

/** How many things of one kind were compared, and how they turned out. */
export interface Row {
  title: string;
  equal: number;
  different: number;
  notMeasured: number;
}

/** A report, sorted for reading. Holds text from the database as it is; whoever prints it makes it harmless. */
export interface ReportView {
  passed: boolean;
  /** Extensions that were missing: what needs them was left out. */
  without: number;
  /** The verdict in one sentence. */
  headline: string;
  /** What was verified and how, as pairs of title and text; no name of anything in the database. */
  facts: [string, string][];
  /** Kinds that were compared. */
  rows: Row[];
  total: Row;
  /** What turned the verdict. */
  red: Finding[];
  /** What differs and is no reason to fail. */
  minor: Finding[];
  notMeasured: Finding[];
}

const count = (findings: readonly Finding[], verdict: Finding['verdict']): number =>
  findings.filter((finding) => finding.verdict === verdict).length;

function rowOf(title: string, findings: readonly Finding[]): Row {
  return {
    title,
    equal: count(findings, 'equal'),
    different: count(findings, 'different'),
    notMeasured: count(findings, 'not measured'),
  };
}

function headlineOf(report: VerifyReport, view: Omit<ReportView, 'headline'>): string {
  const { red, minor, notMeasured, without } = view;
  const backup = `${report.name}/${report.backupId}`;
  return `${[
    isSound(report.findings)
      ? isCounted(report)
        ? `${backup} restores, and equals what was backed up${notMeasured.length === 0 ? '' : ' wherever it was measured'}`
        : `${backup} restores without an error; what it should hold was not recorded when it was made, so it was compared with nothing`
      : `${backup} did not pass: ${plural(red.length, 'thing differs', 'things differ')}`,
    ...(isSound(report.findings) ? red.map(butText) : []),
    ...(minor.length === 0 ? [] : [`${plural(minor.length, 'difference')} of no consequence`]),
    ...(notMeasured.length === 0
      ? []
      : [`${plural(notMeasured.length, 'thing was', 'things were')} not measured`]),
    ...(without === 0
      ? []
      : [`NOT VERIFIED is all that needs ${plural(without, 'extension')} that the scratch server lacked`]),
  ].join('; ')}.`;
}

/** Whether the backup has a fingerprint that its rows were compared with. */
function isCounted({ findings }: VerifyReport): boolean {
  return !findings.some(
    ({ kind, name, verdict }) => kind === 'table' && name === ALL && verdict === 'not measured',
  );
}

/** Why the verification of a sound backup failed. */
function butText({ kind, name, expected, found }: Finding): string {
  return kind === 'age'
    ? `but it is too old: ${found ?? ''} instead of ${expected ?? ''}`
    : `but ${name}, which is newer, cannot be read`;
}

const moment = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

function factsOf(report: VerifyReport): [string, string][] {
  const { seconds, server } = report;
  return [
    ['Backup', `${report.name}/${report.backupId}${report.label === null ? '' : `, label ${report.label}`}`],
    ['Database', `${report.database}, as it was at ${moment(report.snapshotAt)}`],
    [
      'Read from',
      isRestored(report)
        ? `${report.storage}, ${formatBytes(report.bytes)} in ${formatDuration(seconds.fetch)}`
        : report.storage,
    ],
    [
      'Restored',
      isRestored(report)
        ? `in ${formatDuration(seconds.restore)} into PostgreSQL ${server.scratch}${networkText(server)}; the backup was made of ${server.source}`
        : `no: what is stored is damaged; the backup was made of PostgreSQL ${server.source}`,
    ],
    ...(report.neutralised.length === 0
      ? []
      : [['Cut off', cutOffText(report.neutralised)] satisfies [string, string]]),
    [
      'Compared',
      isRestored(report)
        ? `in ${formatDuration(seconds.compare)}; ${formatDuration(seconds.total)} in all`
        : `no; ${formatDuration(seconds.total)} in all`,
    ],
  ];
}

/** A damaged backup ends at its fetching, with no server. */
function isRestored({ findings }: VerifyReport): boolean {
  return !findings.some((finding) => finding.kind === 'part' && isRed(finding));
}

function networkText({ isolated }: VerifyReport['server']): string {
  if (isolated === null) return '';
  return isolated ? ', cut off from the network' : ', not cut off from the network';
}

const OUTWARD = ['foreign server', 'user mapping', 'subscription'];

/** How many of each kind; the JSON report has their names. */
function cutOffText(neutralised: readonly string[]): string {
  const counts = OUTWARD.map((kind) => ({
    kind,
    many: neutralised.filter((text) => text.startsWith(`${kind} `)).length,
  })).filter(({ many }) => many > 0);
  return `${counts.map(({ kind, many }) => plural(many, kind)).join(', ')}: in the scratch copy they lead nowhere`;
}

/** What became of the damage on purpose; it may name a table. */
export function controlText({ control }: VerifyReport): string {
  switch (control.outcome) {
    case 'noticed':
      return `passed: damage on purpose was noticed${control.damage === null ? '' : ` (${control.damage})`}`;
    case 'not noticed':
      return `FAILED: damage on purpose was not noticed${control.damage === null ? '' : ` (${control.damage})`}, so nothing else in this report counts`;
    case 'not applicable':
      return 'not applicable: there is nothing in the backup that could be damaged measurably';
    case 'not run':
      return 'not run';
  }
}

/** Sorts a report for reading. */
export function viewOf(report: VerifyReport): ReportView {
  const { findings, totals } = report;
  const kinds = Object.entries(TITLES) as [FindingKind, string][];
  const view = {
    passed: report.verdict === 'passed',
    without: count(
      findings.filter(({ kind }) => kind === 'extension'),
      'not measured',
    ),
    facts: factsOf(report),
    rows: kinds
      .map(([kind, title]) =>
        rowOf(
          title,
          findings.filter((finding) => finding.kind === kind),
        ),
      )
      .filter(({ equal, different, notMeasured }) => equal + different + notMeasured > 0),
    total: { title: 'Total', ...totals },
    red: findings.filter(isRed),
    minor: findings.filter((finding) => finding.verdict === 'different' && !isRed(finding)),
    notMeasured: findings.filter(({ verdict }) => verdict === 'not measured'),
  };
  return { ...view, headline: headlineOf(report, view) };
}
