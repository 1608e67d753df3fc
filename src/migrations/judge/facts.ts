import { formatBytes, formatMilliseconds, plural } from '../../base/units.js';
import type { Blindness, CommandEnd, Effects, Fact, HeldLock, Rewritten, Statement } from '../types.js';
import { adviceOn } from './advice.js';
import { ofBlindness } from './blindness.js';
import { ofCommand } from './command.js';
import { ofLosses, text } from './losses.js';
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
    ...ofShape(seen, policy),
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
  const advice = adviceFor(statement, statements);
  return [
    {
      kind: 'lock',
      fails,
      message: `${mode} on ${text(table)} was held for ${formatMilliseconds(longestMs)}: ${blocks} would have waited.`,
      ...(advice === undefined ? {} : { advice }),
      ...(statement === undefined ? {} : { statement }),
    },
  ];
}

const REFILLED_BYTES = 64 * 1024;

/** golang-migrate notes how far it is by emptying a table of its own and filling it again: of a small one nobody notices. */
function isRefilled({ table, bytes }: Rewritten, statements: readonly Statement[]): boolean {
  return (
    bytes <= REFILLED_BYTES &&
    statements.some(({ sql }) => /^TRUNCATE\b/i.test(sql) && sql.includes(table.name))
  );
}

function ofShape({ effects, newRoles, statements }: Seen, { failOn }: Policy): Fact[] {
  const slow = (effects?.rewritten ?? []).filter((table) => !isRefilled(table, statements));
  const rewritten = slow.map(({ table, bytes }): Fact => {
    const statement = statements.findIndex(
      ({ sql }) => sql.includes(table.name) && adviceOn(sql) !== undefined,
    );
    const advice = adviceFor(statement < 0 ? undefined : statement, statements);
    return {
      kind: 'rewrite',
      fails: failOn.includes('rewrite'),
      message: `Table ${text(table)} was written anew (${formatBytes(bytes)} before).`,
      ...(advice === undefined ? {} : { advice }),
      ...(statement < 0 ? {} : { statement }),
    };
  });
  const invalid = (effects?.invalidIndexes ?? []).map(({ index, table }): Fact => ({
    kind: 'invalid-index',
    fails: failOn.includes('error'),
    message: `Index ${text(index)} on ${text(table)} is invalid: it costs with each write and answers no query.`,
    advice: 'Drop it, and build it again.',
  }));
  const notValid = (effects?.notValid ?? []).map(({ constraint, table }): Fact => ({
    kind: 'not-valid',
    fails: false,
    message: `Constraint ${constraint} on ${text(table)} is NOT VALID: rows that were there before may break it.`,
    advice: '`VALIDATE CONSTRAINT` it in a later migration.',
  }));
  const roles: Fact[] =
    newRoles.length === 0
      ? []
      : [
          {
            kind: 'new-role',
            fails: false,
            message: `The command made ${plural(newRoles.length, 'role')}: ${newRoles.join(', ')}. Roles belong to the whole server.`,
          },
        ];
  return [...rewritten, ...invalid, ...notValid, ...roles];
}

function adviceFor(index: number | undefined, statements: readonly Statement[]): string | undefined {
  const statement = index === undefined ? undefined : statements[index];
  return statement === undefined ? undefined : adviceOn(statement.sql);
}
