import { withoutValues } from '../values.js';

/** What stands for a value. */
export const GONE = '…';

/** Server messages that end in, or quote, a value that was being read, stored or compared. */
const VALUES: readonly RegExp[] = [
  /(invalid input syntax for (?:type )?[^:]+: ).*/i,
  /(invalid input value for enum [^:]+: ).*/i,
  /((?:malformed|invalid) [\w ]*(?:literal|value|representation)[^:]*: ).*/i,
  /(out of range: ).*/i,
  /((?:Failing row|Partition key of the failing row) contains ).*/i,
  /(Key \([^)]*\)=).*/i,
  /((?:invalid )?byte sequence for encoding [^:]+: ).*/i,
];

/** `value "12" is out of range for type smallint`, `time zone "x" not recognized`. */
const QUOTED_VALUES = /\b((?:value|time zone|token|string|year|date) )"[^"]*"/gi;

/** What SQLAlchemy, TypeORM and Drizzle print beside a statement that failed. */
const PARAMETERS = /^(\s*\[?['"]?(?:parameters|params|bindings)['"]?: ).+/i;

/** A list or an object that goes on in the next lines, until one that is indented as this one. */
const OPENS = /^(\s*).*[[{(]$/;
/** Of a list without an end so many lines are hidden. */
const MOST_LINES = 1000;

/** The statement as TypeORM and Sequelize print it. */
const STATEMENT = /^(\s*['"]?(?:query|sql)['"]?: ['"`]?)(.+)$/i;

/** Whole details, contexts and row dumps, as psql and drivers print them. */
const DETAIL =
  /^(\s*(?:DETAIL|CONTEXT|(?:['"]?(?:detail|where)['"]?))\s*[:=]\s*)(?!undefined|null|None)\S.*$/i;

/**
 * A line that a program printed, without what of it may be a value out of a row: details of errors, values that
 * could not be read. What remains are names, types and the program's own words.
 */
export function redactLine(line: string): string {
  const detail = DETAIL.exec(line);
  if (detail !== null) return `${detail[1]}${GONE}`;
  if (PARAMETERS.test(line)) return line.replace(PARAMETERS, `$1${GONE}`);
  const statement = STATEMENT.exec(line);
  if (statement !== null)
    return `${statement[1]}${withoutValues((statement[2] ?? '').replaceAll("\\'", "'"))}`;
  const quoted = line.replace(QUOTED_VALUES, `$1"${GONE}"`);
  return VALUES.reduce((text, pattern) => text.replace(pattern, `$1${GONE}`), quoted);
}

/** What an error says after its details, as psql and drivers that print its text have it. */
const NEXT_FIELD =
  /^\s*(?:psql:.*?: )?(?:ERROR|FATAL|PANIC|WARNING|NOTICE|HINT|DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+):/;
const END_OF_VALUES = /\)[^)]*\.['"]?,?$/;

/**
 * `redactLine` for the lines of an output, in their order: values may have several lines, of which only the first one tells
 * what it is.
 */
export function redactor(): (line: string) => string {
  let end: RegExp | undefined;
  let hidden = 0;
  return (line) => {
    if (end !== undefined && !NEXT_FIELD.test(line) && hidden < MOST_LINES) {
      if (end.test(line)) end = undefined;
      hidden += 1;
      return GONE;
    }
    hidden = 0;
    const redacted = redactLine(line);
    end = redacted === line ? undefined : endOf(line);
    return redacted;
  };
}

/** What the last line of a value looks like that goes on after this line. */
function endOf(line: string): RegExp | undefined {
  const list = PARAMETERS.test(line) ? OPENS.exec(line) : null;
  if (list !== null) return new RegExp(`^${list[1]}[\\]})]`);
  const opens = /\b(?:Key \(.*\)=\(|(?:Failing row|Partition key of the failing row) contains \()/.test(line);
  if (opens) return END_OF_VALUES.test(line) ? undefined : END_OF_VALUES;
  return (line.match(/"/g) ?? []).length % 2 === 1 ? /"/ : undefined;
}

/** An error that a function or a `RAISE` of the database words as it likes (PostgreSQL, appendix A: class P0). */
const WORDED_BY_USERS = /^P0/;

/**
 * The message of an error, without values out of rows.
 * @param sqlstate of the error; the texts of `RAISE` may hold anything, unless they stand in the statement itself.
 */
export function redactError(message: string, sqlstate: string, statement: string): string {
  if (WORDED_BY_USERS.test(sqlstate) && !statement.includes(message))
    return `an exception was raised (SQLSTATE ${sqlstate}); its text may hold data`;
  return redactLine(message);
}
