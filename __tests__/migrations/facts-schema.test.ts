import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { diffSchemas } from '../../src/migrations/facts/schema-diff.js';
import { schemaObjects, type SchemaObject } from '../../src/migrations/facts/schema-objects.js';

const END = '--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict k\n';

/** A dump as pg_dump writes it: entries with their titles, and statements between them without. */
function dump(...entries: (string | [title: string, sql: string])[]): string {
  const text = entries.map((entry) =>
    typeof entry === 'string' ? `${entry}\n\n` : `--\n-- Name: ${entry[0]}\n--\n\n${entry[1]}\n\n\n`,
  );
  return `--\n-- PostgreSQL database dump\n--\n\n\\restrict k\n\nSET client_encoding = 'UTF8';\n\n${text.join('')}${END}`;
}

const read = (text: string): Promise<SchemaObject[]> => schemaObjects(Readable.from([Buffer.from(text)]));

async function changes(before: string, after: string): Promise<string[]> {
  const diff = diffSchemas(await read(before), await read(after));
  return diff.map(({ change, kind, name, diff }) => [`${change} ${kind} ${name}`, ...diff].join('\n'));
}

const title = (name: string, kind: string, owner = 'o'): string =>
  `${name}; Type: ${kind}; Schema: app; Owner: ${owner}`;
const table = (name: string, ...columns: string[]): [string, string] => [
  title(name, 'TABLE'),
  `CREATE TABLE app.${name} (\n${columns.map((column) => `    ${column}`).join(',\n')}\n);\n\nALTER TABLE app.${name} OWNER TO o;`,
];

describe('the entries of a dump', () => {
  it('have a kind, a name and statements', async () => {
    const objects = await read(
      dump(
        ['app; Type: SCHEMA; Schema: -; Owner: o', 'CREATE SCHEMA app;'],
        table('t', 'a int'),
        [
          title('t t_pkey', 'CONSTRAINT'),
          'ALTER TABLE ONLY app.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (a);',
        ],
        [
          title('COLUMN t.a', 'COMMENT'),
          "COMMENT ON COLUMN app.t.a IS '\n-- Name: x; Type: TABLE; Schema: app; Owner: o\n';",
        ],
        [title('TABLE t', 'ACL'), 'GRANT SELECT ON TABLE app.t TO r;'],
        [title('a; Type: X; Schema: b', 'TABLE'), 'CREATE TABLE app."a; Type: X; Schema: b" ();'],
      ),
    );
    expect(objects.map(({ kind, name, lines }) => [kind, name, lines.length])).toEqual([
      ['SCHEMA', 'app', 1],
      ['TABLE', 'app.t', 5],
      ['CONSTRAINT', 'app.t t_pkey', 2],
      ['COMMENT', 'app.t.a', 3],
      ['ACL', 'app.t', 1],
      ['TABLE', 'app.a; Type: X; Schema: b', 1],
    ]);
    expect(objects[1]?.lines.join('\n')).toBe(
      'CREATE TABLE app.t (\n    a int\n);\n\nALTER TABLE app.t OWNER TO o;',
    );
  });

  it('do not begin in the body of a function', async () => {
    const body = `CREATE FUNCTION app.f() RETURNS text LANGUAGE sql AS $$\nSELECT '\n--\n-- Name: ${title('x', 'TABLE')}\n--\n\n;' $$;`;
    const objects = await read(dump([title('f()', 'FUNCTION'), body]));
    expect(objects).toHaveLength(1);
    expect(objects[0]?.lines.join('\n')).toBe(body);
  });

  it('have the settings that were made before them', async () => {
    const heap = 'SET default_table_access_method = heap;';
    const [a, b] = await read(
      dump(
        heap,
        table('a', 'x int'),
        'SET default_tablespace = fast;',
        'SET default_table_access_method = other;',
        table('b', 'x int'),
      ),
    );
    expect(a?.lines[0]).toBe('CREATE TABLE app.a (');
    expect(b?.lines.slice(0, 2)).toEqual([
      'SET default_tablespace = fast;',
      'SET default_table_access_method = other;',
    ]);
  });

  it('are refused where the dump is cut off', async () => {
    await expect(read(dump(table('t', 'a int')).replace(END, ''))).rejects.toThrow(/no end/);
  });
});

