import { describe, expect, it } from '@jest/globals';
import type { ExtensionFingerprint } from '../../src/backup/fingerprint/types.js';
import type { ExactEntry } from '../../src/restore/archive/index.js';
import { countObjects } from '../../src/verify/left-out-kinds.js';
import { idsOf } from '../../src/verify/left-out.js';

type Entry = [dumpId: number, kind: string, tag: string, dependencies?: number[], definition?: string];

function archive(list: readonly Entry[], schema = 'public'): ExactEntry[] {
  const nowhere = /^(EXTENSION|SCHEMA|SERVER|USER MAPPING|COMMENT)$/;
  return list.map(([dumpId, kind, tag, dependencies = [], definition = '']) => ({
    ...{ dumpId, kind, tag, dependencies, definition },
    schema: nowhere.test(kind) ? undefined : schema,
  }));
}

describe('an archive without an extension', () => {
  // citext is used by a table, a view of it, a table of its row type, a function and an index.
  const entries = archive([
    [2, 'EXTENSION', 'citext'],
    [3373, 'COMMENT', 'EXTENSION citext', [2]],
    [3, 'EXTENSION', 'citext two'],
    [264, 'FUNCTION', 'f(public.citext)', [2, 2]],
    [217, 'TABLE', 'u', [215]],
    [215, 'TABLE', 't', [2, 2]],
    [216, 'VIEW', 'v', [215]],
    [218, 'TABLE', 'w'],
    [3363, 'TABLE DATA', 't', [215]],
    [3365, 'TABLE DATA', 'w', [218]],
    [3217, 'INDEX', 't_f_idx', [215, 264]],
  ]);

  it('leaves out all that needs it, at any distance and in any order', () => {
    const out = idsOf(entries, { extensions: ['citext'] });
    expect([...out].sort((a, b) => a - b)).toEqual([2, 215, 216, 217, 264, 3217, 3363, 3373]);
    expect(idsOf(entries, { extensions: ['citext two'] })).toEqual(new Set([3]));
  });

  it('leaves out nothing where none is named', () => {
    expect(idsOf(entries, { extensions: [] })).toEqual(new Set());
  });

  it('leaves out what pg_dump does not say that it needs', () => {
    const others = [
      ...archive([
        [1, 'EXTENSION', 'wrapper'],
        [2, 'SERVER', 'crm two', [1]],
        [3, 'SERVER', 'two'],
        [4, 'USER MAPPING', 'USER MAPPING me SERVER crm two'],
        [5, 'USER MAPPING', 'USER MAPPING me SERVER two'],
        [6, 'SCHEMA', 'app'],
        [7, 'DEFAULT ACL', 'DEFAULT PRIVILEGES FOR TABLES'],
      ]),
      ...archive([[8, 'DEFAULT ACL', 'DEFAULT PRIVILEGES FOR TABLES']], 'app'),
      ...archive([[9, 'DEFAULT ACL', 'DEFAULT PRIVILEGES FOR TABLES']], 'cron'),
    ];
    expect(idsOf(others, { extensions: ['wrapper'] })).toEqual(new Set([1, 2, 4, 9]));
  });
});

describe('rows of an extension', () => {
  const entries = archive([
    [1, 'EXTENSION', 'gone'],
    [2, 'EXTENSION', 'there'],
    [3, 'TABLE', 't'],
    [4, 'TABLE DATA', 't', [3]],
    [5, 'TABLE DATA', 'of_gone', [99]],
    [6, 'SEQUENCE SET', 'ids_of_gone', [98]],
    [7, 'TABLE DATA', 'of_there', [97]],
  ]);
  const extension = (name: string, ...tables: string[]): ExtensionFingerprint => {
    const configuration = tables.map((table) => ({ schema: 'public', name: table }));
    return { name, version: '1', schema: 'public', configuration };
  };

  it('are left out with it', () => {
    const known = [extension('gone', 'of_gone', 'ids_of_gone'), extension('there', 'of_there')];
    expect(idsOf(entries, { extensions: ['gone'], known })).toEqual(new Set([1, 5, 6]));
    expect(idsOf(entries, { extensions: ['there'], known })).toEqual(new Set([2, 7]));
    expect(idsOf(entries, { extensions: ['other'], known })).toEqual(new Set());
  });

  it('are all left out where nobody knows whose they are', () => {
    expect(idsOf(entries, { extensions: ['gone'] })).toEqual(new Set([1, 5, 6, 7]));
  });
});

