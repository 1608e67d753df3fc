import { describe, expect, it } from '@jest/globals';
import { compare, parseContents } from '../../demo/compare.mjs';
import { recoveryCommands } from '../../demo/recovery.mjs';

describe('the demo', () => {
  it('takes the commands of a RECOVERY.md, section by section', () => {
    const text =
      '# Restore\n\nText `x`.\n\n## 1. Fetch\n\n```sh\na b\n```\n\n## 2. Restore\n\n```sh\n# why\nDB=x\nc "$DB"\n```\n';
    expect(recoveryCommands(text)).toEqual([
      { title: 'Fetch', commands: ['a b'] },
      { title: 'Restore', commands: ['# why', 'DB=x', 'c "$DB"'] },
    ]);
  });

  const source = parseContents('shop.orders|2|aa\nshop.items|3|bb\n');

  it('sees that two databases are equal', () => {
    expect(compare(source, new Map(source)).map(({ same }) => same)).toEqual([true, true]);
  });

  it.each([
    ['another number of rows', 'shop.orders|1|aa\nshop.items|3|bb\n'],
    ['another content', 'shop.orders|2|ab\nshop.items|3|bb\n'],
    ['a table that is missing', 'shop.items|3|bb\n'],
    ['a table too many', 'shop.orders|2|aa\nshop.items|3|bb\nshop.more|0|\n'],
  ])('sees %s', (_what, text) => {
    expect(compare(source, parseContents(text)).filter(({ same }) => !same)).toHaveLength(1);
  });
});
