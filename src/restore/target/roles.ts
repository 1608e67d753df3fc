import { quoteLiteral, type Psql } from '../../postgres/psql.js';

/** Which of some roles are there, and which of them the session's role may act as. */
export interface KnownRoles {
  there: ReadonlySet<string>;
  /** Things can be given to these, and worked with afterwards. */
  actAs: ReadonlySet<string>;
  /** The default privileges of these can be set. */
  setDefaults: ReadonlySet<string>;
}

/** Asks for roles by name. */
export async function knownRoles(psql: Psql, names: readonly string[], major: number): Promise<KnownRoles> {
  // What is given to a role must still be the giver's to go on with: to be a member without its rights (NOINHERIT) is not
  // enough, nor is it since PostgreSQL 16 to have them without SET. A database's owner is a member of pg_database_owner there.
  const rights = (major >= 16 ? ['USAGE', 'SET'] : ['USAGE']).map(
    (right) => `pg_catalog.pg_has_role(oid, '${right}')`,
  );
  // ALTER DEFAULT PRIVILEGES asks for less: measured on 13 and 15, and on 17 and 18.
  const forDefaults = `pg_catalog.pg_has_role(oid, '${major >= 16 ? 'USAGE' : 'MEMBER'}')`;
  const rows = await psql.rows<{ name: string; able: boolean; defaults: boolean }>(
    `SELECT rolname AS name, ${rights.join(' AND ')} OR rolname = 'pg_database_owner' AS able, ${forDefaults} AS defaults FROM pg_catalog.pg_roles
     WHERE rolname IN (SELECT pg_catalog.json_array_elements_text(${quoteLiteral(JSON.stringify(names))}::json))`,
  );
  return {
    there: new Set(rows.map(({ name }) => name)),
    actAs: new Set(rows.filter(({ able }) => able).map(({ name }) => name)),
    setDefaults: new Set(rows.filter(({ defaults }) => defaults).map(({ name }) => name)),
  };
}
