import { describe, expect, it } from '@jest/globals';
import { effectsOf } from '../../src/migrations/facts/effects.js';
import { namesOf, newRoles } from '../../src/migrations/facts/take.js';
import { NOTHING, type DatabaseFacts, type TableFacts } from '../../src/migrations/facts/types.js';

/** A table of that OID; `columns`: `number name type values`. */
function table(oid: number, name: string, rows: number | null, ...columns: string[]): TableFacts {
  return {
    oid,
    schema: 'app',
    name,
    kind: 'table',
    root: null,
    filenode: oid,
    fileBytes: 8192,
    bytes: 16384,
    rows,
    columns: columns.map((text) => {
      const [number, column = '', type = '', values] = text.split(' ');
      return { number: Number(number), name: column, type, typeKey: type, values: Number(values) };
    }),
  };
}

function root(oid: number, name: string, ...columns: string[]): TableFacts {
  const facts = table(oid, name, 0, ...columns);
  return { ...facts, kind: 'partitioned table', filenode: 0, fileBytes: 0, bytes: 0 };
}

const holding = (...tables: TableFacts[]): DatabaseFacts => ({ ...NOTHING, tables });

/** What is worth telling, as short lines. */
function told(before: TableFacts[], after: TableFacts[]): string[] {
  const { rows, dropped, lost, rewritten } = effectsOf(holding(...before), holding(...after));
  return [
    ...rows.map((each) => `${each.table.name} ${each.before}>${each.after}`),
    ...dropped.map((each) => `dropped ${each.table.name} ${each.rows} (${each.bytes})`),
    ...lost.map(({ table, column, how, values, types }) =>
      [`${how} ${table.name}.${column} ${values}`, types?.before, types?.after].filter(Boolean).join(' '),
    ),
    ...rewritten.map((each) => `rewritten ${each.table.name} ${each.bytes}`),
  ];
}

const t = (rows: number, ...columns: string[]): TableFacts => table(1, 't', rows, ...columns);
const part = (oid: number, of: number, rows: number, ...columns: string[]): TableFacts => ({
  ...table(oid, `p${oid}`, rows, ...columns),
  root: of,
});

describe('the effects on tables', () => {
  const cases: [title: string, before: TableFacts[], after: TableFacts[], told: string[]][] = [
    ['nothing', [t(3, '1 a int 3')], [t(3, '1 a int 3')], ['t 3>3']],
    ['rows less', [t(3)], [t(1)], ['t 3>1']],
    ['a new table', [], [t(3)], []],
    ['renamed', [t(3)], [table(1, 'u', 3)], ['t 3>3']],
    ['in another schema', [t(3)], [{ ...t(3), schema: 'other' }], ['t 3>3']],
    ['dropped', [t(3, '1 a int 3')], [], ['t 3>null', 'dropped t 3 (16384)']],
    ['dropped, empty', [t(0)], [], ['t 0>null', 'dropped t 0 (16384)']],
    [
      'another table got its name',
      [t(3), table(2, 'b', 5)],
      [table(2, 't', 5)],
      ['t 3>null', 'b 5>5', 'dropped t 3 (16384)'],
    ],
    ['made anew under its name', [t(3, '1 a int 3')], [table(9, 't', 3, '2 a int 3')], ['t 3>3']],
    ['made anew with fewer rows', [t(3)], [table(9, 't', 2)], ['t 3>2']],
    ['made anew without a column', [t(3, '1 a int 3')], [table(9, 't', 3)], ['t 3>3', 'dropped t.a 3']],
    [
      'made anew with another type',
      [t(3, '1 a int 3')],
      [table(9, 't', 3, '1 a text 3')],
      ['t 3>3', 'retyped t.a 3 int text'],
    ],
    [
      'made anew, the old one kept',
      [t(3, '1 a int 3')],
      [table(1, 'old', 3, '1 a int 3'), table(9, 't', 0)],
      ['t 3>3'],
    ],
    ['made anew, the old one emptied', [t(3)], [table(1, 'old', 0), table(9, 't', 3)], ['t 3>3']],
    ['not counted before', [{ ...t(0), rows: null }], [t(3)], []],
    ['not counted before, and dropped', [{ ...t(0), rows: null }], [], []],
    ['not counted afterwards', [t(3, '1 a int 3')], [{ ...t(0), rows: null }], []],
  ];
  it.each(cases)('%s', (_, before, after, expected) => expect(told(before, after)).toEqual(expected));
});

