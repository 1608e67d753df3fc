import { UserError } from '../../base/errors.js';
import { withStartupSettings } from '../../postgres/connection/startup.js';
import { quoteLiteral } from '../../postgres/psql.js';
import type { Connection } from '../../postgres/types.js';
import { sessionsOf, type ServerAccess } from './server.js';

/** A session that counts as a replica: no trigger fires and no foreign key is checked, unless a trigger is made to. */
export const SILENT = ['session_replication_role', 'replica'] as const;

/**
 * The connection with a setting from the start of each session on, where the role may make it: superusers, those to whom
 * it was granted (PostgreSQL 15 and newer), and whom a managed server lets. So it is tried.
 * @param database where to try it
 * @returns undefined where the role may not, or the server does not know the setting
 */
export async function startingWith(
  access: ServerAccess,
  database: string,
  [name, value]: readonly [string, string],
): Promise<Connection | undefined> {
  const connection = withStartupSettings(access.connection, { [name]: value });
  try {
    const psql = await sessionsOf({ ...access, connection })(database, 'that tries a setting');
    try {
      const set = await psql.value(`SELECT pg_catalog.current_setting(${quoteLiteral(name)}, true)`);
      return set === value ? connection : undefined;
    } finally {
      await psql.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}
