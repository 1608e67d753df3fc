import { formatCount } from '../base/units.js';
import { backFrom, PERIODS } from './periods.js';
import { COUNTED, formatWithin, hasNoRule, spanOf } from './policy.js';
import type { Candidate, Decision, Policy, RetentionPlan } from './types.js';

/** The database server's clock may be this much ahead of ours without anyone having to look at it. */
const CLOCK_MS = 5 * 60_000;

export interface RetentionInput {
  /** All backups of the family whose manifest can be read. */
  backups: readonly Candidate[];
  /** Those whose manifest cannot: they are kept, and told. */
  unreadable?: readonly { id: string; reason: string }[];
  policy: Policy;
  /** Only backups that carry it are looked at; the others are kept and not mentioned. */
  label?: string | undefined;
  /** The id of the backup that this run has just made. */
  justMade?: string | undefined;
  now: Date;
}

/**
 * Decides which backups to keep, as restic's `forget` does, in UTC. A rule keeps the newest backup of each of the last n
 * periods that have one; where fewer periods have one, also the oldest backup of all, so that a short history is not made
 * shorter (https://restic.readthedocs.io/en/stable/060_forget.html). A policy without a rule keeps everything.
 *
 * Always kept: the newest backup, the newest verified one and the one just made; with a label, the newest among those
 * that carry it, which are the newest of the family where those carry it. Backups dated in the future, or not at all, are
 * kept and count for nothing.
 */
export function planRetention(input: RetentionInput): RetentionPlan {
  const { backups, unreadable = [], label, now } = input;
  const scope = newestFirst(backups.filter((backup) => label === undefined || backup.label === label));
  const latest = now.getTime() + CLOCK_MS;
  const dated = scope.filter(({ time }) => time.getTime() <= latest);
  const reasons = new Map<Candidate, string[]>(scope.map((backup) => [backup, []]));
  const keep = (backup: Candidate | undefined, reason: string): void => {
    if (backup !== undefined) reasons.get(backup)?.push(reason);
  };

  const incomplete = lacks(input);
  if (incomplete) for (const backup of scope) keep(backup, 'the listing is incomplete');
  else if (hasNoRule(input.policy)) for (const backup of scope) keep(backup, 'no rule is given');
  else applyRules(dated, input.policy, keep);
  keep(dated[0], 'the newest backup');
  keep(
    dated.find(({ verified }) => verified),
    'the newest verified backup',
  );
  keep(
    scope.find(({ id }) => id === input.justMade),
    'just made',
  );
  for (const backup of scope) {
    if (Number.isNaN(backup.time.getTime())) keep(backup, 'its time cannot be read');
    else if (backup.time.getTime() > latest) keep(backup, 'dated in the future');
  }

  const decisions = scope.map((backup): Decision => {
    const why = reasons.get(backup) ?? [];
    return { id: backup.id, keep: why.length > 0, reasons: why };
  });
  const weigh = (kept: boolean): number =>
    scope.reduce((sum, { bytes }, at) => sum + (decisions[at]?.keep === kept ? bytes : 0), 0);
  const notes = [
    ...(incomplete
      ? [`${input.justMade} was just made and is not listed: the listing is incomplete, nothing is removed.`]
      : []),
    ...undatedNotes(scope, dated),
    ...unreadable.map(({ id, reason }) => `${id} is kept: its manifest cannot be read. ${reason}`),
  ];
  return { decisions, keptBytes: weigh(true), removedBytes: weigh(false), notes };
}

/** What cannot be dated comes first; of two with one time, the one with the later id. */
export function newestFirst(backups: readonly Candidate[]): Candidate[] {
  return backups
    .map((backup) => {
      const order = backup.time.getTime();
      return { backup, order: Number.isNaN(order) ? Infinity : order };
    })
    .sort((a, b) => (a.order === b.order ? (a.backup.id < b.backup.id ? 1 : -1) : a.order < b.order ? 1 : -1))
    .map(({ backup }) => backup);
}

/** Whether the listing lacks what must be in it; then other backups may be missing too. */
function lacks({ backups, unreadable = [], justMade }: RetentionInput): boolean {
  return justMade !== undefined && ![...backups, ...unreadable].some(({ id }) => id === justMade);
}

/** `backups`: newest first. */
function applyRules(
  backups: readonly Candidate[],
  policy: Policy,
  keep: (backup: Candidate, reason: string) => void,
): void {
  for (const rule of COUNTED) {
    const count = policy[rule];
    if (count === undefined) continue;
    let kept = 0;
    let previous: number | undefined;
    for (const [index, backup] of backups.entries()) {
      if (count !== 'unlimited' && kept >= count) break;
      const period = PERIODS[rule](backup.time, index);
      const oldest = index === backups.length - 1;
      if (period === previous && !oldest) continue;
      kept += 1;
      const which = `${period === previous ? 'oldest ' : ''}${rule} snapshot ${kept}`;
      keep(backup, count === 'unlimited' ? which : `${which} of ${count}`);
      previous = period;
    }
  }
  const span = spanOf(policy);
  const [newest] = backups;
  if (span === undefined || newest === undefined) return;
  const since = backFrom(newest.time, span).getTime();
  for (const backup of backups) {
    if (backup.time.getTime() <= since) break;
    keep(backup, `within ${formatWithin(span)}`);
  }
}

function undatedNotes(scope: readonly Candidate[], dated: readonly Candidate[]): string[] {
  const undated = scope.length - dated.length;
  if (undated === 0) return [];
  const which = undated === 1 ? 'backup is' : 'backups are';
  return [
    `${formatCount(undated)} ${which} dated in the future, or not at all: kept, and not counted by any rule. Check the clocks of this machine and of the database server.`,
  ];
}