describe('the effects on columns', () => {
  const cases: [title: string, before: TableFacts, after: TableFacts, told: string[]][] = [
    ['dropped', t(3, '1 a int 3', '2 b int 2'), t(3, '1 a int 3'), ['t 3>3', 'dropped t.b 2']],
    ['dropped without values', t(3, '1 a int 0'), t(3), ['t 3>3']],
    ['dropped and made anew', t(3, '1 a int 3'), t(3, '2 a int 3'), ['t 3>3', 'dropped t.a 3']],
    ['renamed', t(3, '1 a int 3'), t(3, '1 b int 3'), ['t 3>3']],
    ['two that changed names', t(3, '1 a int 3', '2 b int 0'), t(3, '1 b int 3', '2 a int 0'), ['t 3>3']],
    ['emptied', t(3, '1 a int 3'), t(3, '1 a int 1'), ['t 3>3', 'emptied t.a 2']],
    ['rows deleted', t(3, '1 a int 3'), t(1, '1 a int 1'), ['t 3>1']],
    ['rows deleted and values too', t(9, '1 a int 9'), t(7, '1 a int 4'), ['t 9>7', 'emptied t.a 3']],
    ['emptied while rows came', t(3, '1 a int 3'), t(9, '1 a int 1'), ['t 3>9', 'emptied t.a 2']],
    ['filled', t(3, '1 a int 1'), t(3, '1 a int 3'), ['t 3>3']],
    ['retyped', t(3, '1 a numeric(10,2) 2'), t(3, '1 a int 2'), ['t 3>3', 'retyped t.a 2 numeric(10,2) int']],
    [
      'retyped and some emptied',
      t(3, '1 a text 3'),
      t(3, '1 a int 1'),
      ['t 3>3', 'emptied t.a 2', 'retyped t.a 1 text int'],
    ],
    ['retyped and all emptied', t(3, '1 a text 3'), t(3, '1 a int 0'), ['t 3>3', 'emptied t.a 3']],
    ['retyped without values', t(3, '1 a text 0'), t(3, '1 a int 0'), ['t 3>3']],
  ];
  it.each(cases)('%s', (_, before, after, expected) => expect(told([before], [after])).toEqual(expected));

  const typed = (type: string, typeKey: string): TableFacts => {
    const facts = t(3, `1 a ${type} 3`);
    return { ...facts, columns: facts.columns.map((column) => ({ ...column, typeKey })) };
  };
  it('are none where a type has another name', () =>
    expect(told([typed('app.mood', '77/-1')], [typed('app.state', '77/-1')])).toEqual(['t 3>3']));
  it('are none where a type was made anew under its name', () =>
    expect(told([typed('app.mood', '77/-1')], [typed('app.mood', '88/-1')])).toEqual(['t 3>3']));
});

describe('the effects on partitions', () => {
  it('are told of those that have fewer rows, and of what is between them and their table', () => {
    const between = { ...root(7, 'p7'), root: 8 };
    const before = [root(8, 'r'), between, part(2, 8, 5), part(3, 8, 5), part(4, 8, 5)];
    const [rows] = effectsOf(
      holding(...before),
      holding(root(8, 'r'), between, part(2, 8, 5), part(3, 8, 0)),
    ).rows;
    expect(rows).toMatchObject({ before: 15, after: 5 });
    expect(rows?.fewerIn?.map(({ name }) => name)).toEqual(['p3', 'p4', 'p7']);
    expect(effectsOf(holding(...before), holding(...before)).rows[0]).not.toHaveProperty('fewerIn');
  });

  const r = root(1, 'r', '1 a int 0');
  const a = part(2, 1, 4, '7 a int 4');
  const b = part(3, 1, 6, '1 a int 6');
  const loose = (facts: TableFacts): TableFacts => ({ ...facts, root: null });
  const rows = (facts: TableFacts, count: number): TableFacts => ({
    ...facts,
    rows: count,
    columns: facts.columns.map((column) => ({ ...column, values: count })),
  });
  const without = (facts: TableFacts): TableFacts => ({ ...facts, columns: [] });
  const cases: [title: string, before: TableFacts[], after: TableFacts[], told: string[]][] = [
    ['nothing', [r, a, b], [r, a, b], ['r 10>10']],
    ['rows moved', [r, a, b], [r, rows(a, 0), rows(b, 10)], ['r 10>10']],
    ['rows moved to a new one', [r, a, b], [r, a, rows(b, 0), part(9, 1, 6, '1 a int 6')], ['r 10>10']],
    ['detached', [r, a, b], [r, loose(a), b], ['r 10>10']],
    ['detached and emptied', [r, a, b], [r, loose(rows(a, 0)), b], ['r 10>6']],
    ['all detached, the root dropped', [r, a, b], [loose(a), loose(b)], ['r 10>10']],
    ['one dropped', [r, a, b], [r, b], ['r 10>6']],
    ['all dropped', [r, a, b], [r], ['r 10>0']],
    ['dropped with its root', [r, a, b], [], ['r 10>null', 'dropped r 10 (32768)']],
    ['made anew without partitions', [r, a, b], [root(8, 'r', '1 a int 0')], ['r 10>0']],
    ['attached', [r, b, loose(a)], [r, b, a], ['r 6>6', 'p2 4>4']],
    ['attached, rows of the others gone', [r, b, loose(a)], [r, rows(b, 2), a], ['r 6>2', 'p2 4>4']],
    [
      'a table became a partition of a new one with its name',
      [table(5, 't', 4, '1 a int 4')],
      [
        root(8, 't', '1 a int 0'),
        { ...table(5, 'old', 0, '1 a int 0'), root: 8 },
        part(9, 8, 4, '1 a int 4'),
      ],
      ['t 4>4'],
    ],
    ['a column dropped', [r, a, b], [without(r), without(a), without(b)], ['r 10>10', 'dropped r.a 10']],
    ['a column dropped that only a detached one had values of', [r, a], [without(r), loose(a)], ['r 4>4']],
    [
      'a column dropped that a detached one still has',
      [r, a, b],
      [without(r), loose(a), without(b)],
      ['r 10>10', 'dropped r.a 6'],
    ],
    ['a column renamed', [r, a], [root(1, 'r', '1 z int 0'), part(2, 1, 4, '7 z int 4')], ['r 4>4']],
    [
      'a column renamed and a new partition',
      [r, a],
      [root(1, 'r', '1 z int 0'), part(2, 1, 0, '7 z int 0'), part(9, 1, 4, '1 z int 4')],
      ['r 4>4'],
    ],
    [
      'a column emptied',
      [r, a, b],
      [r, { ...a, columns: rows(a, 1).columns }, b],
      ['r 10>10', 'emptied r.a 3'],
    ],
    [
      'a column retyped',
      [r, a],
      [root(1, 'r', '1 a text 0'), part(2, 1, 4, '7 a text 4')],
      ['r 4>4', 'retyped r.a 4 int text'],
    ],
    [
      'all rewritten',
      [r, a, b],
      [r, { ...a, filenode: 70 }, { ...b, filenode: 71 }],
      ['r 10>10', 'rewritten r 32768'],
    ],
  ];
  it.each(cases)('%s', (_, before, after, expected) => expect(told(before, after)).toEqual(expected));
});

