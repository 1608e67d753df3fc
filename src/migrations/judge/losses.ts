import { formatBytes, formatCount, plural } from '../../base/units.js';
import type { Effects, Fact, Named, Statement } from '../types.js';
import type { Policy } from './policy.js';

const TAKES_ROWS = /\b(DELETE|TRUNCATE|MERGE|DETACH|DROP\s+(TABLE|SCHEMA|OWNED|EXTENSION))\b/i;

/** Data that is gone, each with the statement that most likely took it away. */
export function ofLosses(
  effects: Effects | null,
  statements: readonly Statement[],
  { failOn }: Policy,
): Fact[] {
  if (effects === null) return [];
  const fails = failOn.includes('data-loss');
  const loss = (message: string, by: RegExp, ...names: string[]): Fact => {
    const statement = lastNaming(statements, by, names);
    return { kind: 'data-loss', fails, message, ...(statement === undefined ? {} : { statement }) };
  };
  const gone = effects.dropped
    .filter(({ rows }) => rows > 0)
    .map(({ table, rows, bytes }) =>
      loss(
        `Table ${text(table)} is gone, with ${plural(rows, 'row')} (${formatBytes(bytes)}).`,
        /\bDROP\b/i,
        table.name,
      ),
    );
  const fewer = effects.rows.flatMap(({ table, before, after, fewerIn = [] }): Fact[] => {
    if (after === null || after >= before) return [];
    const message = `Table ${text(table)} has lost ${plural(before - after, 'row')} of ${formatCount(before)}.`;
    const names = [table, ...fewerIn].map(({ name }) => name);
    const by = names.flatMap((name) => lastNaming(statements, TAKES_ROWS, [name]) ?? []);
    return [
      { kind: 'data-loss', fails, message, ...(by.length === 0 ? {} : { statement: Math.max(...by) }) },
    ];
  });
  const values = effects.lost
    .filter((each) => each.how !== 'retyped' && each.values > 0)
    .map(({ table, column, how, values: count }) =>
      how === 'dropped'
        ? loss(
            `Column ${text(table)}.${column} is gone, with ${plural(count, 'value')}.`,
            /\bDROP\b/i,
            table.name,
            column,
          )
        : loss(
            `Column ${text(table)}.${column} has lost ${plural(count, 'value')}, which are NULL now.`,
            /\b(UPDATE|MERGE)\b/i,
            table.name,
            column,
          ),
    );
  const converted = effects.lost.flatMap(({ table, column, how, values: count, types }): Fact[] =>
    how !== 'retyped' || count === 0
      ? []
      : [
          {
            ...loss(
              `Column ${text(table)}.${column} has another type` +
                (types === undefined ? '' : `, ${types.after} instead of ${types.before}`) +
                `: its ${plural(count, 'value')} may have been altered.`,
              /\bTYPE\b/i,
              table.name,
              column,
            ),
            fails: false,
          },
        ],
  );
  return [...gone, ...fewer, ...values, ...converted];
}

/** The last statement of a kind in which these names stand, each as a whole word: what most likely did it. */
function lastNaming(
  statements: readonly Statement[],
  kind: RegExp,
  names: readonly string[],
): number | undefined {
  const words = names.map(
    (name) => new RegExp(`(?<![\\w$])${name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\w$])`, 'iu'),
  );
  const index = statements.findLastIndex(
    ({ sql, error }) => error === undefined && kind.test(sql) && words.every((word) => word.test(sql)),
  );
  return index < 0 ? undefined : index;
}

/** `public.orders` */
export const text = ({ schema, name }: Named): string => `${schema}.${name}`;
