/**
 * An SQL string literal, for any text without a zero byte. Safe whatever `standard_conforming_strings` says, and for
 * psql, which neither substitutes `:name` nor obeys a backslash inside quotes.
 */
export function quoteLiteral(text: string): string {
  refuseZero(text);
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** An SQL identifier, quoted whether it needs it or not. */
export function quoteIdentifier(name: string): string {
  refuseZero(name);
  return `"${name.replaceAll('"', '""')}"`;
}

function refuseZero(text: string): void {
  if (text.includes('\0')) throw new TypeError('PostgreSQL has no text with a zero byte.');
}
