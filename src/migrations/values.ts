import { withoutComments } from './judge/advice.js';

/** Statements about rows, also within a script; what defines things holds names and constants of the migration itself. */
const ABOUT_ROWS =
  /(?:^|;)\s*(?:EXPLAIN\b\s*(?:\([^)]*\)|(?:\s*\b(?:ANALYZE|VERBOSE)\b)*)\s*)?(?:SELECT|INSERT|UPDATE|DELETE|MERGE|VALUES|COPY|EXECUTE|WITH|CALL|PREPARE|DECLARE)\b/i;

/** Only in those that begin with E does a backslash hide a quote. */
const QUOTED = /\bE'(?:[^'\\]|''|\\[^])*(?:'|$)|(?:\b(?:[BXN]|U&))?'(?:[^']|'')*(?:'|$)/gi;
const DOLLAR_QUOTED = /\$([A-Za-z_]\w*)?\$[^]*?(?:\$\1\$|$)/g;
const NUMBER = /(?<![\w$."])\d[\d_]*(?:\.\d*)?(?:e[+-]?\d+)?(?![\w"])/gi;

/**
 * A statement without the values in it: many tools read rows and write them back as text of the next statement. Names, and
 * statements that define something, stay.
 */
export function withoutValues(sql: string): string {
  // The body of a function is a definition.
  const bare = withoutComments(sql).replace(DOLLAR_QUOTED, '').replace(QUOTED, '');
  if (!ABOUT_ROWS.test(bare)) return sql;
  return sql.replace(DOLLAR_QUOTED, "'…'").replace(QUOTED, "'…'").replace(NUMBER, '…');
}
