import { messageOf } from '../base/errors.js';
import { quoteIdentifier, type Psql } from '../postgres/psql.js';
import { contentsOf } from './target/objects.js';
import type { OpenSession } from './target/server.js';

/** Why a database whose place was taken is still there. */
export interface Kept {
  why: string;
  /** Something was put into it in the moments between the last look at it and the swap. */
  filled?: true;
}

/**
 * Drops the empty database whose place was taken, where it is still empty, has no extension, whose tables could hold
 * rows, and was not prepared for its application. Nothing of it can fail the restore, which is done.
 * @returns why it stays; undefined where it is gone
 */
export async function dropEmptied(
  open: OpenSession,
  maintenance: string,
  database: string,
): Promise<Kept | undefined> {
  try {
    return await drop(open, maintenance, database);
  } catch (error) {
    // Somebody is connected, or a replication slot reads it.
    return { why: `It is empty and could not be dropped: ${messageOf(error)}` };
  }
}

async function drop(open: OpenSession, maintenance: string, database: string): Promise<Kept | undefined> {
  const psql = await open(database, 'that looks whether it is empty');
  try {
    const kept = await reasonToKeep(psql);
    if (kept !== undefined) return kept;
  } finally {
    await psql.close();
  }
  const admin = await open(maintenance, 'that drops the empty database');
  try {
    // Without FORCE: whoever is connected would see it vanish.
    await admin.exec(`DROP DATABASE ${quoteIdentifier(database)}`);
    return undefined;
  } finally {
    await admin.close();
  }
}

async function reasonToKeep(psql: Psql): Promise<Kept | undefined> {
  const { objects, extensions } = await contentsOf(psql);
  if (objects > 0)
    return { why: 'Something was put into it in the very moment of the swap: look at it.', filled: true };
  if (extensions.length > 0) return { why: 'It has extensions, so it was not dropped.' };
  if (await isPrepared(psql))
    return {
      why: 'It is empty, but rights were granted in it (default privileges, or on schema public), so it was not dropped: grant them again in the restored one where applications need them.',
    };
  return undefined;
}

/** Rights that somebody gave there. `pg_init_privs` has those of schema public from the making of the server on. */
function isPrepared(psql: Psql): Promise<boolean> {
  return psql.query<boolean>(
    `SELECT to_json(EXISTS (SELECT FROM pg_catalog.pg_default_acl) OR EXISTS (
       SELECT FROM pg_catalog.pg_namespace n
       LEFT JOIN pg_catalog.pg_init_privs i ON i.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND i.objoid = n.oid AND i.objsubid = 0
       WHERE n.nspname = 'public' AND n.nspacl IS DISTINCT FROM i.initprivs))`,
  );
}
