import type { Connection } from '../postgres/types.js';
import { inSession } from './target/server.js';

/** Gathers what queries are planned by, in a session on a restored database. */
export function analyze(open: Parameters<typeof inSession>[0], connection: Connection): Promise<void> {
  return inSession(open, 'Analyzing the restored database', connection, (psql) =>
    // Who is no superuser is warned of each table of the system.
    psql.exec('SET client_min_messages = error', 'ANALYZE'),
  );
}
