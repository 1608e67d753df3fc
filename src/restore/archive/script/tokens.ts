/** A token of an SQL statement. */
export interface Token {
  kind: 'word' | 'identifier' | 'string' | 'symbol';
  /** Of a word in lower case; of an identifier or string what its quotes hold. */
  text: string;
  /** How many parentheses it is in. */
  depth: number;
}

const SPACE = /\s+|--[^\n]*/y;
const QUOTED = /"((?:[^"]|"")*)"/y;
const STRING = /[eE]'((?:[^'\\]|''|\\[^])*)'|'((?:[^']|'')*)'/y;
const DOLLAR = /\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$([^]*?)\$\1\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[0-9][\w.]*/y;

/** The tokens of a statement that pg_dump or pg_restore wrote, up to `limit` of them. */
export function tokens(sql: string, limit = Infinity): Token[] {
  const found: Token[] = [];
  let depth = 0;
  for (let at = 0; at < sql.length && found.length < limit;) {
    const match = (pattern: RegExp): RegExpExecArray | null => {
      pattern.lastIndex = at;
      const result = pattern.exec(sql);
      if (result !== null) at = pattern.lastIndex;
      return result;
    };
    if (match(SPACE) !== null) continue;
    const string = match(STRING);
    if (string !== null) {
      found.push({ kind: 'string', text: (string[1] ?? string[2] ?? '').replaceAll("''", "'"), depth });
      continue;
    }
    const quoted = match(QUOTED);
    if (quoted !== null) {
      found.push({ kind: 'identifier', text: (quoted[1] ?? '').replaceAll('""', '"'), depth });
      continue;
    }
    const dollar = match(DOLLAR);
    if (dollar !== null) {
      found.push({ kind: 'string', text: dollar[2] ?? '', depth });
      continue;
    }
    const word = match(WORD);
    if (word !== null) {
      // What pg_dump leaves unquoted is in lower case, or a keyword.
      found.push({ kind: 'word', text: word[0].toLowerCase(), depth });
      continue;
    }
    const symbol = sql[at] ?? '';
    if (symbol === ')') depth -= 1;
    found.push({ kind: 'symbol', text: symbol, depth });
    if (symbol === '(') depth += 1;
    at += 1;
  }
  return found;
}

/** Where the first of these words is outside of parentheses, at or after `from`; -1 where there is none. */
export function indexOfWord(list: readonly Token[], words: readonly string[], from = 0): number {
  return list.findIndex(
    (token, index) =>
      index >= from && token.depth === 0 && token.kind === 'word' && words.includes(token.text),
  );
}

/** A name that may be qualified, `a."B c"`, that begins at `at`, and where it ends. */
export function qualifiedName(list: readonly Token[], at: number): { name: string[]; end: number } {
  const name: string[] = [];
  let end = at;
  for (;;) {
    const token = list[end];
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'identifier')) break;
    name.push(token.text);
    end += 1;
    if (list[end]?.kind !== 'symbol' || list[end]?.text !== '.') break;
    end += 1;
  }
  return { name, end };
}
