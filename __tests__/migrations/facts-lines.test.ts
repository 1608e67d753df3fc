import { describe, expect, it } from '@jest/globals';
import { diffLines } from '../../src/migrations/facts/lines.js';

const of = (text: string): string[] => text.split('');

describe('the lines that differ', () => {
  const cases: [title: string, before: string, after: string, diff: string][] = [
    ['nothing', 'abc', 'abc', ''],
    ['nothing in either', '', '', ''],
    ['all is new', '', 'ab', '+a+b'],
    ['all is gone', 'ab', '', '-a-b'],
    ['a line more at the end', 'ab', 'abc', ' a b+c'],
    ['a line more at the start', 'bc', 'abc', '+a b c'],
    ['a line less', 'abc', 'ac', ' a-b c'],
    ['a line otherwise', 'abc', 'axc', ' a-b+x c'],
    ['three lines around a change', 'abcdeXfghij', 'abcdeYfghij', ' c d e-X+Y f g h'],
    ['changes that are near each other', 'XabcdefY', 'ZabcdefW', '-X+Z a b c d e f-Y+W'],
    ['changes that are not', 'XabcdefgY', 'ZabcdefgW', '-X+Z a b c  ... e f g-Y+W'],
    ['a line that moved', 'abc', 'bca', '-a b c+a'],
    ['a line that is doubled', 'aab', 'aaab', ' a a+a b'],
    ['as few as can be', 'abcabba', 'cbabac', '-a-b c+b a b-b a+c'],
  ];
  it.each(cases)('%s', (_, before, after, diff) => {
    expect(diffLines(of(before), of(after)).join('')).toBe(diff);
  });

  it('make the one text of the other, whatever they are', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    for (let round = 0; round < 300; round += 1) {
      // With three lines of context and at most ten lines nothing is left out but what is the same at both ends.
      const text = (): string[] => Array.from({ length: random(8) }, () => 'abc'[random(3)] ?? '');
      const [before, after] = [text(), text()];
      const diff = diffLines(before, after).filter((line) => line !== '  ...');
      const kept = (sign: string): string =>
        diff
          .filter((line) => line[0] === sign || line[0] === ' ')
          .map((line) => line.slice(1))
          .join('');
      expect(before.join('')).toContain(kept('-'));
      expect(after.join('')).toContain(kept('+'));
      const rest = (text: string[], part: string): number => text.length - part.length;
      expect(rest(before, kept('-'))).toBe(rest(after, kept('+')));
      expect(diff.length === 0).toBe(before.join() === after.join());
    }
  });

  it('of long texts that have nothing in common are all of them', () => {
    const lines = (prefix: string): string[] => Array.from({ length: 3000 }, (_, n) => `${prefix}${n}`);
    const diff = diffLines(lines('a'), lines('b'));
    expect(diff).toHaveLength(6000);
    expect(diff.slice(0, 3000).every((line) => line.startsWith('-a'))).toBe(true);
    expect(diff.slice(3000).every((line) => line.startsWith('+b'))).toBe(true);
  });
});
