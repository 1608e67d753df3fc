import { describe, expect, it } from '@jest/globals';
import { hidden, Mask } from '../../src/base/mask.js';

describe('hidden', () => {
  it.each<[string, string[]]>([
    ['s3cr3t', ['s3cr3t']],
    ['abc', []],
    ['', []],
    ['postgres', []],
    ['Password', []],
    ['  padded  ', ['padded']],
    ['line one\r\nline two\n}\n', ['line one', 'line two']],
    ['same\nsame', ['same']],
  ])('of %j is %j', (secret, expected) => {
    expect(hidden(secret)).toEqual(expected);
  });
});

describe('Mask', () => {
  it('hides every occurrence, the longest secret first', () => {
    const mask = new Mask();
    mask.add('hunter');
    mask.add('hunter2-and-more');
    expect(mask.apply('hunter2-and-more, hunter2, hunter')).toBe('***, ***2, ***');
  });

  it('takes a secret literally', () => {
    const mask = new Mask();
    mask.add('a.c$&d');
    expect(mask.apply('a.c$&d abc$&d')).toBe('*** abc$&d');
  });

  it('leaves text alone that holds none', () => {
    const mask = new Mask();
    mask.add('postgres');
    expect(mask.apply('database "postgres"')).toBe('database "postgres"');
  });
});
