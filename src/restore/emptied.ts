import { messageOf } from '../base/errors.js';
import { quoteIdentifier, type Psql } from '../postgres/psql.js';
import { contentsOf, obstaclesOf } from './target/objects.js';
import type { OpenSession } from './target/server.js';

/** Why a database whose place was taken is still there. */
export interface Kept {
  why: string;
  /** Something was put into it in the moments between the last look at it and the swap. */
  filled?: true;
}

/**
 * Drops the empty database whose place was taken, where it is still empty, has no extension, whose tables could hold
 * rows, takes no part in replication, and was not prepared for its application. Nothing of it can fail the restore, which is done.
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
    // Somebody is connected.
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
  const oid = await psql.value(
    'SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()',
  );
  // DROP DATABASE drops a logical slot that nobody reads at the moment, and what it has not read yet.
  const obstacles = Object.values(await obstaclesOf(psql, oid)).flat();
  if (obstacles.length > 0)
    return {
      why: `It is empty, but replication slots, subscriptions or prepared transactions hang on it (${obstacles.join(', ')}), so it was not dropped.`,
    };
  if (await isPrepared(psql))
    return {
      why: 'It is empty, but rights were granted in it (default privileges, on schema public, or on what PostgreSQL brings along), so it was not dropped: grant them again in the restored one where applications need them.',
    };
  return undefined;
}

/** Each catalog with rights: of which one its objects are, object, column, rights; without the standard's schema. */
const ACLS = [
  ['pg_proc', 'pg_proc', 'oid', '0', 'proacl'],
  ['pg_class', 'pg_class', 'oid', '0', 'relacl', 'relnamespace'],
  ['pg_class', 'pg_attribute', 'attrelid', 'attnum', 'attacl'],
  ['pg_namespace', 'pg_namespace', 'oid', '0', 'nspacl', 'oid'],
  ['pg_type', 'pg_type', 'oid', '0', 'typacl'],
  ['pg_language', 'pg_language', 'oid', '0', 'lanacl'],
].map(
  ([of = '', catalog = '', oid = '', part = '', acl = '', schema = '0']) =>
    `SELECT '${of}'::pg_catalog.regclass AS catalog, ${oid} AS oid, ${part} AS part, ${acl} AS acl FROM pg_catalog.${catalog}
     WHERE ${schema} NOT IN (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'information_schema')`,
);

/**
 * Rights that somebody gave there. `pg_init_privs` has those that are from the making of the server on, but for those of
 * information_schema, which initdb makes later.
 */
function isPrepared(psql: Psql): Promise<boolean> {
  return psql.query<boolean>(
    `SELECT to_json(EXISTS (SELECT FROM pg_catalog.pg_default_acl) OR EXISTS (
       SELECT FROM (${ACLS.join(' UNION ALL ')}) o
       LEFT JOIN pg_catalog.pg_init_privs i ON i.classoid = o.catalog AND i.objoid = o.oid AND i.objsubid = o.part
       WHERE o.acl IS DISTINCT FROM i.initprivs))`,
  );
}
