import type { Psql } from '../../postgres/psql.js';
import type { Fingerprint } from './types.js';

// pg_shdepend knows every owner, grantee and role of a policy, default privilege or user mapping; not the predefined
// roles and the bootstrap superuser, which every cluster has. Settings of a role in one database hang on it too.
const ROLES = `
SELECT json_build_object(
  'bootstrapRole', (SELECT rolname FROM pg_roles WHERE oid = 10),
  'roles', (SELECT coalesce(json_agg(rolname ORDER BY rolname), '[]') FROM pg_roles WHERE oid IN (
    SELECT refobjid FROM pg_shdepend s JOIN pg_database d ON d.datname = current_database()
    WHERE s.refclassid = 'pg_authid'::regclass
      AND (s.dbid = d.oid OR (s.dbid = 0 AND s.classid = 'pg_database'::regclass AND s.objid = d.oid))
    UNION
    SELECT setrole FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
    WHERE d.datname = current_database())))`;

/** The roles that must be there before all of this database can be restored. */
export function readRoles(psql: Psql): Promise<Required<Pick<Fingerprint, 'bootstrapRole' | 'roles'>>> {
  return psql.query(ROLES);
}
