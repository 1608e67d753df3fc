import { UserError } from '../base/errors.js';
import type { Effects, MigrationReport } from './types.js';

/** The runner takes a mebibyte of all outputs of a job. */
const LONGEST = 200_000;

/** The outputs of a check but for its `outcome`. */
export function migrationOutputs(report: MigrationReport): Record<string, unknown> {
  return {
    report: fitting(report),
    'schema-diff': schemaDiff(report).slice(0, LONGEST),
    'rows-lost': report.effects === null ? '' : rowsLost(report.effects),
    'duration-seconds': report.command?.seconds ?? '',
  };
}

/** Rows that were there before and are not any more, of all tables; rows that became more elsewhere make up for none. */
function rowsLost({ rows, dropped }: Effects): number {
  const fewer = rows.map(({ before, after }) => (after === null ? 0 : Math.max(0, before - after)));
  return [...fewer, ...dropped.map((table) => table.rows)].reduce((sum, each) => sum + each, 0);
}

/** All changes of the schema as one text. */
function schemaDiff({ schema }: MigrationReport): string {
  return schema
    .map(({ change, kind, name, diff }) => [`${change} ${kind} ${name}`, ...diff, ''].join('\n'))
    .join('\n');
}

/** Everything that makes the run red, each an error to show; empty for a green one. */
export function redReasons({ outcome, facts }: MigrationReport): UserError[] {
  return outcome !== 'failed'
    ? []
    : facts.filter(({ fails }) => fails).map(({ message }) => new UserError(message));
}

/** A report as an output can hold it: what is long is left out, the facts stay. */
function fitting(report: MigrationReport): MigrationReport {
  const fits = (candidate: MigrationReport): boolean => JSON.stringify(candidate).length <= LONGEST;
  const smaller: ((from: MigrationReport) => MigrationReport)[] = [
    (from) => from,
    (from) => ({ ...from, schema: from.schema.map((change) => ({ ...change, diff: [] })) }),
    (from) => ({
      ...from,
      statements: [],
      statementsLeftOut: from.statementsLeftOut + from.statements.length,
    }),
    (from) => ({ ...from, effects: from.effects === null ? null : { ...from.effects, rows: [] } }),
    (from) => ({ ...from, schema: [], locks: [], facts: from.facts.slice(0, 50) }),
  ];
  let candidate = report;
  for (const shrink of smaller) {
    candidate = shrink(candidate);
    if (fits(candidate)) break;
  }
  return candidate;
}
