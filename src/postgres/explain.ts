import { UserError } from '../base/errors.js';
import { ADMISSION } from './causes/admission.js';
import type { Cause, ExplainContext } from './causes/cause.js';
import { CONNECTING } from './causes/connecting.js';
import { READING } from './causes/reading.js';
import { SERVER } from './causes/server.js';
import { SqlError } from './reply.js';

export type { ExplainContext } from './causes/cause.js';

/** In this order: what the server said about itself comes before the broken connection that follows from it. */
const CAUSES: readonly Cause[] = [...ADMISSION, ...READING, ...SERVER, ...CONNECTING];

/** pg_dump prints its statement, which may name thousands of tables. */
const LONGEST_LINE = 1000;

/**
 * Says in our own words why PostgreSQL's programs or a statement failed: what happened, to what, and what to do.
 * The line that told us is added, since it may know more.
 * @param stderrText what psql, pg_dump, pg_restore or pg_dumpall printed (with LC_ALL=C), or an error's message
 * @returns undefined for what we do not know; the caller then shows the text itself.
 */
export function explainFailure(stderrText: string, context: ExplainContext): UserError | undefined {
  const text = stderrText
    .split('\n')
    .map((line) => line.slice(0, LONGEST_LINE))
    .join('\n');
  for (const { pattern, say } of CAUSES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    return new UserError(`${say(match, context, text)}\nPostgreSQL said: ${lineAt(text, match.index)}`);
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
  return new UserError(
    `${what} failed. ${known?.message ?? `PostgreSQL said: ${said} (SQLSTATE ${error.sqlstate})`}`,
    {
      cause: error,
    },
  );
}

function lineAt(text: string, at: number): string {
  const from = text.lastIndexOf('\n', at - 1) + 1;
  const to = text.indexOf('\n', at);
  return text.slice(from, to < 0 ? undefined : to).trim();
}
