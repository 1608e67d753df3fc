import { describe, expect, it } from '@jest/globals';
import type { SequenceFingerprint, TableFingerprint } from '../../src/backup/fingerprint/types.js';
import type { Manifest } from '../../src/backup/manifest.js';
import { compareCollation } from '../../src/verify/compare/collation.js';
import { judgeDefinitions } from '../../src/verify/compare/definitions.js';
import { DefinitionEntries, diffEntries, type DefinitionEntry } from '../../src/verify/compare/entries.js';
import { judgeSequence } from '../../src/verify/compare/judge-sequence.js';
import { judgeTable } from '../../src/verify/compare/judge-table.js';
import { compareContents, judgeKinds } from '../../src/verify/compare/kinds.js';

import { problems } from '../support/compare-rig.js';

describe('a sequence', () => {
  const big = '9223372036854775807';
  type Bounds = Pick<SequenceFingerprint, 'before' | 'after' | 'first'>;
  const cases: [string, Bounds, string | null | undefined, string, boolean, string][] = [
    ['at rest', { before: '5', after: '5' }, '5', '1', false, 'equal'],
    ['at rest, moved', { before: '5', after: '5' }, '6', '1', false, 'different'],
    ['at rest, reset', { before: '5', after: '5' }, null, '1', false, 'different'],
    ['at rest, cycling', { before: '5', after: '5' }, '6', '1', true, 'different'],
    ['never used', { before: null, after: null }, null, '1', false, 'equal'],
    ['never used, moved', { before: null, after: null }, '1', '1', false, 'different'],
    ['used, at its lower bound', { before: '5', after: '9' }, '5', '1', false, 'equal'],
    ['used, at its upper bound', { before: '5', after: '9' }, '9', '1', false, 'equal'],
    ['used, before', { before: '5', after: '9' }, '4', '1', false, 'different'],
    ['used, beyond', { before: '5', after: '9' }, '10', '1', false, 'different'],
    ['used, and unused here', { before: '5', after: '9' }, null, '1', false, 'different'],
    ['first used', { before: null, after: '9' }, null, '1', false, 'equal'],
    ['first used, between', { before: null, after: '9' }, '3', '1', false, 'equal'],
    ['first used, beyond', { before: null, after: '9' }, '10', '1', false, 'different'],
    ['counting down', { before: '-5', after: '-9' }, '-7', '-1', false, 'equal'],
    ['counting down, beyond', { before: '-5', after: '-9' }, '-10', '-1', false, 'different'],
    ['counting down, before', { before: '-5', after: '-9' }, '-4', '-1', false, 'different'],
    ['as large as it gets', { before: '9223372036854775806', after: big }, big, '1', false, 'equal'],
    ['nearly so', { before: big, after: big }, '9223372036854775806', '1', false, 'different'],
    ['cycling, after it turned', { before: '9', after: '3' }, '1', '1', true, 'equal'],
    ['cycling, at its upper bound', { before: '9', after: '3' }, '3', '1', true, 'equal'],
    ['cycling, before it turned', { before: '9', after: '3' }, '10', '1', true, 'equal'],
    ['cycling, in neither', { before: '9', after: '3' }, '5', '1', true, 'not measured'],
    ['cycling, and unused here', { before: '9', after: '3' }, null, '1', true, 'different'],
    ['cycling, did not turn', { before: '3', after: '9' }, '5', '1', true, 'equal'],
    ['cycling, turned more than once', { before: '3', after: '9' }, '1', '1', true, 'not measured'],
    ['cycling down', { before: '-9', after: '-1' }, '-10', '-1', true, 'equal'],
    ['cycling down, in neither', { before: '-9', after: '-1' }, '-5', '-1', true, 'not measured'],
    ['set back', { before: '9', after: '1' }, '9', '1', false, 'not measured'],
    ['made unused again', { before: '9', after: null }, '9', '1', false, 'not measured'],
    ['not read again', { before: '5' }, '7', '1', false, 'equal'],
    ['not read again, and earlier', { before: '5' }, '4', '1', false, 'different'],
    ['not read again, and unused', { before: '5' }, null, '1', false, 'different'],
    ['not read again, never used', { before: null }, '7', '1', false, 'equal'],
    ['missing', { before: '5', after: '9' }, undefined, '1', false, 'different'],
  ];
  it.each(cases)('%s', (_, bounds, value, increment, cycle, verdict) => {
    const expected = { schema: 's', name: 'q', ...bounds };
    const found = value === undefined ? undefined : { schema: 's', name: 'q', value, increment, cycle };
    expect(judgeSequence(expected, found)).toMatchObject({ kind: 'sequence', name: 's.q', verdict });
  });

  const starts: [string, Bounds, { value: string | null; first?: string }, string][] = [
    [
      'as it was set',
      { before: null, after: null, first: { before: '99', after: '99' } },
      { value: null, first: '99' },
      'equal',
    ],
    [
      'elsewhere',
      { before: null, after: null, first: { before: '99', after: '99' } },
      { value: null, first: '1' },
      'different',
    ],
    [
      'used',
      { before: null, after: null, first: { before: '99', after: '99' } },
      { value: '99' },
      'different',
    ],
    ['of the first fingerprints', { before: null, after: null }, { value: null, first: '99' }, 'equal'],
    ['first used', { before: null, after: '101', first: { before: '99' } }, { value: '99' }, 'equal'],
    [
      'first used, unused here',
      { before: null, after: '101', first: { before: '99' } },
      { value: null, first: '99' },
      'equal',
    ],
    [
      'first used, unused here, elsewhere',
      { before: null, after: '101', first: { before: '99' } },
      { value: null, first: '1' },
      'different',
    ],
    [
      'first used, before that',
      { before: null, after: '101', first: { before: '99' } },
      { value: '98' },
      'different',
    ],
    [
      'set anew',
      { before: null, after: null, first: { before: '99', after: '7' } },
      { value: null, first: '1' },
      'not measured',
    ],
    ['not read again', { before: null, first: { before: '99' } }, { value: null, first: '1' }, 'different'],
    [
      'used, and gives its last value again',
      { before: '5', after: '5' },
      { value: null, first: '5' },
      'different',
    ],
  ];
  it.each(starts)('that begins %s', (_, bounds, state, verdict) => {
    const found = { schema: 's', name: 'q', increment: '1', cycle: false, ...state };
    expect(judgeSequence({ schema: 's', name: 'q', ...bounds }, found)).toMatchObject({ verdict });
  });

  it('says what it should be', () => {
    const found = { schema: 's', name: 'q', value: '12', increment: '1', cycle: false };
    const text = (bounds: Bounds): string[] =>
      problems([judgeSequence({ schema: 's', name: 'q', ...bounds }, found)]);
    expect(text({ before: '5', after: '9' })).toEqual(['sequence s.q: 5 to 9 / 12']);
    expect(text({ before: '13' })).toEqual(['sequence s.q: 13 or later / 12']);
    expect(text({ before: null, after: null })).toEqual(['sequence s.q: never used / 12']);
    const first = { before: '99', after: '99' };
    expect(text({ before: null, after: null, first })).toEqual([
      'sequence s.q: not used yet, begins at 99 / 12',
    ]);
  });
});

