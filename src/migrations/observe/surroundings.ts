import { Psql } from '../../postgres/psql.js';
import type { Named, Rehearsal } from '../types.js';
import { SESSION_ID } from './log.js';
import { UNSEEN } from './settings.js';

/** What observing has to know of the server before the command runs. */
export interface Surroundings {
  /** The OID of the rehearsed database. */
  database: string;
  /** The tables of indexes. */
  owners: Map<number, number>;
  /** Views, sequences and foreign tables, by their OIDs: who reads or uses one waits for its locks as well. */
  others: Map<number, Named>;
  /** Sessions that were there before the command: none of its own. By their names in the log. */
  sessions: string[];
}

/** Reads them in a session of its own. */
export async function readSurroundings(rehearsal: Rehearsal): Promise<Surroundings> {
  const psql = await Psql.open({ ...rehearsal, settings: UNSEEN });
  try {
    const [found] = await psql.rows<{ database: string; sessions: string[] }>(
      `SELECT (SELECT oid::text FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AS database,
         (SELECT json_agg(${SESSION_ID}) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend') AS sessions`,
    );
    const owners = await psql.query<[number, number][]>(
      `SELECT coalesce(json_agg(json_build_array(indexrelid::int8, indrelid::int8)), '[]')
       FROM pg_catalog.pg_index WHERE indexrelid >= 16384`,
    );
    const others = await psql.query<[number, string, string][]>(
      `SELECT coalesce(json_agg(json_build_array(c.oid::int8, nspname, relname)), '[]')
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
       WHERE c.oid >= 16384 AND relkind IN ('v', 'S', 'f') AND relpersistence <> 't'`,
    );
    const { database = '0', sessions = [] } = found ?? {};
    return { database, owners: new Map(owners), others: namedBy(others), sessions };
  } finally {
    await psql.close();
  }
}

function namedBy(rows: readonly [number, string, string][]): Map<number, Named> {
  return new Map(rows.map(([oid, schema, name]) => [oid, { schema, name }]));
}
