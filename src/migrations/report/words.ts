import { printableLine } from '../../base/text.js';
import { afterComments } from '../comments.js';
import type { Fact, Statement } from '../types.js';

/** What each kind of fact is called. */
export const KINDS: Record<Fact['kind'], string> = {
  error: 'Error',
  'hidden-error': 'Failed statement',
  'open-transaction': 'Transaction left open',
  'not-measured': 'Not measured',
  duration: 'Time limit',
  'data-loss': 'Data loss',
  rewrite: 'Table written anew',
  lock: 'Lock',
  'invalid-index': 'Invalid index',
  'not-valid': 'Constraint that is not valid',
  'new-role': 'New role',
};

/** A statement on one line, from its first word on. */
export function oneLine(sql: string): string {
  const bare = afterComments(sql);
  return (bare === '' ? sql : bare).replaceAll(/\s+/g, ' ').trim();
}

/** On one line and with nothing that could act on a terminal, cut to so many characters (UTF-16 units). */
export function shortened(text: string, most: number): string {
  const line = printableLine(text);
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A sentence cut at its code, which is between two backticks: every second part is code. */
export function codeParts(text: string): string[] {
  return text.split(/`([^`]+)`/);
}

/** `db/migrate/7_totals.sql:3`, where that is known. */
export function placeOf({ file }: Statement): string {
  return file === undefined ? '' : `${file.path}:${file.line}`;
}
