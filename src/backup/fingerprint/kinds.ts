import type { CatalogObject } from './objects.js';
import type { Fingerprint } from './types.js';

/** The kinds that were counted before fingerprints said which. Never to be changed. */
const FIRST: readonly string[] = [
  'access method',
  'base type',
  'cast',
  'check constraint',
  'collation',
  'composite type',
  'conversion',
  'domain',
  'domain constraint',
  'enum',
  'event trigger',
  'exclusion constraint',
  'extension',
  'foreign data wrapper',
  'foreign key',
  'foreign server',
  'foreign table',
  'function',
  'index',
  'language',
  'materialized view',
  'operator',
  'operator class',
  'operator family',
  'policy',
  'primary key',
  'publication',
  'published schema',
  'published table',
  'range type',
  'rule',
  'schema',
  'sequence',
  'statistics object',
  'table',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'transform',
  'trigger',
  'unique constraint',
  'user mapping',
  'view',
];

/** All kinds of objects that `catalogObjects` knows; whatever it learns comes after the first ones. */
export const KINDS: readonly string[] = [...FIRST];

/** The kinds that a fingerprint counted, also those of which there were none. */
export function countedKinds({ kinds }: Pick<Fingerprint, 'kinds'>): ReadonlySet<string> {
  return new Set(kinds ?? FIRST);
}

/** Objects per kind, kinds in alphabetical order. */
export function countKinds(objects: readonly CatalogObject[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
