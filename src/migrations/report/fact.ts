import type { Fact, MigrationReport } from '../types.js';
import type { Limits } from './limits.js';
import { oneLine, placeOf, shortened } from './words.js';

/** A fact as it is told, apart from how it looks: what is not known is empty. */
export interface Told {
  fails: boolean;
  kind: Fact['kind'];
  message: string;
  advice: string;
  /** File and line. */
  place: string;
  /** The statement's beginning. */
  sql: string;
}

const LONGEST_SQL = 80;
const LONGEST_PLACE = 200;

/** Facts as they are told, in this order; the same advice on the same statement is given once. */
export function tellAll(facts: readonly Fact[], report: MigrationReport, limits: Limits): Told[] {
  const given = new Set<string>();
  return facts.map((fact) => {
    const told = tell(fact, report, limits);
    const key = `${fact.statement} ${told.advice}`;
    const isKnown = fact.statement !== undefined && given.has(key);
    given.add(key);
    return isKnown ? { ...told, advice: '' } : told;
  });
}

function tell(fact: Fact, { statements }: MigrationReport, { text }: Limits): Told {
  const statement = statements[fact.statement ?? -1];
  return {
    fails: fact.fails,
    kind: fact.kind,
    message: shortened(fact.message, text),
    advice: shortened(fact.advice ?? '', text),
    place: statement === undefined ? '' : shortened(placeOf(statement), LONGEST_PLACE),
    sql: statement === undefined ? '' : shortened(oneLine(statement.sql), LONGEST_SQL),
  };
}
