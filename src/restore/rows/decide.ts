import { list } from '../sentence.js';
import type { RowEffects } from './effects.js';
import { orderTables } from './order.js';

/** How rows are put into tables that are there. */
export interface RowsDecision {
  /** In a session that counts as a replica: no trigger fires and no foreign key is checked. */
  silent: boolean;
  /** Tables in the order in which they get their rows. */
  order: string[];
  blockers: string[];
  warnings: string[];
}

/**
 * Decides how rows come back exactly as they were: no trigger may change them or write others, and foreign keys that lead
 * out of what is restored are checked. Where all of them stay within, the rows suit each other as they did in the source.
 * @param tables that get rows, by `schema.name`
 */
export function decideRows(tables: readonly string[], effects: RowEffects, role: string): RowsDecision {
  const { triggers, foreignKeys, maySilence } = effects;
  const known = new Set(tables);
  const order = orderTables(tables, foreignKeys);
  const outside = foreignKeys.filter(({ refersTo }) => !known.has(refersTo));
  const named = (those: readonly { name: string; table: string }[], of: 'on' | 'of'): string =>
    list(those.map(({ name, table }) => `${name} ${of} ${table}`));
  // In a session that is no replica's.
  const firing = triggers.filter(({ fires }) => fires !== 'replica');
  const stubborn = triggers.filter(({ fires }) => fires !== 'origin');
  const needed = firing.length > 0 || order.circular.length > 0;
  const silent = maySilence && (needed || (outside.length === 0 && stubborn.length === 0));
  const decision: RowsDecision = { silent, order: order.tables, blockers: [], warnings: [] };
  const disable =
    'Disable them for the restore (`ALTER TABLE ... DISABLE TRIGGER ...`) and enable them afterwards';
  const silence = `use a role that may set session_replication_role (a superuser, or since PostgreSQL 15 after \`GRANT SET ON PARAMETER session_replication_role TO ${JSON.stringify(role)}\`)`;
  if (silent) {
    if (stubborn.length > 0)
      decision.blockers.push(
        `Triggers that fire for replicas too (ENABLE ALWAYS or REPLICA) could change the rows that are restored, or write others: ${named(stubborn, 'on')}. ${disable}.`,
      );
    if (outside.length > 0)
      decision.warnings.push(
        `These foreign keys lead to tables that are not restored, and are not checked for the restored rows, since triggers and foreign keys are off together: ${named(outside, 'of')}. Look afterwards for rows that refer to nothing.`,
      );
    return decision;
  }
  if (firing.length > 0)
    decision.blockers.push(
      `Triggers could change the rows that are restored, or write others: ${named(firing, 'on')}. ${disable}, or ${silence}.`,
    );
  if (order.circular.length > 0)
    decision.blockers.push(
      `Foreign keys lead in a circle, so that there is no order in which the rows could be put in: ${named(order.circular, 'of')}. Defer one of them for the restore (\`ALTER TABLE ... ALTER CONSTRAINT ... DEFERRABLE INITIALLY DEFERRED\`), or ${silence}.`,
    );
  return decision;
}