describe('a table', () => {
  const content = { algorithm: 'md5', high: '1', low: '2' } as const;
  const table: TableFingerprint = { schema: 's', name: 't', rows: 1, content };
  const generated = (high: string) => ({ ...content, generated: { high, low: '4' } });

  it('has rows, their content, and apart from that what is generated', () => {
    const verdicts = (found: Partial<TableFingerprint>, expected = table): string[] =>
      problems(judgeTable(expected, { ...table, ...found }));
    expect(verdicts({})).toEqual([]);
    expect(verdicts({ rows: 2 })).toEqual(['table s.t: 1 row / 2 rows']);
    expect(verdicts({ content: { ...content, low: '3' } })).toEqual([
      'table s.t: 1 row as they were / 1 row, not all of them as they were',
    ]);
    const computed = { ...table, content: generated('3') };
    expect(verdicts({ content: generated('3') }, computed)).toEqual([]);
    expect(verdicts({ content: generated('9') }, computed)).toEqual([
      'generated columns s.t: the values of the source / other values (minor)',
    ]);
    expect(verdicts({ content }, computed)).toHaveLength(1);
  });
});

describe('kinds of objects', () => {
  it('are compared both ways, and fewer may be excused', () => {
    const expected = { table: 3, view: 1 };
    expect(problems(judgeKinds({ objects: expected }, { table: 3, view: 1 }))).toEqual([]);
    expect(problems(judgeKinds({ objects: expected }, { table: 2, policy: 1, view: 1 }))).toEqual([
      'object kind policy: 0 / 1',
      'object kind table: 3 / 2',
    ]);
    expect(problems(judgeKinds({ objects: expected }, { table: 2, view: 2 }, { table: 1, view: 1 }))).toEqual(
      ['object kind table: not measured', 'object kind view: 1 / 2'],
    );
    // Only as many as were left out.
    expect(problems(judgeKinds({ objects: expected }, { table: 1, view: 1 }, { table: 1 }))).toEqual([
      'object kind table: 3 / 1',
    ]);
  });

  it('that only one of two versions counts are not measured', () => {
    const known = ['table', 'view', 'new'];
    const found = { table: 3, new: 2 };
    const judge = (kinds: string[] | undefined, objects: Record<string, number>): string[] =>
      problems(judgeKinds({ objects, ...(kinds === undefined ? {} : { kinds }) }, found, undefined, known));
    expect(judge(['table', 'view'], { table: 3 })).toEqual(['object kind new: not measured']);
    expect(judge(undefined, { table: 3 })).toEqual(['object kind new: not measured']);
    expect(judge([...known, 'newer'], { table: 3, new: 2, newer: 7 })).toEqual([
      'object kind newer: not measured',
    ]);
    // None then is no reason to pass over one now.
    expect(judge(known, { table: 3 })).toEqual(['object kind new: 0 / 2']);
    expect(judge(undefined, { table: 3, view: 1 })).toEqual([
      'object kind new: not measured',
      'object kind view: 1 / 0',
    ]);
    const toc = [{ dumpId: 1, catalogId: 1259, oid: 1, text: 'VIEW s v me' }];
    expect(problems(compareContents({ objects: {}, kinds: ['table'] }, toc))).toEqual([]);
    expect(problems(compareContents({ objects: {}, kinds: ['view'] }, toc))).toHaveLength(1);
  });

  it('are in the table of contents too', () => {
    const entry = (catalogId: number, text: string) => ({ dumpId: 1, catalogId, oid: 1, text });
    const toc = [
      entry(1259, 'TABLE app orders postgres'),
      entry(0, 'TABLE DATA app orders postgres'),
      entry(0, 'TABLE ATTACH app orders postgres'),
      entry(2615, 'SCHEMA - app postgres'),
      entry(2615, 'SCHEMA - public postgres'),
      entry(2618, 'RULE app v _RETURN postgres'),
      entry(2606, 'FK CONSTRAINT app orders fk postgres'),
    ];
    const objects = { table: 1, schema: 1, 'foreign key': 1, enum: 7 };
    expect(problems(compareContents({ objects }, toc))).toEqual([]);
    expect(problems(compareContents({ objects: { ...objects, view: 1, table: 2 } }, toc))).toEqual([
      'object kind table, in the table of contents: 2 / 1',
      'object kind view, in the table of contents: 1 / 0',
    ]);
  });
});

