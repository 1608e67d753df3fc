import { quoteIdentifier } from '../postgres/psql.js';
import { contentsOf } from './target/objects.js';
import type { OpenSession } from './target/server.js';

/**
 * Drops a database that is still empty and has no extension, whose tables would hold rows.
 * @returns false where it is not, and stays
 * @throws SqlError where it cannot be dropped: somebody is connected, or a replication slot reads it
 */
export async function dropEmptied(
  open: OpenSession,
  maintenance: string,
  database: string,
): Promise<boolean> {
  const psql = await open(database, 'that looks whether it is empty');
  try {
    const { objects, extensions } = await contentsOf(psql);
    if (objects > 0 || extensions.length > 0) return false;
  } finally {
    await psql.close();
  }
  const admin = await open(maintenance, 'that drops the empty database');
  try {
    // Without FORCE: whoever is connected would see it vanish.
    await admin.exec(`DROP DATABASE ${quoteIdentifier(database)}`);
    return true;
  } finally {
    await admin.close();
  }
}
