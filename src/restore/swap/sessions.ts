import { quoteLiteral, SqlError, type Psql } from '../../postgres/psql.js';

const EVERY_MS = 50;

/**
 * Ends the sessions on these databases, also those that come, until `over`.
 * @returns the roles of sessions that this role may not end, one for each
 */
export async function endSessions(
  psql: Psql,
  databases: readonly string[],
  over: AbortSignal,
): Promise<string[]> {
  const refused = new Map<number, string>();
  // Autovacuum's, which have no role, are ended by the rename itself. What kind others are is hidden from most roles.
  const others = `SELECT pid, usename AS role FROM pg_catalog.pg_stat_activity
    WHERE datname IN (${databases.map(quoteLiteral).join(', ')}) AND pid <> pg_catalog.pg_backend_pid()
      AND usename IS NOT NULL`;
  while (!over.aborted) {
    for (const { pid, role } of await psql.rows<{ pid: number; role: string }>(others)) {
      if (refused.has(pid)) continue;
      try {
        await psql.exec(`SELECT pg_catalog.pg_terminate_backend(${pid})`);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        refused.set(pid, role);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  return [...refused.values()];
}