describe('the schema before and after', () => {
  const t = table('t', 'a int', 'b int');
  const cases: [title: string, before: string, after: string, changes: string[]][] = [
    ['as it was', dump(t), dump(t), []],
    ['in another order', dump(t, table('u', 'a int')), dump(table('u', 'a int'), t), []],
    ['with another key', dump(t), dump(t).replaceAll('restrict k', 'restrict other'), []],
    [
      'with a column more',
      dump(t),
      dump(table('t', 'a int', 'b int', 'c int')),
      [
        'changed TABLE app.t\n CREATE TABLE app.t (\n     a int,\n     b int,\n+    c int\n );\n \n ALTER TABLE app.t OWNER TO o;',
      ],
    ],
    [
      'with another owner',
      dump([title('v', 'VIEW'), 'CREATE VIEW app.v AS\n SELECT 1;\n\n\nALTER VIEW app.v OWNER TO o;']),
      dump([title('v', 'VIEW', 'p'), 'CREATE VIEW app.v AS\n SELECT 1;\n\n\nALTER VIEW app.v OWNER TO p;']),
      ['changed VIEW app.v\n  SELECT 1;\n \n \n-ALTER VIEW app.v OWNER TO o;\n+ALTER VIEW app.v OWNER TO p;'],
    ],
    [
      'with a line less, far from the next that is not blank',
      dump([
        title('t', 'TABLE'),
        'CREATE TABLE app.t (\n    a int,\n    b int\n);\n\n\nALTER TABLE app.t OWNER TO o;',
      ]),
      dump([title('t', 'TABLE'), 'CREATE TABLE app.t (\n    a int\n);\n\n\nALTER TABLE app.t OWNER TO o;']),
      ['changed TABLE app.t\n CREATE TABLE app.t (\n     a int\n-    b int\n );'],
    ],
    [
      'with another comma in a function',
      dump([title('f()', 'FUNCTION'), 'CREATE FUNCTION app.f() AS $$ a,\n $$;']),
      dump([title('f()', 'FUNCTION'), 'CREATE FUNCTION app.f() AS $$ a\n $$;']),
      [
        'changed FUNCTION app.f()\n-CREATE FUNCTION app.f() AS $$ a,\n+CREATE FUNCTION app.f() AS $$ a\n  $$;',
      ],
    ],
    [
      'with another comma in a label',
      dump([title('y', 'TYPE'), "CREATE TYPE app.y AS ENUM (\n    'a,\n'\n);"]),
      dump([title('y', 'TYPE'), "CREATE TYPE app.y AS ENUM (\n    'a\n'\n);"]),
      ["changed TYPE app.y\n CREATE TYPE app.y AS ENUM (\n-    'a,\n+    'a\n '\n );"],
    ],
    [
      'with another table and grant',
      dump(table('old', 'a int')),
      dump(table('new', 'a int'), [title('TABLE new', 'ACL'), 'GRANT SELECT ON TABLE app.new TO r;']),
      [
        'removed TABLE app.old\n-CREATE TABLE app.old (\n-    a int\n-);\n-\n-ALTER TABLE app.old OWNER TO o;',
        'added TABLE app.new\n+CREATE TABLE app.new (\n+    a int\n+);\n+\n+ALTER TABLE app.new OWNER TO o;',
        'added ACL app.new\n+GRANT SELECT ON TABLE app.new TO r;',
      ],
    ],
    [
      'with one of two of the same name',
      dump([title('CAST (x AS y)', 'CAST'), 'CREATE 1;'], [title('CAST (x AS y)', 'CAST'), 'CREATE 2;']),
      dump([title('CAST (x AS y)', 'CAST'), 'CREATE 2;']),
      ['removed CAST app.CAST (x AS y)\n-CREATE 1;'],
    ],
    [
      'with another password',
      dump(['USER MAPPING o SERVER s; Type: USER MAPPING; Schema: -; Owner: o', "CREATE 'secret';"]),
      dump(['USER MAPPING o SERVER s; Type: USER MAPPING; Schema: -; Owner: o', "CREATE 'hidden';"]),
      ['changed USER MAPPING USER MAPPING o SERVER s\n (not shown: it may hold a password)'],
    ],
  ];
  it.each(cases)('%s', async (_, before, after, expected) =>
    expect(await changes(before, after)).toEqual(expected),
  );
});
