import type { Psql } from '../../postgres/psql.js';
import type { RestoreError } from '../types.js';

/** A table or its like, by its exact names. */
export interface RelationName {
  schema: string;
  name: string;
}

const READS_FOREIGN = `
WITH RECURSIVE edges(source, reader) AS (
  SELECT d.refobjid, r.ev_class
  FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
  WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  UNION
  SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits
), reads(oid) AS (
  SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'f'
  UNION
  SELECT e.reader FROM reads JOIN edges e ON e.source = reads.oid
)
SELECT n.nspname AS schema, c.relname AS name
FROM reads JOIN pg_catalog.pg_class c ON c.oid = reads.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' ORDER BY 1, 2`;

/**
 * The materialized views that read a foreign table, directly or through views, partitions and other materialized views:
 * where nothing may reach another server they stay empty.
 */
export async function dependsOnForeign(psql: Psql): Promise<RelationName[]> {
  return psql.rows<RelationName>(READS_FOREIGN);
}

/** Whether an error says no more than that another server cannot be reached, as `neutralise` means it to be. */
export function isNeutralised({ message, statement }: Pick<RestoreError, 'message' | 'statement'>): boolean {
  return (
    /^foreign-data wrapper ".*" has no handler$/.test(message) &&
    /^REFRESH MATERIALIZED VIEW /.test(statement ?? '')
  );
}
