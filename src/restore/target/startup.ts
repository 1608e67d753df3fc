import { UserError } from '../../base/errors.js';
import { withStartupSettings } from '../../postgres/connection/startup.js';
import { quoteLiteral } from '../../postgres/psql.js';
import type { Connection } from '../../postgres/types.js';
import { inSession, sessionsOf, SETTINGS, type OpenSession, type ServerAccess } from './server.js';

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

/**
 * What sessions of pg_restore and psql have to start with, since nobody sets it for them: that they may write, where the
 * role or the database is set otherwise. Only there: some poolers refuse every setting at the start.
 * @param open sessions that set it themselves, as `sessionsOf` makes them
 */
export function writeSettings(
  open: OpenSession,
  database: string,
  connection: Connection,
): Promise<Readonly<Record<string, string>>> {
  return inSession(
    () => open(database, 'that looks at its settings'),
    'Looking at the settings of new sessions',
    connection,
    async (psql) => {
      // What it was at the start, whatever was set since.
      const readOnly = await psql.value(
        "SELECT reset_val = 'on' FROM pg_catalog.pg_settings WHERE name = 'default_transaction_read_only'",
      );
      return readOnly === 't' ? SETTINGS : {};
    },
  );
}
