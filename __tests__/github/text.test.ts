import { describe, expect, it } from '@jest/globals';
import { ANNOTATION_LENGTH, annotationText, logText, programLine } from '../../src/github/text.js';

/** As the runner decides it (actions/runner, ActionCommand.cs): the new form first, then the old one. */
const isCommand = (line: string): boolean => line.trimStart().startsWith('::') || line.includes('##[');

const HOSTILE = [
  '::set-output name=x::y',
  '  \t::add-mask::a',
  '::error::no',
  '##[error]no',
  'text ##[add-mask]x',
  '###[command]x',
  '##[##[group]x',
  '\u0085::error::no',
  'a\r::error::no',
  'a\n::error::no',
  '\u00a0::error::no',
  '\ufeff::error::no',
];

describe.each(HOSTILE)('%j', (line) => {
  it('is no command behind a program, nor in our own text', () => {
    for (const text of [programLine('pg_dump', line), logText(line), logText(`fine\n${line}`)]) {
      expect(text.split(/\r\n|\r|\n/).filter(isCommand)).toEqual([]);
    }
  });

  it('is one line behind a program', () => {
    expect(programLine('pg_dump', line)).toMatch(/^pg_dump: [^\r\n]+$/);
  });
});

it('leaves harmless text as it is', () => {
  expect(logText('select a::text ## [x]\n  indented')).toBe('select a::text ## [x]\n  indented');
  expect(programLine('psql', 'NOTICE:  a::text')).toBe('psql: NOTICE:  a::text');
});

it('cuts an annotation to what the runner keeps', () => {
  expect(annotationText('short')).toBe('short');
  const exact = 'x'.repeat(ANNOTATION_LENGTH);
  expect(annotationText(exact)).toBe(exact);
  expect(annotationText(`${exact}y`)).toBe(`${'x'.repeat(ANNOTATION_LENGTH - 1)}…`);
});
