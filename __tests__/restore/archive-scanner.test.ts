import { describe, expect, it } from '@jest/globals';
import type { Piece } from '../../src/restore/archive/script/piece.js';
import { ScriptScanner, WHOLE_STATEMENT } from '../../src/restore/archive/script/scanner.js';
import { tokens } from '../../src/restore/archive/script/tokens.js';

function scan(text: string, size = Infinity): Piece[] {
  const bytes = Buffer.from(text);
  const scanner = new ScriptScanner();
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length; at += Math.min(size, bytes.length))
    pieces.push(...scanner.push(bytes.subarray(at, at + size)));
  pieces.push(...scanner.end());
  return pieces;
}

/** The statements, whole. */
function statements(text: string, size?: number): string[] {
  const whole: string[] = [];
  for (const { kind, first, bytes } of scan(text, size)) {
    if (kind === 'blank' || kind === 'comment') continue;
    if (first) whole.push('');
    whole[whole.length - 1] += bytes.toString();
  }
  return whole;
}

const CASES: [string, string[]][] = [
  ["SELECT 'a;b'", []],
  ["SELECT 'a;b''c;';\nSELECT 2;", ["SELECT 'a;b''c;';", 'SELECT 2;']],
  ["SELECT E'a\\';b''\\\\';SELECT 2;", ["SELECT E'a\\';b''\\\\';", 'SELECT 2;']],
  ["SELECT 'a\\';SELECT 2;", ["SELECT 'a\\';", 'SELECT 2;']],
  ['SELECT 1 AS "a;""b;";SELECT 2;', ['SELECT 1 AS "a;""b;";', 'SELECT 2;']],
  ['SELECT $$;$a$;$$, $a_1$;$$;$a$;$a_1$;SELECT 2;', ['SELECT $$;$a$;$$, $a_1$;$$;$a$;$a_1$;', 'SELECT 2;']],
  ['SELECT a$b$c, $1;SELECT 2;', ['SELECT a$b$c, $1;', 'SELECT 2;']],
  ['SELECT 1 -- ;\n;SELECT /* ; /* ; */ ; */ 2;', ['SELECT 1 -- ;\n;', 'SELECT /* ; /* ; */ ; */ 2;']],
  [
    'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);SELECT 2;',
    ['CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);', 'SELECT 2;'],
  ],
  [
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;SELECT 2;',
    [
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;',
      'SELECT 2;',
    ],
  ],
  ['BEGIN;SELECT 1;COMMIT;', ['BEGIN;', 'SELECT 1;', 'COMMIT;']],
  [
    'COPY t (a) FROM stdin;\n1;\n\\.x\n\\\\.\n\\.\nSELECT 2;',
    ['COPY t (a) FROM stdin;', '\n1;\n\\.x\n\\\\.\n\\.\n', 'SELECT 2;'],
  ],
  [
    'COPY t FROM stdin;\n\\.\n\\connect x\nSELECT 2;',
    ['COPY t FROM stdin;', '\n\\.\n', '\\connect x\n', 'SELECT 2;'],
  ],
  ['COPY t FROM stdin;\r\n1\r\n\\.\r\nSELECT 2;', ['COPY t FROM stdin;', '\r\n1\r\n\\.\r\n', 'SELECT 2;']],
  ['COPY "a;\nb" FROM stdin;\n\\.\n', ['COPY "a;\nb" FROM stdin;', '\n\\.\n']],
  ['COPY "x from stdin" TO "stdin";SELECT 2;', ['COPY "x from stdin" TO "stdin";', 'SELECT 2;']],
];

describe('a script', () => {
  it.each(CASES)('%j is split', (text, expected) => {
    const all = expected.length === 0 ? [text] : expected;
    expect(statements(text)).toEqual(all);
    for (const size of [1, 2, 3, 5, 7]) expect(statements(text, size)).toEqual(all);
  });

  it('is all there in its pieces', () => {
    const text = CASES.slice(1)
      .map(([sql]) => `--\n-- c;'"$$\n\n${sql}\n`)
      .join('\n');
    for (const size of [1, 4, 1000])
      expect(
        scan(text, size)
          .map(({ bytes }) => bytes.toString())
          .join(''),
      ).toBe(text);
  });

  it('is known to be cut off', () => {
    for (const text of ["SELECT 'a;", 'COPY t FROM stdin;\n1\n', 'SELECT $a$ ; $', 'SELECT 1']) {
      const scanner = new ScriptScanner();
      Array.from([...scanner.push(Buffer.from(text)), ...scanner.end()]);
      expect(scanner.open).toBe(true);
    }
    const scanner = new ScriptScanner();
    Array.from([...scanner.push(Buffer.from('SELECT 1;\n')), ...scanner.end()]);
    expect(scanner.open).toBe(false);
  });

  it('may hold statements and rows of any size, a piece at a time', () => {
    const long = 'x;'.repeat(WHOLE_STATEMENT);
    const text = `INSERT INTO t VALUES ('${long}');\nCOPY t FROM stdin;\n${long}\n\\.\nSELECT 2;`;
    const pieces = scan(text, 10_000);
    expect(Math.max(...pieces.map(({ bytes }) => bytes.length))).toBeLessThan(2 * WHOLE_STATEMENT);
    expect(pieces.filter(({ first, kind }) => first && kind === 'sql')).toHaveLength(3);
    expect(pieces.at(-1)?.bytes.toString()).toBe('SELECT 2;');
  });
});

describe('the tokens of a statement', () => {
  it('are words, names, strings and signs', () => {
    expect(
      tokens(`GRANT Select(a) ON "T""o" TO e$x, U&x; -- "c"\n'it''s' E'a\\'b' $q$x'$q$`).map(
        ({ kind, text, depth }) => [kind.slice(0, 2), text, depth],
      ),
    ).toEqual([
      ['wo', 'grant', 0],
      ['wo', 'select', 0],
      ['sy', '(', 0],
      ['wo', 'a', 1],
      ['sy', ')', 0],
      ['wo', 'on', 0],
      ['id', 'T"o', 0],
      ['wo', 'to', 0],
      ['wo', 'e$x', 0],
      ['sy', ',', 0],
      ['wo', 'u', 0],
      ['sy', '&', 0],
      ['wo', 'x', 0],
      ['sy', ';', 0],
      ['st', "it's", 0],
      ['st', "a\\'b", 0],
      ['st', "x'", 0],
    ]);
  });
});
