import { formatCount } from '../../base/units.js';
import type { MigrationReport, SchemaChange } from '../types.js';
import type { Limits } from './limits.js';
import type { Section } from './section.js';
import { shortened } from './words.js';

const LONGEST_LINE = 500;

/** All changes as one text that diff viewers colour, each under a line with its name. */
export function schemaSection({ schema }: MigrationReport, { diff }: Limits): Section | undefined {
  if (schema.length === 0) return undefined;
  const all = schema.flatMap(linesOf);
  const lines: string[] = [];
  let room = diff;
  for (const line of all) {
    const cut = shortened(line, LONGEST_LINE);
    room -= cut.length + 1;
    if (room < 0) break;
    lines.push(cut);
  }
  return { kind: 'diff', title: 'Schema', detail: countText(schema), lines, more: all.length - lines.length };
}

function linesOf({ change, kind, name, diff }: SchemaChange): string[] {
  return [`@@ ${change} ${kind} ${name} @@`, ...diff];
}

function countText(schema: readonly SchemaChange[]): string {
  return (['added', 'removed', 'changed'] as const)
    .map((change) => ({ change, count: schema.filter((each) => each.change === change).length }))
    .filter(({ count }) => count > 0)
    .map(({ change, count }) => `${formatCount(count)} ${change}`)
    .join(', ');
}
