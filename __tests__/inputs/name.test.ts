import { describe, expect, it } from '@jest/globals';
import { familyName } from '../../src/inputs/name.js';

describe('familyName', () => {
  it.each([
    ['{database}', 'shop', 'shop'],
    ['prod-{database}', 'shop', 'prod-shop'],
    ['{database}.{database}', 'a', 'a.a'],
    ['nightly', 'shop', 'nightly'],
    ['{database}', 'a'.repeat(64), 'a'.repeat(64)],
    // printf 'my shop' | sha256sum | cut -c 1-6
    ['{database}', 'my shop', 'my-shop-21e023'],
  ])('%j for %j is %j', (template, database, name) => {
    expect(familyName(template, database)).toBe(name);
  });

  it('takes what a database name holds literally', () => {
    expect(familyName('{database}', '$&')).toMatch(/^db-[0-9a-f]{6}$/);
    expect(familyName('x{database}', '{database}')).toMatch(/^x-database--[0-9a-f]{6}$/);
  });

  it('keeps names that differ only in what is replaced or cut apart', () => {
    const names = [
      'a b',
      'a-b',
      'a/b',
      'a\nb',
      `${'a'.repeat(64)}1`,
      `${'a'.repeat(64)}2`,
      '-a',
      '_a',
      'a',
      '日',
      '本',
    ];
    expect(new Set(names.map((name) => familyName('{database}', name))).size).toBe(names.length);
  });

  it('always gives a name that every store takes', () => {
    // A fixed linear congruential generator: the same thousand names on every run.
    let state = 42;
    const next = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const alphabet = [
      ...'abcXYZ019._-',
      ' ',
      '/',
      '\\',
      '"',
      "'",
      '$',
      ';',
      '\n',
      '\0',
      'é',
      '日',
      '😀',
      '\ud800',
    ];
    for (let round = 0; round < 1000; round += 1) {
      const database = Array.from({ length: next(80) }, () => alphabet[next(alphabet.length)]).join('');
      const name = familyName('{database}', database);
      expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
      expect(familyName(name, '')).toBe(name);
    }
  });
});
