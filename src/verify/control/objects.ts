import { catalogObjects } from '../../backup/fingerprint/objects.js';
import type { Psql } from '../../postgres/psql.js';
import type { Candidate } from './types.js';

/** What is dropped by the name that PostgreSQL itself gives an object: `DROP TRIGGER touch ON app.orders`. */
const DROPPED = new Set([
  'index',
  'view',
  'materialized view',
  'foreign table',
  'trigger',
  'policy',
  'rule',
  'function',
  'statistics object',
  'event trigger',
  'publication',
]);

interface Identified {
  catalog: number;
  oid: number;
  drop: string;
  identity: string;
}

/** Catalogs and OIDs to the statement that drops them; a constraint goes by its table. */
function identify(psql: Psql, objects: readonly { catalog: number; oid: number }[]): Promise<Identified[]> {
  const list = (numbers: number[]): string => `'{${numbers.join(',')}}'::oid[]`;
  return psql.rows<Identified>(`
    SELECT o.catalog::int8 AS catalog, o.oid::int8 AS oid, i.identity, CASE WHEN k.oid IS NOT NULL
        THEN 'ALTER TABLE ' || k.conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(k.conname)
        ELSE 'DROP ' || CASE i.type WHEN 'statistics object' THEN 'statistics' ELSE i.type END || ' ' || i.identity END AS drop
    FROM unnest(${list(objects.map(({ catalog }) => catalog))}, ${list(objects.map(({ oid }) => oid))}) AS o(catalog, oid)
    CROSS JOIN LATERAL pg_identify_object(o.catalog, o.oid, 0) i
    LEFT JOIN pg_constraint k ON o.catalog = 'pg_constraint'::regclass AND k.oid = o.oid`);
}

/** How many of each kind are looked at: enough to find one that nothing hangs on. */
const LOOKED_AT = 200;

/** Something lost that is no table, by kind. */
export async function objectDrops(psql: Psql, random: (below: number) => number): Promise<Candidate[][]> {
  const kinds = new Map<string, { catalog: number; oid: number }[]>();
  for (const { kind, catalog, oid, via } of await catalogObjects(psql)) {
    if (kind === 'index' ? via !== null : !DROPPED.has(kind) && !isConstraint(kind)) continue;
    const members = kinds.get(kind);
    if (members === undefined) kinds.set(kind, [{ catalog, oid }]);
    else members.push({ catalog, oid });
  }
  const result: Candidate[][] = [];
  for (const [kind, objects] of kinds) {
    const from = random(Math.max(1, objects.length - LOOKED_AT + 1));
    const some = await identify(psql, objects.slice(from, from + LOOKED_AT));
    result.push(
      some.map(({ drop, identity }) => ({
        description: `${kind} dropped: ${identity}`,
        scope: { aspects: ['objects'] },
        expects: { kind: 'object kind', name: kind },
        apply: async (session) => {
          await session.exec(drop);
          return true;
        },
      })),
    );
  }
  return result;
}

function isConstraint(kind: string): boolean {
  return kind === 'foreign key' || kind.endsWith(' constraint');
}
