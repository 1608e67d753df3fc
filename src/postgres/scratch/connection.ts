import { join } from 'node:path';
import { formatKeywords } from '../connection/options.js';
import { parseConnection } from '../connection/parse.js';
import type { Connection } from '../types.js';

/** A database that is on every server of ours and never restored into. */
export const MAINTENANCE = 'template1';

/**
 * A connection to a server of our own by its socket. The environment holds nothing of the user's: no `PG*`
 * variable, no service file, no password file.
 * @param major since PostgreSQL 17 a login event trigger of the restored database would run whenever we connect, so
 *   these sessions have event triggers off.
 */
export function scratchConnection(
  user: string,
  password: string,
  { socketFolder, major }: { socketFolder: string; major: number },
): Connection {
  const nowhere = join(socketFolder, 'none');
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'] ?? '',
    PGPASSFILE: nowhere,
    PGSERVICEFILE: nowhere,
    PGSYSCONFDIR: nowhere,
    ...(process.env['TMPDIR'] === undefined ? {} : { TMPDIR: process.env['TMPDIR'] }),
    ...(major >= 17 ? { PGOPTIONS: '-c event_triggers=off' } : {}),
  };
  const options = new Map([
    ['host', socketFolder],
    ['port', '5432'],
    ['user', user],
    ['dbname', MAINTENANCE],
    ['password', password],
  ]);
  return parseConnection(formatKeywords(options), env);
}
