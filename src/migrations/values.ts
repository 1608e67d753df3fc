import { withoutComments } from './comments.js';

/** Statements about rows, also within a script; what defines things holds names and constants of the migration itself. */
const ABOUT_ROWS =
  /(?:^|;)\s*(?:EXPLAIN\b\s*(?:\([^)]*\)|(?:\s*\b(?:ANALYZE|VERBOSE)\b)*)\s*)?(?:SELECT|INSERT|UPDATE|DELETE|MERGE|VALUES|COPY|EXECUTE|WITH|CALL|PREPARE|DECLARE)\b/i;

/** Only in those that begin with E does a backslash hide a quote. */
const QUOTED = /\bE'(?:[^'\\]|''|\\[^])*(?:'|$)|(?:\b(?:[BXN]|U&))?'(?:[^']|'')*(?:'|$)/gi;
const DOLLAR_QUOTED = /\$([A-Za-z_]\w*)?\$[^]*?(?:\$\1\$|$)/g;
/** The block of a DO, in dollars or in quotes. */
const BLOCK =
  /(\bDO\b\s*(?:LANGUAGE\s+\w+\s*)?)(?:(\$(?:[A-Za-z_]\w*)?\$)([^]*?)(\2|$)|'(?:[^']|'')*(?:'|$))/gi;
/** A word that stands before statements of a block, or one of these up to what ends it, whatever stands in quotes. */
const STEP =
  /\b(?:BEGIN|THEN|ELSE|LOOP|DECLARE)\b|(?:'(?:[^']|'')*(?:'|$)|(?!\b(?:BEGIN|THEN|ELSE|LOOP|DECLARE)\b)[^;'])+/gi;
const DEFINES = /^\s*(?:CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE|RAISE)\b/i;
const MOVES_ROWS = /\b(?:SELECT|INSERT|UPDATE|DELETE|MERGE|VALUES|PERFORM|COPY|WITH)\b|:=/i;
const NUMBER = /(?<![\w$."])\d[\d_]*(?:\.\d*)?(?:e[+-]?\d+)?(?![\w"])/gi;

/**
 * A statement without the values in it: many tools read rows and write them back as text of the next statement. Names, and
 * statements that define something, stay.
 */
export function withoutValues(sql: string): string {
  // The body of a function is a definition.
  const bare = withoutComments(sql).replace(DOLLAR_QUOTED, '').replace(QUOTED, '');
  return ABOUT_ROWS.test(bare)
    ? hidden(sql.replace(DOLLAR_QUOTED, "'…'"))
    : sql.replace(BLOCK, blockWithoutValues);
}

/** What a block defines stays readable; what it does to rows may have been made from rows. */
function blockWithoutValues(_: string, head: string, tag?: string, body = '', end = ''): string {
  if (tag === undefined) return `${head}'…'`;
  const steps = body.replace(STEP, (step) =>
    DEFINES.test(step) || !MOVES_ROWS.test(step) ? step : hidden(step),
  );
  return `${head}${tag}${steps}${end}`;
}

function hidden(sql: string): string {
  return sql.replace(QUOTED, "'…'").replace(NUMBER, '…');
}
