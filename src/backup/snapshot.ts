import type { Psql } from '../postgres/psql.js';

/** A point in time of one database that several sessions can read. */
export interface Snapshot {
  /** As `SET TRANSACTION SNAPSHOT` and `pg_dump --snapshot` take it. */
  id: string;
  /** The server's clock inside the snapshot, ISO 8601. */
  at: string;
}

/**
 * Exports a snapshot from `psql`, whose session must then stay open and run nothing more until pg_dump has ended:
 * any error in it would end the snapshot.
 */
export async function exportSnapshot(psql: Psql): Promise<Snapshot> {
  await psql.exec('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  return psql.query<Snapshot>(
    `SELECT json_build_object('id', pg_export_snapshot(), 'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`,
  );
}

/** Starts a transaction in `psql` that sees exactly what the snapshot's own session sees. */
export async function importSnapshot(psql: Psql, id: string, settings: readonly string[]): Promise<void> {
  await psql.exec('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  await psql.exec(`SET TRANSACTION SNAPSHOT '${id.replaceAll("'", "''")}'`);
  for (const setting of settings) await psql.exec(`SET LOCAL ${setting}`);
}
