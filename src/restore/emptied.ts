import { messageOf } from '../base/errors.js';
import { quoteIdentifier } from '../postgres/psql.js';
import { contentsOf } from './target/objects.js';
import type { OpenSession } from './target/server.js';

/**
 * Drops the empty database whose place was taken, where it is still empty and has no extension, whose tables could hold
 * rows. Nothing of it can fail the restore, which is done.
 * @returns why it stays; undefined where it is gone
 */
export async function dropEmptied(
  open: OpenSession,
  maintenance: string,
  database: string,
): Promise<string | undefined> {
  try {
    return (await drop(open, maintenance, database))
      ? undefined
      : 'It has extensions or something else in it, so it was not dropped.';
  } catch (error) {
    // Somebody is connected, or a replication slot reads it.
    return `It is empty and could not be dropped: ${messageOf(error)}`;
  }
}

async function drop(open: OpenSession, maintenance: string, database: string): Promise<boolean> {
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
