const HIDDEN = "'***'";

/** Names of settings, options and columns whose value is a secret. */
const NAME = String.raw`\b[\w."]{0,64}(?:password|passwd|passphrase|secret|token|api_?key|private_?key)[\w."]{0,64}['"]*`;
const BETWEEN = String.raw`\s*(?:=>?|:=|,|\bTO\b)?\s*`;

/**
 * Where a literal may follow: in quotes, in quotes inside of a literal (doubled or more), in dollars. Also one that
 * does not end, for the statement may be cut.
 */
const LITERAL = [
  String.raw`(?:E|U&)?(?<run>'{2,})(?!')[^']*(?:\k<run>|$)`,
  String.raw`E'(?:[^'\\]|''|\\[^])*(?:'|$)`,
  String.raw`(?:U&)?'(?:[^']|'')*(?:'|$)`,
  String.raw`\$(?<tag>\w*)\$[^]*?(?:\$\k<tag>\$|$)`,
].join('|');

const NAMED = new RegExp(`(${NAME}${BETWEEN}|\\bCONNECTION\\s+)(?:${LITERAL})`, 'gi');

/** `password=...` inside of a connection string, and the one in a URL. */
const KEYWORD = /\b(password\s*=\s*)(?!['"\s*])[^\s'";]+/gi;
const IN_URL = /(:\/\/[^\s:/@']*:)[^\s@/']+(?=@)/g;

/** A statement without the passwords and keys that it gives to roles, servers, subscriptions and settings. */
export function withoutSecrets(sql: string): string {
  return sql.replace(NAMED, `$1${HIDDEN}`).replace(KEYWORD, '$1***').replace(IN_URL, '$1***');
}
