import { catalogObjects } from '../../backup/fingerprint/objects.js';
import { SqlError, type Psql } from '../../postgres/psql.js';
import { shownName } from '../sentence.js';
import type { ExistingDatabase, Obstacles } from './types.js';

// What the fingerprint does not count. 16384 is the first OID that is not the system's own.
const OTHERS = `
WITH member AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'), other AS (
  SELECT 'large object' AS kind, 'pg_largeobject'::pg_catalog.regclass AS catalog, oid, oid::text AS name FROM pg_catalog.pg_largeobject_metadata
  UNION ALL SELECT 'operator family', 'pg_opfamily'::pg_catalog.regclass, oid, opfname FROM pg_catalog.pg_opfamily
  UNION ALL SELECT 'conversion', 'pg_conversion'::pg_catalog.regclass, oid, conname FROM pg_catalog.pg_conversion
  UNION ALL SELECT 'access method', 'pg_am'::pg_catalog.regclass, oid, amname FROM pg_catalog.pg_am
  UNION ALL SELECT 'transform', 'pg_transform'::pg_catalog.regclass, oid, oid::text FROM pg_catalog.pg_transform
  UNION ALL SELECT 'text search parser', 'pg_ts_parser'::pg_catalog.regclass, oid, prsname FROM pg_catalog.pg_ts_parser
  UNION ALL SELECT 'text search template', 'pg_ts_template'::pg_catalog.regclass, oid, tmplname FROM pg_catalog.pg_ts_template
)
SELECT kind, name FROM other o WHERE oid >= 16384
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = o.catalog AND m.objid = o.oid)`;

const SHOWN = 5;

/** Default privileges are on their own when a provider gives its roles rights on what is to come: they hold nothing. */
type Contents = Pick<ExistingDatabase, 'objects' | 'examples' | 'tables' | 'extensions'>;

/** What users have made in a database, and its extensions, which do not make it any fuller. */
export async function contentsOf(psql: Psql): Promise<Contents> {
  // The fingerprint's question finds the system's catalogs by name.
  await psql.exec(`SET search_path = pg_catalog`);
  const all = await catalogObjects(psql);
  const made = [...all.filter(({ kind }) => kind !== 'extension'), ...(await psql.rows<Made>(OTHERS))];
  return {
    objects: made.length,
    examples: made.slice(0, SHOWN).map(({ kind, name }) => `${kind} ${shownName(name)}`),
    tables: made.filter(({ kind }) => kind === 'table').length,
    extensions: all.flatMap(({ kind, name }) => (kind === 'extension' ? [name] : [])),
  };
}

interface Made {
  kind: string;
  name: string;
}

/** What of replication and prepared transactions hangs on a database. Asked from any database of the server. */
export async function obstaclesOf(psql: Psql, oid: string): Promise<Obstacles> {
  return {
    preparedTransactions: await names(
      psql,
      `SELECT gid AS name FROM pg_catalog.pg_prepared_xacts x JOIN pg_catalog.pg_database d ON d.datname = x.database WHERE d.oid = ${oid}`,
    ),
    replicationSlots: await names(
      psql,
      `SELECT slot_name AS name FROM pg_catalog.pg_replication_slots WHERE datoid = ${oid}`,
    ),
    subscriptions: await names(
      psql,
      `SELECT subname AS name FROM pg_catalog.pg_subscription WHERE subdbid = ${oid}`,
    ),
  };
}

/** A managed server may hide a catalog; what it hides is its own affair. */
async function names(psql: Psql, sql: string): Promise<string[]> {
  try {
    return (await psql.rows<{ name: string }>(`${sql} ORDER BY 1`)).map(({ name }) => name);
  } catch (error) {
    if (error instanceof SqlError && error.sqlstate === '42501') return [];
    throw error;
  }
}