describe('collation', () => {
  const server: Manifest['server'] = {
    version: '17.1',
    encoding: 'UTF8',
    collate: 'en_US.UTF-8',
    ctype: 'en_US.UTF-8',
    localeProvider: 'icu',
    locale: 'en-US',
    icuRules: null,
    collationVersion: '153.120',
  };
  const collation = {
    provider: 'icu',
    collate: 'en_US.utf8',
    ctype: 'en_US.UTF-8',
    locale: 'en-US',
    icuRules: null,
    version: '153.120',
  };
  const cases: [string, object, string[]][] = [
    ['the same, by another name', {}, []],
    ['another provider', { provider: 'libc' }, ['collation provider: icu / libc']],
    ['another locale', { locale: 'de' }, ['collation locale: en-US / de']],
    ['no locale', { locale: null }, ['collation locale: en-US / none']],
    ['another collation', { collate: 'C' }, ['collation collate: en_US.UTF-8 / C']],
    ['other character classes', { ctype: 'C' }, ['collation ctype: en_US.UTF-8 / C']],
    ['rules', { icuRules: '&a<b' }, ['collation ICU rules: none / &a<b']],
    ['another version', { version: '1' }, ['collation version: 153.120 / 1 (minor)']],
    ['no version', { version: null }, []],
  ];
  it.each(cases)('%s', (_, changes, expected) => {
    const found = { encoding: 'UTF8', collation: { ...collation, ...changes } };
    expect(problems(compareCollation(server, found))).toEqual(expected);
  });

  it('is not measured where the server cannot have it, but the encoding is', () => {
    const found = { encoding: 'LATIN1', collation: { ...collation, provider: 'libc' } };
    const findings = compareCollation(server, found, ['No ICU here.']);
    expect(problems(findings)).toEqual([
      'collation encoding: UTF8 / LATIN1',
      'collation locale: not measured',
    ]);
    expect(findings[1]?.why).toBe('No ICU here.');
  });
});

