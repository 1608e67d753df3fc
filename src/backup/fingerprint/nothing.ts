import { UserError } from '../../base/errors.js';
import { isFiltered, type Selection } from '../../postgres/argv.js';
import type { Psql } from '../../postgres/psql.js';
import { tableDataOids, type TocEntry } from '../../postgres/toc.js';
import type { Caveat } from './left-out.js';
import type { Fingerprint } from './types.js';

/** What every database of a provider may have before anybody put anything in. */
const FURNITURE = new Set(['extension', 'schema']);

/** Whether these objects are more than the place for some. */
function isAnything(kinds: readonly string[]): boolean {
  return kinds.some((kind) => !FURNITURE.has(kind));
}

/** Whether the backup has no row and no object that anybody would miss. */
export function holdsNothing({
  tables,
  objects,
  largeObjects,
}: Pick<Fingerprint, 'tables' | 'objects' | 'largeObjects'>): boolean {
  return tables.length === 0 && largeObjects === 0 && !isAnything(Object.keys(objects));
}

const TABLES = `
SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid >= 16384 AND n.nspname !~ '^pg_')`;

/**
 * An empty database is backed up, but mostly it is the wrong one.
 * @param kinds those of the objects that the archive holds
 * @throws UserError where the database has tables and the inputs leave nothing of it.
 */
export async function caveatOfNothing(
  psql: Psql,
  request: { selection: Selection; toc: readonly TocEntry[]; database: string },
  kinds: readonly string[],
): Promise<Caveat[]> {
  const { selection, toc, database } = request;
  if (tableDataOids(toc).size > 0 || isAnything(kinds)) return [];
  const name = JSON.stringify(database);
  if (isFiltered(selection) && (await psql.value(TABLES)) === 't')
    throw new UserError(
      `Database ${name} has tables, but the inputs that choose among them (schemas, exclude-schemas, tables, exclude-tables) leave nothing of it, so no backup was published. Check the patterns.`,
    );
  if (toc.some(({ text }) => text.startsWith('BLOB'))) return [];
  return [
    {
      sentence: `Database ${name} holds nothing: no table and no other object, so this backup holds nothing either. If that is not what you expect, check the database in database-url`,
      names: [],
    },
  ];
}
