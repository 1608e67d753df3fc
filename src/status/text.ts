import { renderTable, type Column } from '../base/table.js';
import { printableLine, wrap } from '../base/text.js';
import { factsOf, whereOf } from './facts.js';
import type { StatusResult } from './result.js';
import type { Health } from './types.js';

/** How a text is shown. */
export interface Look {
  /** Of the terminal; without it nothing is cut or wrapped. */
  width: number | undefined;
  paint: (text: string, style: 'bold' | 'red' | 'green') => string;
}

const COLUMNS: Column[] = [{ title: '' }, { title: '', shrinks: true }];

/** What was found, for a terminal: of each storage the verdict, then its problems, then the facts. */
export function statusText({ healths, database }: StatusResult, look: Look): string {
  const own = database?.problem ?? null;
  return [
    ...(own === null ? [] : [`${look.paint('UNHEALTHY', 'red')} database\n${bullet(own.message, look)}`]),
    ...healths.map((health) => healthText(health, database, look)),
  ].join('\n');
}

function healthText(health: Health, database: StatusResult['database'], { width, paint }: Look): string {
  const { healthy, problems, notes } = health;
  const verdict = healthy ? paint('HEALTHY', 'green') : paint('UNHEALTHY', 'red');
  const facts = factsOf(health, database);
  // Below the line of its empty titles.
  const table = renderTable(COLUMNS, facts, width).split('\n').slice(1).join('\n');
  return [
    `${verdict} ${printableLine(whereOf(health))}\n`,
    ...problems.map(({ message }) => bullet(message, { width, paint })),
    facts.length === 0 ? '' : `\n${table}`,
    notes.length === 0 ? '' : '\n',
    ...notes.map((note) => bullet(note, { width, paint })),
  ].join('');
}

function bullet(text: string, { width }: Look): string {
  const line = printableLine(text);
  const lines = width === undefined ? [line] : wrap(line, width - 2);
  return `- ${lines.join('\n  ')}\n`;
}
