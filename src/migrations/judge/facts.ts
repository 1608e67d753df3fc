import { formatBytes, formatMilliseconds, plural } from '../../base/units.js';
import { nameOf } from '../names.js';
import type { Blindness, CommandEnd, Effects, Fact, HeldLock, Rewritten, Statement } from '../types.js';
import { adviceOn } from './advice.js';
import { ofBlindness } from './blindness.js';
import { ofCommand } from './command.js';
import { factOf } from './fact.js';
import { ofLosses } from './losses.js';
import type { Policy } from './policy.js';

/** What happened, as far as it was seen. */
export interface Seen {
  command: CommandEnd;
  statements: readonly Statement[];
  locks: readonly HeldLock[];
  /** Null: not measured. */
  effects: Effects | null;
  /** Sessions that the command left within a transaction, whose work is lost. */
  openTransactions: number;
  /** Sessions in which a statement still ran when the command had ended; it was undone. */
  running: number;
  /** Roles that were not there before. */
  newRoles: readonly string[];
  /** What could not be seen; a busy machine is no reason. */
  blind: readonly Blindness[];
  /** Whether it ran statements whose text is not known. */
  silent: boolean;
  /** Settings by which the command hid statements that may have failed. */
  hiding: readonly string[];
}

/** `fail-on: lock` without a limit of its own: what an application's users begin to notice. */
const DEFAULT_LOCK_MS = 1000;

/** Nobody notices a shorter wait. The report's table of locks has them all. */
const SHORT_MS = 50;

const ORDER: readonly Fact['kind'][] = [
  ...(['error', 'duration', 'data-loss', 'hidden-error', 'open-transaction', 'invalid-index'] as const),
  'not-measured',
  ...(['lock', 'rewrite', 'not-valid', 'new-role'] as const),
];

/** What is worth a person's attention, what makes the check red first. Pure. */
export function factsOf(seen: Seen, policy: Policy): Fact[] {
  const facts = [
    ...ofCommand(seen, policy),
    ...ofLosses(seen.effects, seen.statements, policy),
    ...seen.locks.flatMap((lock) => ofLock(lock, seen.statements, policy)),
    ...ofRewritten(seen, policy),
    ...ofInvalidIndexes(seen, policy),
    ...ofNotValid(seen),
    ...ofNewRoles(seen),
    ...ofBlindness(seen, policy),
  ];
  const rank = ({ fails, kind }: Fact): number => (fails ? 0 : ORDER.length) + ORDER.indexOf(kind);
  return facts.sort((a, b) => rank(a) - rank(b));
}

function ofLock(lock: HeldLock, statements: readonly Statement[], { failOn, maxLockMs }: Policy): Fact[] {
  const { table, mode, longestMs, blocks, statement } = lock;
  if (blocks === 'schema changes') return [];
  const limit = maxLockMs ?? DEFAULT_LOCK_MS;
  const fails = longestMs > limit && (maxLockMs !== undefined || failOn.includes('lock'));
  // Every migration has some of these.
  if (!fails && longestMs < SHORT_MS) return [];
  const message = `${mode} on ${nameOf(table)} was held for ${formatMilliseconds(longestMs)}: ${blocks} would have waited.`;
  return [factOf('lock', fails, message, { advice: adviceFor(statement, statements), statement })];
}

const REFILLED_BYTES = 64 * 1024;

/** golang-migrate notes how far it is by emptying a table of its own and filling it again: of a small one nobody notices. */
function isRefilled({ table, bytes }: Rewritten, statements: readonly Statement[]): boolean {
  return (
    bytes <= REFILLED_BYTES &&
    statements.some(({ sql }) => /^TRUNCATE\b/i.test(sql) && sql.includes(table.name))
  );
}

function ofRewritten({ effects, statements }: Seen, { failOn }: Policy): Fact[] {
  const slow = (effects?.rewritten ?? []).filter((table) => !isRefilled(table, statements));
  return slow.map(({ table, bytes }) => {
    const index = statements.findIndex(({ sql }) => sql.includes(table.name) && adviceOn(sql) !== undefined);
    const statement = index < 0 ? undefined : index;
    const message = `Table ${nameOf(table)} was written anew (${formatBytes(bytes)} before).`;
    const advice = adviceFor(statement, statements);
    return factOf('rewrite', failOn.includes('rewrite'), message, { advice, statement });
  });
}

function ofInvalidIndexes({ effects }: Seen, { failOn }: Policy): Fact[] {
  return (effects?.invalidIndexes ?? []).map(({ index, table }) =>
    factOf(
      'invalid-index',
      failOn.includes('error'),
      `Index ${nameOf(index)} on ${nameOf(table)} is invalid: it costs with each write and answers no query.`,
      { advice: 'Drop it, and build it again.' },
    ),
  );
}

function ofNotValid({ effects }: Seen): Fact[] {
  return (effects?.notValid ?? []).map(({ constraint, table }) =>
    factOf(
      'not-valid',
      false,
      `Constraint ${constraint} on ${nameOf(table)} is NOT VALID: rows that were there before may break it.`,
      { advice: '`VALIDATE CONSTRAINT` it in a later migration.' },
    ),
  );
}

function ofNewRoles({ newRoles }: Seen): Fact[] {
  if (newRoles.length === 0) return [];
  const message = `The command made ${plural(newRoles.length, 'role')}: ${newRoles.join(', ')}. Roles belong to the whole server.`;
  return [factOf('new-role', false, message)];
}

function adviceFor(index: number | undefined, statements: readonly Statement[]): string | undefined {
  const statement = index === undefined ? undefined : statements[index];
  return statement === undefined ? undefined : adviceOn(statement.sql);
}
