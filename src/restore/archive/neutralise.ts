import type { Psql } from '../../postgres/psql.js';

/**
 * Takes from a restored database all ways to reach another server, in one transaction, as a superuser: wrappers lose
 * their code, servers and user mappings their options, subscriptions their slot. Nothing is dropped, so that
 * objects can still be counted. Without a handler even a foreign table that a view or function hides fails at once.
 * Works on wrappers that belong to an extension too. No event trigger runs.
 */
export const NEUTRALISE = `DO $pgkeep$
DECLARE
  r record;
BEGIN
  PERFORM pg_catalog.set_config('client_min_messages', 'error', true),
    pg_catalog.set_config('session_replication_role', 'replica', true);
  FOR r IN SELECT fdwname FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwhandler <> 0 OR fdwvalidator <> 0 LOOP
    EXECUTE pg_catalog.format('ALTER FOREIGN DATA WRAPPER %I NO HANDLER NO VALIDATOR', r.fdwname);
  END LOOP;
  FOR r IN
    SELECT s.srvname, o.option_name
    FROM pg_catalog.pg_foreign_server s, pg_catalog.pg_options_to_table(s.srvoptions) o
  LOOP
    EXECUTE pg_catalog.format('ALTER SERVER %I OPTIONS (DROP %I)', r.srvname, r.option_name);
  END LOOP;
  FOR r IN
    SELECT CASE WHEN u.umuser = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(u.umuser)) END AS role,
      s.srvname, o.option_name
    FROM pg_catalog.pg_user_mapping u
    JOIN pg_catalog.pg_foreign_server s ON s.oid = u.umserver, pg_catalog.pg_options_to_table(u.umoptions) o
  LOOP
    EXECUTE pg_catalog.format('ALTER USER MAPPING FOR %s SERVER %I OPTIONS (DROP %I)', r.role, r.srvname, r.option_name);
  END LOOP;
  FOR r IN
    SELECT s.subname FROM pg_catalog.pg_subscription s
    JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()
  LOOP
    EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I DISABLE', r.subname);
    EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', r.subname);
  END LOOP;
END
$pgkeep$;`;

const NAMES = `
SELECT t.text FROM (
  SELECT 1 AS rank, 'foreign server ' || srvname AS text FROM pg_catalog.pg_foreign_server
  UNION ALL
  SELECT 2, 'user mapping of ' || CASE WHEN umuser = 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(umuser) END || ' on ' || s.srvname
  FROM pg_catalog.pg_user_mapping JOIN pg_catalog.pg_foreign_server s ON s.oid = umserver
  UNION ALL
  SELECT 3, 'subscription ' || subname FROM pg_catalog.pg_subscription s
  JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()
) t ORDER BY t.rank, t.text`;

/**
 * Sees to it that nothing in a restored database reaches another server; may be called again when more was restored.
 * What functions do by themselves (dblink) is not covered.
 * @param psql as a superuser, in the restored database
 * @returns what can no longer reach one: `foreign server crm`
 * @throws SqlError where the role is no superuser
 */
export async function neutralise(psql: Psql): Promise<string[]> {
  await psql.exec(NEUTRALISE.replace(/;$/, ''));
  return (await psql.rows<{ text: string }>(NAMES)).map(({ text }) => text);
}

/**
 * Drops the subscriptions of a database, without a word to the servers that they name: a database that has one
 * cannot be dropped.
 * @param psql as a superuser, in that database
 */
export async function dropSubscriptions(psql: Psql): Promise<void> {
  await psql.exec(`DO $pgkeep$
DECLARE
  r record;
BEGIN
  PERFORM pg_catalog.set_config('session_replication_role', 'replica', true);
  FOR r IN
    SELECT s.subname FROM pg_catalog.pg_subscription s
    JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()
  LOOP
    EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I DISABLE', r.subname);
    EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', r.subname);
    EXECUTE pg_catalog.format('DROP SUBSCRIPTION %I', r.subname);
  END LOOP;
END
$pgkeep$`);
}
