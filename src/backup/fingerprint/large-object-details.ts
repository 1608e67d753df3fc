import { SqlError, type Psql } from '../../postgres/psql.js';
import { inSavepoint } from './savepoint.js';
import type { LargeObjectDetail, LargeObjectDetails } from './types.js';

// What is as it is for any large object (no comment, the rights of a new one) is left out, so that it costs nothing.
// An explicit list of those rights is dumped like none at all. The text is hashed as the database has it: SQL_ASCII
// knows no other encoding.
const DETAILS = `
WITH detail AS (
  SELECT 'owners' AS what, oid, pg_get_userbyid(lomowner)::text AS text FROM pg_catalog.pg_largeobject_metadata
  UNION ALL
  SELECT 'privileges', m.oid, (
    SELECT coalesce(json_agg(json_build_array(CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END,
        pg_get_userbyid(a.grantor), a.privilege_type, a.is_grantable)
      ORDER BY a.grantee <> 0, pg_get_userbyid(a.grantee) COLLATE "C", pg_get_userbyid(a.grantor) COLLATE "C", a.privilege_type), '[]')::text
    FROM aclexplode(m.lomacl) a)
  FROM pg_catalog.pg_largeobject_metadata m WHERE m.lomacl <> acldefault('L', m.lomowner)
  UNION ALL
  SELECT 'comments', objoid, description FROM pg_catalog.pg_description WHERE classoid = 'pg_catalog.pg_largeobject'::regclass
), hashed AS (
  SELECT what, encode(sha256(convert_to(oid::text || ' ' || text, getdatabaseencoding())), 'hex') AS h FROM detail
)
SELECT what, sum(('x' || substr(h, 1, 16))::bit(64)::bigint)::text AS high,
  sum(('x' || substr(h, 17, 16))::bit(64)::bigint)::text AS low
FROM hashed GROUP BY what`;

const NONE = { high: '0', low: '0' };

/** What there is of large objects beside their content. The session must be inside a transaction. @returns `why` where it cannot be read */
export async function hashLargeObjectDetails(psql: Psql): Promise<LargeObjectDetails | { why: string }> {
  try {
    const rows = await inSavepoint(psql, 'hashing', () =>
      psql.rows<{ what: LargeObjectDetail; high: string; low: string }>(DETAILS),
    );
    const found = Object.fromEntries(rows.map(({ what, ...sums }) => [what, sums]));
    return { owners: NONE, privileges: NONE, comments: NONE, ...found };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { why: error.message };
  }
}
