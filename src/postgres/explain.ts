import { ExplainedError } from '../base/errors.js';
import { ADMISSION } from './causes/admission.js';
import type { Cause, ExplainContext } from './causes/cause.js';
import { CONNECTING } from './causes/connecting.js';
import { READING } from './causes/reading.js';
import { SERVER } from './causes/server.js';
import { SqlError } from './reply.js';

export type { ExplainContext } from './causes/cause.js';

/** In this order: what the server said about itself comes before the broken connection that follows from it. */
const CAUSES: readonly Cause[] = [...ADMISSION, ...READING, ...SERVER, ...CONNECTING];

/** Stands for a name in the anonymous form of a sentence. */
const NAME = '...';

/** pg_dump prints its statement, which may name thousands of tables. */
const LONGEST_LINE = 1000;

/**
 * Says in our own words why PostgreSQL's programs or a statement failed: what happened, to what, and what to do.
 * The line that told us is added, since it may know more.
 * @param stderrText what psql, pg_dump, pg_restore or pg_dumpall printed (with LC_ALL=C), or an error's message
 * @returns undefined for what we do not know; the caller then shows the text itself.
 */
export function explainFailure(stderrText: string, context: ExplainContext): ExplainedError | undefined {
  const text = stderrText
    .split('\n')
    .map((line) => line.slice(0, LONGEST_LINE))
    .join('\n');
  for (const { pattern, say } of CAUSES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    return new ExplainedError(
      `${say(match, context, text)}\nPostgreSQL said: ${lineAt(text, match.index)}`,
      say(withoutNames(match), anonymous(context), ''),
    );
  }
  return undefined;
}

/**
 * An error of a statement as a message for people; every other error as it is.
 * @param what what could not be done: `Counting the rows of public.orders`
 */
export function explainSqlError(error: unknown, what: string, context: ExplainContext): unknown {
  if (!(error instanceof SqlError)) return error;
  const said = [error.message, error.detail].filter((part) => part !== '').join('\n');
  const known = explainFailure(said, context);
  return new ExplainedError(
    `${what} failed. ${known?.message ?? `PostgreSQL said: ${said} (SQLSTATE ${error.sqlstate})`}`,
    known?.anonymous ?? `A statement failed (SQLSTATE ${error.sqlstate}).`,
    { cause: error },
  );
}

/** The match with `...` for all that came from the message; what was not there stays absent, for sentences depend on it. */
function withoutNames(match: RegExpExecArray): RegExpExecArray {
  // The type of a match's groups does not say that they may be absent.
  const groups = match.map((group: string | undefined) => (group === undefined ? undefined : NAME));
  return Object.assign(groups, { index: match.index, input: '' }) as RegExpExecArray;
}

function anonymous({ target }: ExplainContext): ExplainContext {
  if (target === undefined) return {};
  const { host, port, user, database } = target;
  const hide = (text: string | undefined): string | undefined => (text === undefined ? undefined : NAME);
  return {
    target: { ...target, host: hide(host), port: hide(port), user: hide(user), database: hide(database) },
  };
}

function lineAt(text: string, at: number): string {
  const from = text.lastIndexOf('\n', at - 1) + 1;
  const to = text.indexOf('\n', at);
  return text.slice(from, to < 0 ? undefined : to).trim();
}
