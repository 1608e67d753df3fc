const COMMENTS = /--[^\n]*|\/\*[^]*?\*\//g;
const LEADING = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)+/;

/** A statement on one line and without comments. What only looks like one, within quotes, goes too. */
export function withoutComments(sql: string): string {
  return sql.replaceAll(COMMENTS, ' ').replaceAll(/\s+/g, ' ').trim();
}

/** A statement from its first word on: tools put comments before each of theirs. Empty where there is nothing else. */
export function afterComments(sql: string): string {
  return sql.replace(LEADING, '');
}
