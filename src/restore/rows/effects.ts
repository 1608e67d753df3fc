import type { Psql } from '../../postgres/psql.js';

/** A table by `schema.name`. */
type TableName = string;

/** A trigger that fires when rows are put into a table. */
export interface InsertTrigger {
  name: string;
  table: TableName;
  /**
   * `origin`: not while the session is a replica, as most; `replica`: only then; `always`: whatever it is.
   */
  fires: 'origin' | 'replica' | 'always';
}

/** A foreign key that is checked when rows are put into a table. */
export interface ForeignKey {
  name: string;
  table: TableName;
  /** The table that it refers to; of a partitioned one each partition is one, too. */
  refersTo: TableName;
  /** Checked at the end of the transaction. */
  deferred: boolean;
}

/** What happens in the target when rows are put into its tables. */
export interface RowEffects {
  triggers: InsertTrigger[];
  foreignKeys: ForeignKey[];
  /** The role may keep both from happening, by `session_replication_role`. */
  maySilence: boolean;
}

/** Nothing happens. */
export const NO_EFFECTS: RowEffects = { triggers: [], foreignKeys: [], maySilence: false };

// A trigger's type has 4 for INSERT (TRIGGER_TYPE_INSERT in catalog/pg_trigger.h). Triggers that a constraint brings are
// left out; those that a partitioned table gives its partitions count, though some majors call them internal.
const TRIGGERS = `SELECT t.tgname AS name, n.nspname || '.' || c.relname AS "table",
    CASE t.tgenabled WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' ELSE 'origin' END AS fires
  FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE t.tgenabled <> 'D' AND t.tgtype & 4 <> 0 AND NOT (t.tgisinternal AND t.tgconstraint <> 0)
  ORDER BY 2, 1`;

const FOREIGN_KEYS = `SELECT k.conname AS name, n.nspname || '.' || c.relname AS "table", m.nspname || '.' || r.relname AS "refersTo",
    k.condeferred AS deferred
  FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class r ON r.oid = k.confrelid JOIN pg_catalog.pg_namespace m ON m.oid = r.relnamespace
  WHERE k.contype = 'f' ORDER BY 2, 1, 3`;

/**
 * Reads what happens when rows are put into these tables.
 * @param tables by `schema.name`
 */
export async function effectsOn(
  psql: Psql,
  tables: ReadonlySet<TableName>,
): Promise<Omit<RowEffects, 'maySilence'>> {
  const triggers = await psql.rows<InsertTrigger>(TRIGGERS);
  const keys = await psql.rows<ForeignKey>(FOREIGN_KEYS);
  return {
    triggers: triggers.filter(({ table }) => tables.has(table)),
    foreignKeys: keys.filter(({ table }) => tables.has(table)),
  };
}
