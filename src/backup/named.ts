import { familyName } from '../inputs/name.js';
import type { BackupInputs } from '../inputs/values.js';
import type { Connection } from '../postgres/types.js';

/**
 * The families that a run is about, as far as they are known before the server was asked: by the databases that the
 * inputs or the connection name. Those of `*` are not.
 */
export function namedFamilies(
  { databases, name }: Pick<BackupInputs, 'databases' | 'name'>,
  { target }: Pick<Connection, 'target'>,
): { database: string; name: string }[] {
  const named = databases.length > 0 ? databases : [target.database ?? '*'];
  return named.includes('*') ? [] : named.map((database) => ({ database, name: familyName(name, database) }));
}
