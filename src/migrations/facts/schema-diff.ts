import type { SchemaChange } from '../types.js';
import { diffLines } from './lines.js';
import type { SchemaObject } from './schema-objects.js';

/** Their options may hold passwords of other servers. */
const SECRETIVE = /^(FOREIGN DATA WRAPPER|SERVER|USER MAPPING|SUBSCRIPTION)$/;
const HIDDEN = ' (not shown: it may hold a password)';
/** What is listed in these has a comma at the end of each line but the last, which says nothing. */
const LISTS = /^(TABLE|FOREIGN TABLE|TYPE|VIEW|MATERIALIZED VIEW)$/;

/**
 * What is gone, otherwise and new, each in the order of its dump; grants, comments and owners too. An object that has
 * another name is gone and new: its definition is nothing but text here.
 */
export function diffSchemas(before: readonly SchemaObject[], after: readonly SchemaObject[]): SchemaChange[] {
  const left = grouped(after);
  const removed: SchemaChange[] = [];
  const changed: SchemaChange[] = [];
  for (const [key, objects] of grouped(before)) {
    const others = left.get(key) ?? [];
    const gone = objects.filter((object) => !take(others, object));
    for (const object of gone) {
      const now = others.shift();
      if (now === undefined) removed.push(changeOf('removed', object, object.lines, []));
      else changed.push(changeOf('changed', now, object.lines, now.lines));
    }
  }
  const rest = new Set([...left.values()].flat());
  const added = after.filter((object) => rest.has(object));
  return [...removed, ...changed, ...added.map((object) => changeOf('added', object, [], object.lines))];
}

function changeOf(
  change: SchemaChange['change'],
  { kind, name }: SchemaObject,
  before: readonly string[],
  after: readonly string[],
): SchemaChange {
  return { change, kind, name, diff: SECRETIVE.test(kind) ? [HIDDEN] : shown(kind, before, after) };
}

function shown(kind: string, before: readonly string[], after: readonly string[]): string[] {
  const bare = (line: string): string => line.replace(/,$/, '');
  const diff = LISTS.test(kind) ? diffLines(before, after, (a, b) => bare(a) === bare(b)) : [];
  return withoutBlankEnd(diff.length > 0 ? diff : diffLines(before, after));
}

/** Blank lines after the last change, of which pg_dump writes many, are no context. */
function withoutBlankEnd(diff: readonly string[]): string[] {
  let end = diff.length;
  while (diff[end - 1]?.trim() === '') end -= 1;
  return diff.slice(0, end);
}

function grouped(objects: readonly SchemaObject[]): Map<string, SchemaObject[]> {
  const groups = new Map<string, SchemaObject[]>();
  for (const object of objects) groups.set(object.key, [...(groups.get(object.key) ?? []), object]);
  return groups;
}

/** Takes one with the same statements out of these; false where there is none. */
function take(objects: SchemaObject[], { lines }: SchemaObject): boolean {
  const text = lines.join('\n');
  const at = objects.findIndex((each) => each.lines.join('\n') === text);
  if (at !== -1) objects.splice(at, 1);
  return at !== -1;
}
