import { plural } from '../../base/units.js';
import { explainSqlError } from '../../postgres/explain.js';
import type { Psql } from '../../postgres/psql.js';
import { nameOf } from '../names.js';
import type { Named, Rehearsal } from '../types.js';
import { readCatalog, type CatalogTable } from './catalog.js';
import { countTables, type Counts } from './count.js';
import { openDatabase } from './database.js';
import type { DatabaseFacts, TableFacts } from './types.js';

const SHOWN = 5;

/**
 * What the scratch database holds now: each table with its rows and the values of each column, and what in it is not valid.
 * Not counted are materialized views, which hold no data of their own, and foreign tables, which `notMeasured` says.
 * @throws DatabaseGoneError when the database is no longer there, UserError, CancelledError
 */
export async function takeFacts(rehearsal: Rehearsal): Promise<DatabaseFacts> {
  const open = (): Promise<Psql> => openDatabase(rehearsal, 'that looks at the scratch database');
  const psql = await open();
  try {
    const { tables, foreign, ...others } = await readCatalog(psql);
    const scanned = tables.filter(({ kind }) => kind === 'table');
    const counts = await countTables(psql, open, scanned);
    return {
      ...others,
      tables: tables.map((table) => counted(table, counts)),
      notMeasured: [...notCounted(foreign), ...notRead(tables, counts)],
    };
  } catch (error) {
    throw explainSqlError(error, 'Looking at the scratch database', { target: rehearsal.connection.target });
  } finally {
    await psql.close();
  }
}

/** Every table and materialized view by its OID, which is how the server names them in its locks. */
export function namesOf({ tables }: DatabaseFacts): Map<number, Named> {
  return new Map(tables.map(({ oid, schema, name }) => [oid, { schema, name }]));
}

/** The roles that are there only afterwards. */
export function newRoles(before: DatabaseFacts, after: DatabaseFacts): string[] {
  const known = new Set(before.roles);
  return after.roles.filter((name) => !known.has(name));
}

/** Whether a table can no longer be counted that could be, or is new: rows of it may be lost. */
export function hasUncounted(before: DatabaseFacts, after: DatabaseFacts): boolean {
  const known = new Set(before.tables.flatMap(({ oid, rows }) => (rows === null ? [oid] : [])));
  return after.tables.some(({ oid, kind, rows }) => kind === 'table' && rows === null && !known.has(oid));
}

function counted(found: CatalogTable, counts: Counts): TableFacts {
  const { oid, schema, name, kind, root, filenode, fileBytes, bytes, columns } = found;
  const count = counts.counts.get(oid);
  const rows = count?.rows ?? (counts.unreadable.has(oid) ? null : 0);
  const values = [...(count?.values ?? [])];
  return {
    ...{ oid, schema, name, kind, root, filenode, fileBytes, bytes },
    rows,
    columns: columns.map(({ notNull, ...column }) => ({
      ...column,
      values: notNull || count === undefined ? rows : (values.shift() ?? 0),
    })),
  };
}

function notCounted(foreign: readonly Named[]): string[] {
  if (foreign.length === 0) return [];
  const names = foreign.slice(0, SHOWN).map(nameOf);
  return [
    `The rows of ${plural(foreign.length, 'foreign table')} (${names.join(', ')}${foreign.length > SHOWN ? ', ...' : ''}) were not counted: they are on another server.`,
  ];
}

function notRead(tables: readonly CatalogTable[], { unreadable }: Counts): string[] {
  return tables.flatMap((table) => {
    const state = unreadable.get(table.oid);
    if (state === undefined) return [];
    return [
      `The rows of table ${nameOf(table)} could not be counted: reading it failed (SQLSTATE ${state}).`,
    ];
  });
}
