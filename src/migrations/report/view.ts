import type { Tone } from '../../base/page/document.js';
import { formatAge, formatBytes, formatDuration, minuteOf, plural } from '../../base/units.js';
import type { CommandEnd, Fact, MigrationReport } from '../types.js';

/** Something to know of the run. */
export interface About {
  title: string;
  value: string;
  more: string;
}

/** A report's beginning, apart from how it looks. No name of anything in the database is in it. */
export interface View {
  tone: Tone;
  sign: string;
  /** The verdict. */
  title: string;
  /** The same in a word, for a terminal. */
  word: string;
  /** How it went, in a sentence or two. */
  lead: string;
  about: About[];
  failing: Fact[];
  others: Fact[];
}

type Verdict = Pick<View, 'tone' | 'sign' | 'title' | 'word'>;

const VERDICTS: Record<Exclude<MigrationReport['outcome'], 'approved'>, Verdict> = {
  passed: { tone: 'good', sign: '✅', title: 'Migration check passed', word: 'PASSED' },
  failed: { tone: 'bad', sign: '❌', title: 'Migration check failed', word: 'FAILED' },
  skipped: { tone: 'warn', sign: '⏭️', title: 'Migrations NOT CHECKED', word: 'NOT CHECKED' },
};

/** Sorts a report for reading. */
export function viewOf(report: MigrationReport): View {
  const failing = report.facts.filter(({ fails }) => fails);
  const others = report.facts.filter(({ fails }) => !fails);
  return {
    ...verdictOf(report),
    lead: leadOf(report, failing, others),
    about: aboutOf(report),
    failing,
    others,
  };
}

function verdictOf({ outcome, approvedBy, command }: MigrationReport): Verdict {
  // `fail-on` does not ask for errors.
  if (outcome === 'passed' && command !== null && command.outcome !== 'succeeded')
    return { ...VERDICTS.passed, tone: 'warn', sign: '⚠️', title: 'The command failed; the check passed' };
  if (outcome !== 'approved') return VERDICTS[outcome];
  const by = approvedBy?.by ?? null;
  const whose = by === null ? '' : ` by @${by}`;
  return { tone: 'warn', sign: '⚠️', title: `Data loss approved${whose}`, word: 'APPROVED' };
}

function leadOf(report: MigrationReport, failing: readonly Fact[], others: readonly Fact[]): string {
  const { command, why } = report;
  if (report.outcome === 'skipped') return why ?? '';
  const backup = report.backupId === null ? '' : `, on a copy of ${backupOf(report)}`;
  const ran = command === null ? 'The command was not run' : `The command ${howOf(command)}${backup}`;
  const label =
    report.approvedBy === undefined ? [] : [`The label ${report.approvedBy.label} accepts the loss of data.`];
  return [`${ran}.`, countText(report, failing.length, others.length), ...label].join(' ');
}

function howOf({ outcome, exitCode, seconds }: CommandEnd): string {
  const took = formatDuration(seconds);
  switch (outcome) {
    case 'succeeded':
      return `took ${took}`;
    case 'failed':
      return exitCode === null
        ? `was ended by a signal after ${took}`
        : `failed after ${took}, with exit code ${exitCode}`;
    case 'timed out':
      return `was ended after ${took}, its time limit`;
    case 'not found':
      return 'was not found';
  }
}

/** `shop/20261120T021703Z-k3fd (1.2 GiB, 5 h old)` */
function backupOf(report: MigrationReport): string {
  const known = [
    ...(report.databaseBytes === null ? [] : [formatBytes(report.databaseBytes)]),
    ...(report.snapshotAt === null ? [] : [`${ageOf(report.startedAt, report.snapshotAt)} old`]),
  ];
  return `${idOf(report)}${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
}

function idOf({ name, backupId }: MigrationReport): string {
  return [name, backupId].filter((part) => part !== null).join('/');
}

function ageOf(now: string, then: string): string {
  return formatAge((Date.parse(now) - Date.parse(then)) / 1000);
}

function countText({ outcome }: MigrationReport, failing: number, others: number): string {
  const fail = outcome === 'approved' ? 'is approved' : 'fails the check';
  const failMany = outcome === 'approved' ? 'are approved' : 'fail the check';
  if (failing + others === 0) return 'Nothing in it needs attention.';
  if (failing === 0) return `${plural(others, 'thing is', 'things are')} worth a look.`;
  const rest = others === 0 ? '' : `, ${plural(others, 'more is', 'more are')} worth a look`;
  return `${plural(failing, `thing ${fail}`, `things ${failMany}`)}${rest}.`;
}

function aboutOf(report: MigrationReport): About[] {
  const { command, seconds, snapshotAt, startedAt, databaseBytes, server } = report;
  if (report.outcome === 'skipped') return [];
  const steps: [string, number][] = [
    ['sanitized in', seconds.sanitize],
    ['looked at before and after in', seconds.before + seconds.after],
  ];
  return [
    ...(command === null
      ? []
      : [{ title: 'Command', value: formatDuration(command.seconds), more: endText(command) }]),
    ...(report.backupId === null
      ? []
      : [
          {
            title: 'Backup',
            value: idOf(report),
            more:
              snapshotAt === null
                ? ''
                : `as of ${minuteOf(snapshotAt)}, ${ageOf(startedAt, snapshotAt)} before this run`,
          },
        ]),
    {
      title: 'Database',
      value: databaseBytes === null ? 'size not known' : formatBytes(databaseBytes),
      more: server === null ? '' : `on a PostgreSQL ${server} of its own`,
    },
    {
      title: 'Restored',
      value: `in ${formatDuration(seconds.restore)}`,
      more: steps
        .filter(([, took]) => took >= 0.05)
        .map(([what, took]) => `${what} ${formatDuration(took)}`)
        .join(', '),
    },
  ];
}

function endText({ outcome, exitCode }: CommandEnd): string {
  if (outcome !== 'failed') return outcome;
  return exitCode === null ? 'ended by a signal' : `exit code ${exitCode}`;
}
