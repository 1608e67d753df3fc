import { formatCount, formatMilliseconds } from '../../base/units.js';
import type { MigrationReport, Statement } from '../types.js';
import type { Limits } from './limits.js';
import { tableOf, type Column, type Section } from './section.js';
import { oneLine, placeOf, shortened } from './words.js';

const WHERE: Column = { title: 'Where', as: 'code' };
const ERROR: Column = { title: 'Error' };

/** Those that failed or had not ended, then the slowest first: what tools send beside migrations takes no time. */
export function statementsSection(
  { statements, statementsLeftOut }: MigrationReport,
  limits: Limits,
): Section | undefined {
  const sorted = statements
    .map((statement, index) => ({ statement, number: index + 1 }))
    .sort((a, b) => rank(b.statement) - rank(a.statement));
  const shown = sorted.slice(0, limits.rows);
  // A column in which nothing stands is none.
  const hasPlaces = shown.some(({ statement }) => statement.file !== undefined);
  const hasErrors = shown.some(({ statement }) => statement.error !== undefined);
  const unlisted =
    statementsLeftOut === 0 ? '' : `; ${formatCount(statementsLeftOut)} more were not recorded`;
  return tableOf(
    { title: 'Statements', detail: `${formatCount(statements.length)}, the slowest first${unlisted}` },
    [
      { title: 'No.', as: 'number' },
      { title: 'Time', as: 'number' },
      { title: 'Statement', as: 'code' },
      ...(hasPlaces ? [WHERE] : []),
      ...(hasErrors ? [ERROR] : []),
    ],
    sorted,
    limits,
    ({ statement, number }) => [
      formatCount(number),
      statement.ms === null ? 'not ended' : formatMilliseconds(statement.ms),
      shortened(oneLine(statement.sql), limits.sql),
      ...(hasPlaces ? [placeOf(statement)] : []),
      ...(hasErrors ? [shortened(errorText(statement), limits.text)] : []),
    ],
  );
}

function rank({ error, ms }: Statement): number {
  return error === undefined && ms !== null ? ms : Number.MAX_SAFE_INTEGER;
}

function errorText({ error }: Statement): string {
  return error === undefined ? '' : `${error.message} (${error.sqlstate})`;
}