describe('the objects that are left out', () => {
  const count = (list: readonly Entry[], out: readonly number[]): Record<string, number> => {
    const counts = countObjects(archive(list), new Set(out));
    return Object.fromEntries(Object.entries(counts).filter(([, number]) => number > 0));
  };

  it.each<[string, string, string, Record<string, number>]>([
    ['TABLE', 't', 'CREATE TABLE public.t (\n    id integer\n);', { table: 1 }],
    ['PROCEDURE', 'p()', '', { function: 1 }],
    ['SERVER', 's', '', { 'foreign server': 1 }],
    [
      'FK CONSTRAINT',
      't f',
      'ALTER TABLE ONLY public.t\n    ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b(a);',
      { 'foreign key': 1 },
    ],
    [
      'CONSTRAINT',
      't t_pkey',
      'ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);',
      { 'primary key': 1, index: 1 },
    ],
    [
      'CONSTRAINT',
      't u',
      'ALTER TABLE ONLY public.t\n    ADD CONSTRAINT "primary key" UNIQUE (id);',
      { 'unique constraint': 1, index: 1 },
    ],
    [
      'CONSTRAINT',
      't x',
      'ALTER TABLE ONLY public.t\n    ADD CONSTRAINT x EXCLUDE USING gist (a WITH &&);',
      { 'exclusion constraint': 1, index: 1 },
    ],
    ['CONSTRAINT', 't n', 'ALTER TABLE public.t\n    ADD CONSTRAINT n NOT NULL a NOT VALID;', {}],
    ['TYPE', 'e', "CREATE TYPE public.e AS ENUM (\n    'range'\n);", { enum: 1 }],
    ['TYPE', 'r', 'CREATE TYPE public."as enum" AS RANGE (\n    subtype = integer\n);', { 'range type': 1 }],
    ['TYPE', 'c', 'CREATE TYPE public.c AS (\n\ta integer\n);', { 'composite type': 1 }],
    ['TYPE', 'b', 'CREATE TYPE public.b (\n    INPUT = public.b_in\n);', { 'base type': 1 }],
    [
      'DOMAIN',
      'd',
      "CREATE DOMAIN public.d AS text\n\tCONSTRAINT a CHECK ((VALUE <> ''))\n\tCONSTRAINT b CHECK (true);",
      { domain: 1, 'domain constraint': 2 },
    ],
    [
      'CHECK CONSTRAINT',
      'd c',
      'ALTER DOMAIN public.d\n    ADD CONSTRAINT c CHECK (true) NOT VALID;',
      { 'domain constraint': 1 },
    ],
    ['RULE', 'v _RETURN', '', {}],
  ])('%s %s', (kind, tag, definition, expected) => {
    expect(count([[1, kind, tag, [], definition]], [1])).toMatchObject(expected);
    expect(Object.keys(count([[1, kind, tag, [], definition]], [1])).length).toBe(
      Object.keys(expected).length,
    );
    expect(count([[1, kind, tag, [], definition]], [])).toEqual({});
  });

  it('are of a table also the checks that it inherits', () => {
    const list: Entry[] = [
      [
        1,
        'TABLE',
        'parent',
        [],
        'CREATE TABLE public.parent (\n    a integer,\n    CONSTRAINT one CHECK ((a > 1)),\n    CONSTRAINT two CHECK ((a > 2))\n);',
      ],
      [
        2,
        'CHECK CONSTRAINT',
        'parent later',
        [1],
        'ALTER TABLE public.parent\n    ADD CONSTRAINT later CHECK ((a > 3)) NOT VALID;',
      ],
      [
        3,
        'TABLE',
        'child',
        [1],
        'CREATE TABLE public.child (\n    b integer,\n    CONSTRAINT own CHECK ((b > 0))\n)\nINHERITS (public.parent);',
      ],
      [4, 'TABLE', 'grandchild', [3], 'CREATE TABLE public.grandchild (\n)\nINHERITS (public.child);'],
    ];
    const checks = (...out: number[]): number => count(list, out)['check constraint'] ?? 0;
    expect(checks(4)).toBe(4);
    expect(checks(3, 4)).toBe(8);
    expect(checks(2)).toBe(3);
    expect(checks(1, 2, 3, 4)).toBe(11);
  });
});
