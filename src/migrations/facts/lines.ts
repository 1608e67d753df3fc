const CONTEXT = 3;
/** Texts that differ in more lines than this are shown as replaced: the search takes the square of it. */
const MOST_EDITS = 1000;

type Edit = readonly ['+' | '-' | ' ', string];
type Same = (a: string, b: string) => boolean;

/**
 * The lines that were taken out and put in, each after `-` or `+`, with three lines around each change after a blank.
 * Changes that are further apart have a line `  ...` between them. Empty where nothing differs.
 * @param same whether two lines count as the same
 */
export function diffLines(
  before: readonly string[],
  after: readonly string[],
  same: Same = (a, b) => a === b,
): string[] {
  const edits = editsOf(before, after, same);
  const near = new Set<number>();
  edits.forEach(([sign], at) => {
    if (sign !== ' ') for (let i = at - CONTEXT; i <= at + CONTEXT; i += 1) near.add(i);
  });
  const shown = edits.flatMap((edit, at) => (near.has(at) ? [{ edit, at }] : []));
  return shown.flatMap(({ edit: [sign, line], at }, index) => {
    const gap = index > 0 && shown[index - 1]?.at !== at - 1;
    return gap ? ['  ...', sign + line] : [sign + line];
  });
}

function editsOf(before: readonly string[], after: readonly string[], same: Same): Edit[] {
  const shorter = Math.min(before.length, after.length);
  const sameAt = (i: number, j: number): boolean => same(before.at(i) ?? '', after.at(j) ?? '');
  let start = 0;
  while (start < shorter && sameAt(start, start)) start += 1;
  let end = 0;
  while (end < shorter - start && sameAt(-end - 1, -end - 1)) end += 1;
  const kept = (line: string): Edit => [' ', line];
  return [
    ...after.slice(0, start).map(kept),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end), same),
    ...after.slice(after.length - end).map(kept),
  ];
}

/** How far into the first text a diagonal gets, and the edits that lead there, the last one first. */
interface Reached {
  x: number;
  edits: { edit: Edit; before: Reached['edits'] } | undefined;
}

/** The shortest script between the two, by Myers (An O(ND) Difference Algorithm, 1986). */
function middle(a: readonly string[], b: readonly string[], same: Same): Edit[] {
  const diagonals = new Map<number, Reached>([[1, { x: 0, edits: undefined }]]);
  for (let count = 0; count <= MOST_EDITS; count += 1) {
    for (let k = -count; k <= count; k += 2) {
      const reached = next(a, b, diagonals, k);
      for (; isSame(a, b, reached.x, k, same); reached.x += 1)
        reached.edits = { edit: [' ', b[reached.x - k] ?? ''], before: reached.edits };
      if (reached.x >= a.length && reached.x - k >= b.length) return script(reached);
      diagonals.set(k, reached);
    }
  }
  return [...a.map((line): Edit => ['-', line]), ...b.map((line): Edit => ['+', line])];
}

/** One edit from whichever neighbour is further. */
function next(
  a: readonly string[],
  b: readonly string[],
  diagonals: ReadonlyMap<number, Reached>,
  k: number,
): Reached {
  const above = diagonals.get(k + 1);
  const left = diagonals.get(k - 1);
  if (left === undefined || (above !== undefined && left.x < above.x)) {
    const { x, edits } = above ?? { x: 0, edits: undefined };
    const line = b[x - k - 1];
    return { x, edits: line === undefined ? edits : { edit: ['+', line], before: edits } };
  }
  const line = a[left.x];
  return {
    x: left.x + 1,
    edits: line === undefined ? left.edits : { edit: ['-', line], before: left.edits },
  };
}

function isSame(a: readonly string[], b: readonly string[], x: number, k: number, same: Same): boolean {
  const [one, other] = [a[x], b[x - k]];
  return one !== undefined && other !== undefined && same(one, other);
}

function script({ edits }: Reached): Edit[] {
  const list: Edit[] = [];
  for (let at = edits; at !== undefined; at = at.before) list.push(at.edit);
  return list.reverse();
}
