import { formatBytes, formatCount, plural } from '../../base/units.js';
import { nameOf, wordOf } from '../names.js';
import type { Effects, Fact, LostValues, Statement } from '../types.js';
import { factOf } from './fact.js';
import type { Policy } from './policy.js';

interface Loss {
  message: string;
  /** The kind of statement that takes such data away. */
  by: RegExp;
  /** The names in it: all of one of these lists. */
  naming: string[][];
  /** The data is there, and may be what it was. */
  converted?: true;
}

const DROPS = /\bDROP\b/i;
const TAKES_ROWS = /\b(DELETE|TRUNCATE|MERGE|DETACH|DROP\s+(TABLE|SCHEMA|OWNED|EXTENSION))\b/i;
const TAKES_VALUES = /\b(UPDATE|MERGE)\b/i;
const CONVERTS = /\bTYPE\b/i;

/** Data that is gone, each with the statement that most likely took it away. */
export function ofLosses(
  effects: Effects | null,
  statements: readonly Statement[],
  { failOn }: Policy,
): Fact[] {
  if (effects === null) return [];
  const { dropped, rows, lost } = effects;
  const changed = lost.filter(({ values }) => values > 0);
  const losses = [
    ...dropped.flatMap(ofTable),
    ...rows.flatMap(ofRows),
    ...changed.filter(({ how }) => how !== 'retyped').map(ofColumn),
    ...changed.filter(({ how }) => how === 'retyped').map(ofColumn),
  ];
  const fails = failOn.includes('data-loss');
  return losses.map(({ message, by, naming, converted }) => {
    const found = naming.flatMap((names) => lastNaming(statements, by, names) ?? []);
    const statement = found.length === 0 ? undefined : Math.max(...found);
    return factOf('data-loss', fails && converted !== true, message, { statement });
  });
}

function ofTable({ table, rows, bytes }: Effects['dropped'][number]): Loss[] {
  if (rows === 0) return [];
  const message = `Table ${nameOf(table)} is gone, with ${plural(rows, 'row')} (${formatBytes(bytes)}).`;
  return [{ message, by: DROPS, naming: [[table.name]] }];
}

function ofRows({ table, before, after, fewerIn = [] }: Effects['rows'][number]): Loss[] {
  if (after === null || after >= before) return [];
  const message = `Table ${nameOf(table)} has lost ${plural(before - after, 'row')} of ${formatCount(before)}.`;
  return [{ message, by: TAKES_ROWS, naming: [table, ...fewerIn].map(({ name }) => [name]) }];
}

function ofColumn({ table, column, how, values, types }: LostValues): Loss {
  const naming = [[table.name, column]];
  const count = plural(values, 'value');
  const what = `Column ${nameOf(table)}.${column}`;
  switch (how) {
    case 'dropped':
      return { message: `${what} is gone, with ${count}.`, by: DROPS, naming };
    case 'emptied':
      return { message: `${what} has lost ${count}, which are NULL now.`, by: TAKES_VALUES, naming };
    case 'retyped': {
      const instead = types === undefined ? '' : `, ${types.after} instead of ${types.before}`;
      const message = `${what} has another type${instead}: its ${count} may have been altered.`;
      return { message, by: CONVERTS, naming, converted: true };
    }
  }
}

/** The last statement of a kind in which these names stand: what most likely did it. */
function lastNaming(
  statements: readonly Statement[],
  kind: RegExp,
  names: readonly string[],
): number | undefined {
  const words = names.map(wordOf);
  const index = statements.findLastIndex(
    ({ sql, error }) => error === undefined && kind.test(sql) && words.every((word) => word.test(sql)),
  );
  return index < 0 ? undefined : index;
}
