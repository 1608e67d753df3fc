import { formatBytes, formatDuration, formatMilliseconds, plural } from '../../base/units.js';
import type { Blindness, CommandEnd, Effects, Fact, HeldLock, Rewritten, Statement } from '../types.js';
import { adviceOn, withoutComments } from './advice.js';
import { environmentAdvice } from './environment.js';
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
  /** Roles that were not there before. */
  newRoles: readonly string[];
  /** What could not be seen; a busy machine is no reason. */
  blind: readonly Blindness[];
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

function ofCommand({ command, statements, openTransactions }: Seen, { failOn }: Policy): Fact[] {
  const fails = failOn.includes('error');
  const failed = causes(
    statements.flatMap(({ error }, index) => (error === undefined ? [] : [{ index, error }])),
  );
  const last = failed.at(-1);
  const facts: Fact[] = [];
  if (command.outcome === 'timed out') {
    const running = statements.findIndex(({ ms }) => ms === null);
    facts.push({
      kind: 'duration',
      // What it would have done to the end, nobody knows.
      fails: true,
      message: `The command was ended after ${formatDuration(command.seconds)}, which is its \`max-duration\`.`,
      ...(running < 0 ? {} : { statement: running }),
    });
  } else if (command.outcome !== 'succeeded') {
    const how =
      command.outcome === 'not found'
        ? 'The command was not found by the shell'
        : command.exitCode === null
          ? 'The command was ended by a signal'
          : `The command failed with exit code ${command.exitCode}`;
    const advice = last === undefined ? undefined : environmentAdvice(last.error);
    facts.push({
      kind: 'error',
      fails,
      message: last === undefined ? `${how}.` : `${how}. The server's last error: ${last.error.message}`,
      ...(advice === undefined ? {} : { advice }),
      ...(last === undefined ? {} : { statement: last.index }),
    });
  } else {
    for (const { index, error } of failed) {
      const harmless = isProbe(statements, index);
      facts.push({
        kind: 'hidden-error',
        fails: fails && !harmless,
        message: harmless
          ? `A statement failed, and the command went on: ${error.message}`
          : `The command ended well although a statement failed: ${error.message}`,
        ...(harmless
          ? {}
          : { advice: 'Let the command stop at the first error (`psql --set ON_ERROR_STOP=1`).' }),
        statement: index,
      });
    }
  }
  if (openTransactions > 0)
    facts.push({
      kind: 'open-transaction',
      fails,
      message: `The command left ${plural(openTransactions, 'transaction')} open: what was done there is lost.`,
      advice: 'Commit before the command ends.',
    });
  return facts;
}

/** `in_failed_sql_transaction`: what is sent after an error and before the rollback. */
const FAILED_TRANSACTION = '25P02';

/** Tools that clean up within a transaction that has failed are told so again: that is no error of its own. */
function causes<Failed extends { error: NonNullable<Statement['error']> }>(failed: Failed[]): Failed[] {
  const first = failed.filter(({ error }) => error.sqlstate !== FAILED_TRANSACTION);
  return first.length > 0 ? first : failed;
}

/** Tools look whether a table of theirs is there by reading it, and what goes back to a savepoint was meant to be able to fail. */
function isProbe(statements: readonly Statement[], index: number): boolean {
  const failed = statements[index];
  if (failed === undefined || /^(SELECT|SHOW|TABLE|VALUES)\b/i.test(withoutComments(failed.sql))) return true;
  const next = statements.slice(index + 1).find(({ session }) => session === failed.session);
  return next !== undefined && /^ROLLBACK\b.*\bTO\b/i.test(next.sql);
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

/** Green means that what `fail-on` asks for was looked at. What nobody asks for is among what was not measured, no more. */
function ofBlindness({ blind }: Seen, { failOn, maxLockMs }: Policy): Fact[] {
  const asked: Record<Blindness, boolean> = {
    statements: failOn.includes('error'),
    locks: failOn.includes('lock') || maxLockMs !== undefined,
    rows: failOn.includes('data-loss'),
  };
  return blind
    .filter((what) => asked[what])
    .map((what) => ({ kind: 'not-measured', fails: true, ...BLIND[what] }));
}

const BLIND: Record<Blindness, Pick<Fact, 'message' | 'advice'>> = {
  statements: {
    message: 'Statements could not be observed to the end, so some may have failed unseen.',
    advice: 'Let the command leave the server, its other sessions and its other databases alone.',
  },
  locks: {
    message: 'Locks could not be watched to the end, so some may have been held for longer than is accepted.',
    advice: 'Let the command leave the server, its other sessions and its other databases alone.',
  },
  rows: {
    message: 'Tables could not be counted after the command, so rows of them may be lost.',
    advice: 'What was not measured names them.',
  },
};

function adviceFor(index: number | undefined, statements: readonly Statement[]): string | undefined {
  const statement = index === undefined ? undefined : statements[index];
  return statement === undefined ? undefined : adviceOn(statement.sql);
}
