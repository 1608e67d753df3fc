import type { Psql } from '../../postgres/psql.js';
import type { Scope } from '../compare/index.js';
import type { Finding } from '../types.js';

/** What was done to a restored database on purpose. */
export interface Damage {
  /** `one row of table public.orders deleted`; holds no row. */
  description: string;
  /** What has to be compared again. */
  scope: Scope;
  /** The difference that a comparison must name. */
  expects: Pick<Finding, 'kind' | 'name'>;
}

/** A damage that could be done. */
export interface Candidate extends Damage {
  /**
   * Does it, inside a transaction of the caller's.
   * @returns false where it had no effect (a rule or trigger undid it).
   * @throws SqlError where the database does not let it happen.
   */
  apply(psql: Psql): Promise<boolean>;
}
