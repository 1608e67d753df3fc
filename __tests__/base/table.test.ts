import { describe, expect, it } from '@jest/globals';
import { columnsOf } from '../../src/base/text.js';
import { renderTable, type Column } from '../../src/base/table.js';

const COLUMNS: Column[] = [
  { title: 'ID' },
  { title: 'LABEL', shrinks: true },
  { title: 'SIZE', align: 'right' },
];

describe('renderTable', () => {
  it('aligns by what a terminal shows', () => {
    expect(
      renderTable(COLUMNS, [
        ['a', 'daily', '1.5 MiB'],
        ['bcd', '日本', '20 B'],
      ]),
    ).toBe(['ID   LABEL     SIZE', 'a    daily  1.5 MiB', 'bcd  日本      20 B', ''].join('\n'));
  });

  it('has a heading even without rows', () => {
    expect(renderTable(COLUMNS, [])).toBe('ID  LABEL  SIZE\n');
  });

  it('lets no control character through', () => {
    const text = renderTable(COLUMNS, [['\u001b[2Ja', 'x\ny\r', '\u0007']]);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
    expect(text.split('\n')).toHaveLength(3);
  });

  it('cuts only what may shrink, down to the width', () => {
    const rows = [['20261120T020000Z-k3fd', 'a label that is much too long for this', '120 MiB']];
    const lines = renderTable(COLUMNS, rows, 50).trimEnd().split('\n');
    expect(lines.map(columnsOf)).toEqual([50, 50]);
    expect(lines[1]).toMatch(/^20261120T020000Z-k3fd {2}a label .*… {2}120 MiB$/);
  });

  it('would rather be too wide than unreadable', () => {
    const [, row] = renderTable(
      COLUMNS,
      [['20261120T020000Z-k3fd', 'a label that is long', '120 MiB']],
      10,
    ).split('\n');
    expect(row).toBe('20261120T020000Z-k3fd  a label…  120 MiB');
  });
});
