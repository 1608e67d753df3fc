import { UserError } from '../../../base/errors.js';

/** A pattern of pg_dump, by psql's rules: `app.orders`, `"Mixed Case".*`, `public.log_?`. */
export interface Pattern {
  /** As the user wrote it. */
  text: string;
  /** One for each name in it: database, schema, relation. */
  parts: RegExp[];
}

/**
 * Reads a pattern as psql does (processSQLNamePattern): letters outside of quotes count as lower case, `*` is any text,
 * `?` any character, a dot separates, and what else regular expressions know has its meaning there.
 * @throws UserError for one that is no pattern
 */
export function parsePattern(text: string): Pattern {
  const sources = [''];
  let quoted = false;
  const add = (source: string): void => {
    sources[sources.length - 1] += source;
  };
  const characters = [...text];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? '';
    if (character === '"') {
      if (quoted && characters[index + 1] === '"') {
        add('"');
        index += 1;
      } else quoted = !quoted;
    } else if (quoted) add(literal(character));
    else if (character === '.') sources.push('');
    else if (character === '[' && characters[index + 1] === ']') add('\\[');
    else add(unquoted(character));
  }
  try {
    return { text, parts: sources.map((source) => new RegExp(`^(?:${source})$`, 'su')) };
  } catch (error) {
    throw new UserError(
      `"${text}" is no pattern: write names as in SQL, such as public.orders or "Mixed Case", with * for any text.`,
      { cause: error },
    );
  }
}

function literal(character: string): string {
  return character.replace(/[|*+?()[\]{}.^$\\/]/u, '\\$&');
}

function unquoted(character: string): string {
  if (character === '*') return '.*';
  if (character === '?') return '.';
  if (character === '$') return '\\$';
  return character.replace(/[A-Z]/, (letter) => letter.toLowerCase());
}

/** Whether a pattern for tables means this one; one without a schema means those in `public`, as pg_dump's by default do. */
export function matchesTable({ parts }: Pattern, schema: string, name: string, database: string): boolean {
  const [last, schemaPart, databasePart] = [...parts].reverse();
  if (parts.length > 3 || last?.test(name) !== true) return false;
  if (databasePart !== undefined && !databasePart.test(database)) return false;
  return schemaPart === undefined ? schema === 'public' : schemaPart.test(schema);
}

/** Whether a pattern for schemas means this one. */
export function matchesSchema({ parts }: Pattern, schema: string, database: string): boolean {
  const [last, databasePart] = [...parts].reverse();
  if (parts.length > 2 || last?.test(schema) !== true) return false;
  return databasePart === undefined || databasePart.test(database);
}