describe('the files', () => {
  const file = (facts: TableFacts, filenode: number): TableFacts => ({ ...facts, filenode });
  const view = (oid: number): TableFacts => ({ ...table(oid, 'v', 0), kind: 'materialized view' });
  const cases: [title: string, before: TableFacts[], after: TableFacts[], told: string[]][] = [
    ['rewritten', [t(3)], [file(t(3), 9)], ['t 3>3', 'rewritten t 16384']],
    ['truncated', [t(3)], [file(t(0), 9)], ['t 3>0']],
    ['of an empty table', [{ ...t(0), fileBytes: 0 }], [file(t(3), 9)], ['t 0>3']],
    ['of a table that was made anew', [t(3)], [table(9, 't', 3)], ['t 3>3']],
    ['of a materialized view that was refreshed', [view(4)], [file(view(4), 9)], ['rewritten v 16384']],
    ['of a materialized view that was dropped', [view(4)], [], []],
  ];
  it.each(cases)('%s', (_, before, after, expected) => expect(told(before, after)).toEqual(expected));
});

describe('what is not valid', () => {
  const index = (oid: number, name: string) => ({
    oid,
    index: { schema: 'app', name },
    table: { schema: 'app', name: 't' },
  });
  const constraint = (oid: number, name: string) => ({
    oid,
    constraint: name,
    tableOid: 1,
    table: { schema: 'app', name: 't' },
  });
  it('is what was not so before', () => {
    const before = {
      ...NOTHING,
      invalidIndexes: [index(5, 'old')],
      notValid: [constraint(7, 'kept'), constraint(8, 'renamed')],
    };
    const after = {
      ...NOTHING,
      invalidIndexes: [index(5, 'old'), index(6, 'new')],
      notValid: [constraint(70, 'kept'), constraint(8, 'other'), constraint(9, 'new')],
    };
    const { invalidIndexes, notValid } = effectsOf(before, after);
    expect(invalidIndexes).toEqual([
      { index: { schema: 'app', name: 'new' }, table: { schema: 'app', name: 't' } },
    ]);
    expect(notValid).toEqual([{ constraint: 'new', table: { schema: 'app', name: 't' } }]);
  });
});

it('names tables by OID, and the roles that are new', () => {
  expect([...namesOf(holding(t(3)))]).toEqual([[1, { schema: 'app', name: 't' }]]);
  expect(newRoles({ ...NOTHING, roles: ['a', 'b'] }, { ...NOTHING, roles: ['b', 'c'] })).toEqual(['c']);
});

it('counts large objects where there are any', () => {
  const rows = (before: number, after: number) =>
    effectsOf({ ...NOTHING, largeObjects: before }, { ...NOTHING, largeObjects: after }).rows;
  expect(rows(3, 2)).toEqual([
    { table: { schema: 'pg_catalog', name: 'pg_largeobject_metadata' }, before: 3, after: 2 },
  ]);
  expect(rows(0, 2)).toEqual([]);
});

it('loses everything with the database', () => {
  expect(told([t(3), table(2, 'u', 4)], [])).toEqual([
    't 3>null',
    'u 4>null',
    'dropped t 3 (16384)',
    'dropped u 4 (16384)',
  ]);
});
