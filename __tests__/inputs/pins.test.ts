import { describe, expect, it } from '@jest/globals';
import { pinned, pinsIn } from '../../src/inputs/pins.js';

const [a, b] = ['a', 'b'].map((digit) => digit.repeat(40)) as [string, string];

describe('pins of actions', () => {
  const pins = pinsIn([
    `- uses: actions/checkout@${a} # v7.0.1\n- uses: o/r/path@${b} # v1.2.3`,
    'uses: x/y@v1',
  ]);

  it('are read from the workflows that have them', () => {
    expect([...pins]).toEqual([
      ['actions/checkout', `${a} # v7.0.1`],
      ['o/r/path', `${b} # v1.2.3`],
    ]);
  });

  it('are put where one is missing or out of date, and nowhere else', () => {
    const text = `uses: actions/checkout@PIN\nuses: o/r/path@${a} # v1.0.0\nuses: other/one@${a} # v2.0.0\nuses: x/y@v1`;
    expect(pinned(text, pins)).toBe(
      `uses: actions/checkout@${a} # v7.0.1\nuses: o/r/path@${b} # v1.2.3\nuses: other/one@${a} # v2.0.0\nuses: x/y@v1`,
    );
  });

  it('are never guessed', () => {
    expect(() => pinned('uses: new/one@PIN', pins)).toThrow('new/one is pinned nowhere');
    expect(() => pinsIn([`o/r@${a} # v1.0.0`, `o/r@${b} # v1.0.1`])).toThrow('o/r is pinned twice');
  });
});
