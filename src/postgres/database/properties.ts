import { quoteLiteral, type Psql } from '../psql.js';
import type { DatabaseGrant } from './grants.js';
import { parseSetting, type DatabaseSetting } from './settings.js';

/** What belongs to a database as a whole, and to no object in it. */
export interface DatabaseProperties {
  owner: string;
  /** -1: no limit. */
  connectionLimit: number;
  comment: string | null;
  settings: DatabaseSetting[];
  /** Null where they were never changed: PUBLIC may then connect and make temporary tables. */
  grants: DatabaseGrant[] | null;
}

interface Row {
  owner: string;
  connectionLimit: number;
  comment: string | null;
  granted: boolean;
}

/** Reads the properties of a database, from any database of the server. */
export async function readProperties(psql: Psql, database: string): Promise<DatabaseProperties> {
  const which = `datname = ${quoteLiteral(database)}`;
  const { granted, ...row } = await psql.query<Row>(
    `SELECT json_build_object('owner', r.rolname, 'connectionLimit', datconnlimit, 'comment', pg_catalog.shobj_description(d.oid, 'pg_database'), 'granted', datacl IS NOT NULL)
     FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = datdba
     WHERE ${which}`,
  );
  const settings = await psql.rows<{ role: string | null; text: string }>(
    `SELECT r.rolname AS role, c.text FROM pg_catalog.pg_db_role_setting s
     JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole,
     pg_catalog.unnest(s.setconfig) WITH ORDINALITY AS c(text, at) WHERE ${which} ORDER BY s.setrole, c.at`,
  );
  // A grantee that is no more (OID without a role) is left out.
  const grants = await psql.rows<{ grantee: string | null; privilege: string; grantable: boolean }>(
    `SELECT DISTINCT r.rolname AS grantee, a.privilege_type AS privilege, a.is_grantable AS grantable
     FROM pg_catalog.pg_database d, pg_catalog.aclexplode(datacl) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
     WHERE ${which} AND (a.grantee = 0 OR r.oid IS NOT NULL) ORDER BY 1, 2, 3`,
  );
  return {
    ...row,
    settings: settings.map(({ role, text }) => ({ role: role ?? undefined, ...parseSetting(text) })),
    grants: granted
      ? grants.map(({ grantee, ...grant }) => ({ ...grant, grantee: grantee ?? undefined }))
      : null,
  };
}
