import { describe, expect, it } from '@jest/globals';
import { columnsOf, cutTo, printable, printableLine, wrap } from '../../src/base/text.js';

describe('printable', () => {
  it.each([
    ['plain é 日 😀', 'plain é 日 😀'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['a\rb', 'a\\x0db'],
    ['a\0b\u007f\u009b', 'a\\x00b\\x7f\\x9b'],
    ['a\u202eb\u2028', 'a\\u202eb\\u2028'],
    ['two\nlines\tand', 'two\nlines\tand'],
  ])('%j -> %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('keeps a line one line', () => {
    expect(printableLine('a\nb\tc')).toBe('a\\nb c');
  });
});

describe('columnsOf', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['😀', 2],
    ['한글', 4],
    ['ｶﾅ', 2],
  ])('%j takes %d', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });
});

describe('cutTo', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('%j to %d is %j', (text, columns, expected) => {
    expect(cutTo(text, columns)).toBe(expected);
  });
});

describe('wrap', () => {
  it('breaks at spaces and keeps long words whole', () => {
    expect(wrap('one two  three extraordinarily four', 9)).toEqual([
      'one two',
      'three',
      'extraordinarily',
      'four',
    ]);
    expect(wrap('', 9)).toEqual([]);
  });
});
