/** A token of an SQL statement. */
export interface Token {
  kind: 'word' | 'identifier' | 'string' | 'symbol';
  /** Of a word in lower case; of an identifier or string what its quotes hold. */
  text: string;
  /** How many parentheses it is in. */
  depth: number;
}

const SPACE = /\s+|--[^\n]*/y;
const PATTERNS: readonly {
  kind: Token['kind'];
  pattern: RegExp;
  text: (match: RegExpExecArray) => string;
}[] = [
  {
    kind: 'string',
    pattern: /[eE]'((?:[^'\\]|''|\\[^])*)'|'((?:[^']|'')*)'/y,
    // pg_dump escapes backslashes there, and nothing else.
    text: ([, escaped, plain]) => (escaped?.replaceAll('\\\\', '\\') ?? plain ?? '').replaceAll("''", "'"),
  },
  {
    kind: 'identifier',
    pattern: /"((?:[^"]|"")*)"/y,
    text: ([, name = '']) => name.replaceAll('""', '"'),
  },
  {
    kind: 'string',
    pattern: /\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$([^]*?)\$\1\$/y,
    text: ([, , body = '']) => body,
  },
  {
    // What pg_dump leaves unquoted is in lower case, or a keyword.
    kind: 'word',
    pattern: /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|[0-9][\w.]*/y,
    text: ([word]) => word.toLowerCase(),
  },
  { kind: 'symbol', pattern: /[^]/y, text: ([symbol]) => symbol },
];

/** The tokens of a statement that pg_dump or pg_restore wrote, up to `limit` of them. */
export function tokens(sql: string, limit = Infinity): Token[] {
  const found: Token[] = [];
  let depth = 0;
  for (let at = 0; at < sql.length && found.length < limit;) {
    SPACE.lastIndex = at;
    if (SPACE.test(sql)) {
      at = SPACE.lastIndex;
      continue;
    }
    for (const { kind, pattern, text } of PATTERNS) {
      pattern.lastIndex = at;
      const match = pattern.exec(sql);
      if (match === null) continue;
      at = pattern.lastIndex;
      const token = { kind, text: text(match), depth };
      if (kind === 'symbol' && token.text === ')') token.depth = depth -= 1;
      if (kind === 'symbol' && token.text === '(') depth += 1;
      found.push(token);
      break;
    }
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
