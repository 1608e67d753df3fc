import { formatDuration, plural } from '../../base/units.js';
import type { CommandEnd, Fact, Statement } from '../types.js';
import { withoutComments } from '../comments.js';
import { environmentAdvice } from './environment.js';
import { factOf } from './fact.js';
import type { Seen } from './facts.js';
import type { Policy } from './policy.js';

/** Said of a command that failed. */
export const NOT_ASKED = '`fail-on` does not ask for `error`, so this does not fail the check.';

/** How the command ended, and what it left undone. */
export function ofCommand(seen: Seen, policy: Policy): Fact[] {
  const { command, statements } = seen;
  const fails = policy.failOn.includes('error');
  const failed = causes(
    statements.flatMap(({ error }, index) => (error === undefined ? [] : [{ index, error }])),
  );
  const undone = ofUndone(seen, fails);
  if (command.outcome === 'timed out') return [ofTime(seen), ...undone];
  if (isIdle(seen)) return [IDLE];
  if (command.outcome === 'succeeded')
    return [...failed.map((each) => ofHidden(seen, each, fails)), ...undone];
  return [ofFailure(seen, failed.at(-1), fails), ...undone];
}

/**
 * Whether a command ended well and ran nothing on the restored database, as far as that was seen: a tool that is led
 * elsewhere by its configuration ends well, too.
 */
export function isIdle({
  command,
  statements,
  silent,
  blind,
}: Pick<Seen, 'command' | 'statements' | 'silent' | 'blind'>): boolean {
  return command.outcome === 'succeeded' && statements.length === 0 && !silent && blind.length === 0;
}

const IDLE: Fact = {
  kind: 'not-measured',
  fails: false,
  message: 'The command ran no statement on the restored database.',
  advice: 'If it should have, let its configuration use `DATABASE_URL`, or `PGHOST` and its kin.',
};

interface Failed {
  index: number;
  error: NonNullable<Statement['error']>;
}

function ofTime({ command, statements }: Seen): Fact {
  const unfinished = statements.findIndex(({ ms }) => ms === null);
  const message = `The command was ended after ${formatDuration(command.seconds)}, which is its \`max-duration\`.`;
  // What it would have done to the end, nobody knows.
  return factOf('duration', true, message, { statement: unfinished < 0 ? undefined : unfinished });
}

function ofFailure({ command }: Seen, last: Failed | undefined, fails: boolean): Fact {
  const advice = last === undefined ? undefined : environmentAdvice(last.error);
  const sentences = [
    `The command ${howFailed(command)}.`,
    ...(fails ? [] : [NOT_ASKED]),
    ...(last === undefined ? [] : [`The server's last error: ${last.error.message}`]),
  ];
  return factOf('error', fails, sentences.join(' '), { advice, statement: last?.index });
}

/** Of a command that failed: `failed with exit code 3`. */
export function howFailed({ outcome, exitCode }: CommandEnd): string {
  if (outcome === 'not found') return 'was not found by the shell';
  return exitCode === null ? 'was ended by a signal' : `failed with exit code ${exitCode}`;
}

function ofHidden({ statements }: Seen, { index, error }: Failed, asked: boolean): Fact {
  const harmless = isProbe(statements, index);
  const first = harmless
    ? 'A statement failed, and the command went on'
    : 'The command ended well although a statement failed';
  return factOf('hidden-error', asked && !harmless, `${first}: ${error.message}`, {
    advice: harmless ? undefined : 'Let the command stop at the first error (`psql --set ON_ERROR_STOP=1`).',
    statement: index,
  });
}

function ofUndone({ openTransactions, running }: Seen, fails: boolean): Fact[] {
  const facts: Fact[] = [];
  if (openTransactions > 0)
    facts.push({
      kind: 'open-transaction',
      fails,
      message: `The command left ${plural(openTransactions, 'transaction')} open: what was done there is lost.`,
      advice: 'Commit before the command ends.',
    });
  if (running > 0)
    facts.push({
      kind: 'open-transaction',
      fails,
      message: `The command ended while ${plural(running, 'statement')} of it still ran: what was done there is lost.`,
      advice: 'Let the command wait for all that it starts.',
    });
  return facts;
}

/** `in_failed_sql_transaction`: what is sent after an error and before the rollback. */
const FAILED_TRANSACTION = '25P02';

/** Tools that clean up within a transaction that has failed are told so again: that is no error of its own. */
function causes(failed: Failed[]): Failed[] {
  const first = failed.filter(({ error }) => error.sqlstate !== FAILED_TRANSACTION);
  return first.length > 0 ? first : failed;
}

/** Undefined table, column, function, schema and setting, and a missing privilege (PostgreSQL, appendix A). */
const NOT_THERE = new Set(['42P01', '42703', '42883', '3F000', '42704', '42501']);

/** Tools look whether a table of theirs is there by reading it, and what goes back to a savepoint was meant to be able to fail. */
function isProbe(statements: readonly Statement[], index: number): boolean {
  const failed = statements[index];
  if (failed === undefined) return true;
  if (isLook(failed.sql) && NOT_THERE.has(failed.error?.sqlstate ?? '')) return true;
  const next = statements.slice(index + 1).find(({ session }) => session === failed.session);
  return next !== undefined && /^ROLLBACK\b.*\bTO\b/i.test(next.sql);
}

/** Whether a statement reads tables; one that only calls a function (`SELECT setval(…)`) may be there for what that does. */
function isLook(sql: string): boolean {
  if (!isQuery(sql)) return false;
  let outer = withoutComments(sql).slice(0, 2000);
  for (let before = ''; before !== outer;) [before, outer] = [outer, outer.replaceAll(/\([^()]*\)/g, ' ')];
  return /\bFROM\b|^SELECT EXISTS\b/i.test(outer) || !/^SELECT\b/i.test(outer);
}

/** Whether a statement only asks, as far as can be told from its first word. */
export function isQuery(sql: string): boolean {
  return /^(SELECT|SHOW|TABLE|VALUES)\b/i.test(withoutComments(sql));
}
