import { columnsOf, cutTo, printableLine } from './text.js';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** May be cut when the terminal is too narrow; the others never are. */
  shrinks?: true;
}

const GAP = '  ';
const NARROWEST = 8;

function padded(text: string, width: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(width - columnsOf(text), 0));
  return align === 'right' ? space + text : text + space;
}

/** Takes what is too much from the widest columns that may shrink, one column of text at a time. */
function fit(widths: readonly number[], columns: readonly Column[], available: number): number[] {
  const fitted = [...widths];
  let excess = fitted.reduce((sum, width) => sum + width, 0) + GAP.length * (fitted.length - 1) - available;
  while (excess > 0) {
    const widest = Math.max(...fitted.filter((_, index) => columns[index]?.shrinks === true), 0);
    if (widest <= NARROWEST) break;
    fitted[fitted.findIndex((width, index) => columns[index]?.shrinks === true && width === widest)] =
      widest - 1;
    excess -= 1;
  }
  return fitted;
}

/**
 * Text columns under their titles. Cells may hold anything: control characters are made visible.
 * @param width the terminal's; without it nothing is cut.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printableLine))];
  const natural = columns.map((_, index) => Math.max(...cells.map((row) => columnsOf(row[index] ?? ''))));
  const widths = width === undefined ? natural : fit(natural, columns, width);
  return cells
    .map((row) =>
      columns
        .map(({ align }, index) =>
          padded(cutTo(row[index] ?? '', widths[index] ?? 0), widths[index] ?? 0, align),
        )
        .join(GAP)
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