describe('definitions', () => {
  const entries = (...lines: string[]): readonly DefinitionEntry[] => {
    const reader = new DefinitionEntries();
    for (const line of lines) reader.line(line);
    return reader.end();
  };
  const header = (type: string, name: string): string[] => [
    '--',
    `-- Name: ${name}; Type: ${type}; Schema: public; Owner: me`,
    '--',
    '',
  ];
  const prelude = ['--', '-- PostgreSQL database dump', '--', '', '\\restrict abc', '', 'SET x = 1;', ''];
  const table = [...header('TABLE', 't'), 'CREATE TABLE public.t ();', '', ''];
  const view = [...header('VIEW', 'v'), 'CREATE VIEW public.v AS', '', ' SELECT 1;', '', ''];
  const complete = ['--', '-- PostgreSQL database dump complete', '--', '', '\\unrestrict abc', ''];
  const heap = ["SET default_tablespace = '';", '', 'SET default_table_access_method = heap;', ''];
  const whole = entries(...prelude, ...heap, ...table, ...view, ...complete);
  const text = (found: readonly DefinitionEntry[]): string[] =>
    problems(judgeDefinitions(diffEntries(whole, found)));

  it('are the same in another order, and whatever key the dump has', () => {
    expect(whole.map(({ type, name }) => `${type} ${name}`)).toEqual(['TABLE t', 'VIEW v']);
    expect(text(entries(...prelude, ...view, ...heap, ...table, ...complete))).toEqual([]);
  });

  it('that are missing, more or others are named', () => {
    expect(text(entries(...heap, ...table))).toEqual(['object view public.v: present / missing']);
    expect(text(entries(...heap, ...table, ...view, ...header('INDEX', 'i')))).toEqual([
      'object index public.i: missing / present',
    ]);
    const other = view.map((line) => line.replace('SELECT 1', 'SELECT 2'));
    expect(text(entries(...heap, ...table, ...other))).toEqual([
      'object view public.v: the definition of the backup / another definition',
    ]);
    const blank = view.filter((line, index) => line !== '' || index !== 5);
    expect(text(entries(...heap, ...table, ...blank))).toHaveLength(1);
  });

  it('differ by the access method that was set before, and by the owner', () => {
    expect(
      text(entries('SET default_table_access_method = other;', ...heap.slice(0, 1), ...table, ...view)),
    ).toEqual(['object table public.t: the definition of the backup / another definition']);
    const owned = table.map((line) => line.replace('Owner: me', 'Owner: you'));
    expect(text(entries(...heap, ...owned, ...view))).toHaveLength(1);
  });

  it('of one name are told apart', () => {
    const cast = (body: string): string[] => [...header('CAST', 'CAST (a AS b)'), body];
    const difference = (a: string[], b: string[]): string[] =>
      diffEntries(entries(...a), entries(...b)).map(({ how }) => how);
    expect(difference([...cast('1'), ...cast('2')], [...cast('2'), ...cast('1')])).toEqual([]);
    expect(difference([...cast('1'), ...cast('2')], cast('2'))).toEqual(['missing']);
    expect(difference(cast('1'), [...cast('2'), ...cast('1')])).toEqual(['added']);
    expect(difference([...cast('1'), ...cast('2')], [...cast('2'), ...cast('3')])).toEqual(['changed']);
  });

  it('are counted when there are many', () => {
    const many = entries(...Array.from({ length: 23 }, (_, index) => header('VIEW', `v${index}`)).flat());
    const found = problems(judgeDefinitions(diffEntries(many, [])));
    expect(found).toHaveLength(21);
    expect(found.at(-1)).toBe(
      'definitions of the restored database: those of the backup / 3 more differences',
    );
  });
});
