import { quoteLiteral, type Psql } from '../../postgres/psql.js';

/** Which of some roles are there, and which of them the session's role may act as. */
export interface KnownRoles {
  there: ReadonlySet<string>;
  actAs: ReadonlySet<string>;
}

/** Asks for roles by name. */
export async function knownRoles(psql: Psql, names: readonly string[], major: number): Promise<KnownRoles> {
  // Since PostgreSQL 16 being a member need not allow SET ROLE. A database's owner is a member of pg_database_owner there.
  const right = major >= 16 ? 'SET' : 'MEMBER';
  const rows = await psql.rows<{ name: string; able: boolean }>(
    `SELECT rolname AS name, pg_catalog.pg_has_role(oid, '${right}') OR rolname = 'pg_database_owner' AS able FROM pg_catalog.pg_roles
     WHERE rolname IN (SELECT pg_catalog.json_array_elements_text(${quoteLiteral(JSON.stringify(names))}::json))`,
  );
  return {
    there: new Set(rows.map(({ name }) => name)),
    actAs: new Set(rows.filter(({ able }) => able).map(({ name }) => name)),
  };
}
