import { plural } from '../../base/units.js';
import type { MigrationReport } from '../types.js';
import type { Limits } from './limits.js';
import type { Section } from './section.js';
import { locksSection, lostSection, rewrittenSection, rowsSection } from './tables.js';
import { schemaSection } from './schema.js';
import { statementsSection } from './statements.js';

/** All that is known beside the facts, what explains a failure first. Parts with nothing in them are left out. */
export function sectionsOf(report: MigrationReport, limits: Limits): Section[] {
  return [
    outputSection(report, limits),
    statementsSection(report, limits),
    locksSection(report, limits),
    lostSection(report, limits),
    rowsSection(report, limits),
    rewrittenSection(report, limits),
    schemaSection(report, limits),
    unmeasuredSection(report, limits),
  ].filter((section) => section !== undefined);
}

function outputSection({ command }: MigrationReport, { rows }: Limits): Section | undefined {
  const tail = command?.tail ?? [];
  if (tail.length === 0) return undefined;
  const lines = tail.slice(-rows);
  return {
    kind: 'output',
    title: 'Output',
    detail: `the last ${plural(lines.length, 'line')}`,
    lines,
    more: 0,
  };
}

function unmeasuredSection({ notMeasured }: MigrationReport, { rows }: Limits): Section | undefined {
  if (notMeasured.length === 0) return undefined;
  return {
    kind: 'list',
    title: 'Not measured',
    detail: plural(notMeasured.length, 'thing'),
    lines: notMeasured.slice(0, rows),
    more: Math.max(notMeasured.length - rows, 0),
  };
}
