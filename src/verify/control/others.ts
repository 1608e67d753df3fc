import type { Fingerprint } from '../../backup/fingerprint/types.js';
import { quoteIdentifier, quoteLiteral } from '../../postgres/psql.js';
import { titleOf } from '../compare/findings.js';
import type { Candidate } from './types.js';

/** A sequence that was at rest during the dump set to where it was not. */
export function sequenceResets({ sequences }: Fingerprint): Candidate[] {
  return sequences
    .filter(({ before, after }) => before === after)
    .map((sequence) => {
      const name = quoteLiteral(`${quoteIdentifier(sequence.schema)}.${quoteIdentifier(sequence.name)}`);
      return {
        description: `sequence ${titleOf(sequence)} reset`,
        scope: { aspects: ['sequences'] },
        expects: { kind: 'sequence', name: titleOf(sequence) },
        apply: async (psql) => {
          const at = `(SELECT CASE WHEN seqmin::text = ${quoteLiteral(sequence.before ?? '')} THEN seqmax ELSE seqmin END
            FROM pg_sequence WHERE seqrelid = ${name}::regclass)`;
          return (await psql.value(`SELECT setval(${name}::regclass, ${at})::text`)) !== sequence.before;
        },
      };
    });
}

/** A large object lost. */
export function largeObjectLosses({ largeObjects }: Fingerprint): Candidate[] {
  if (largeObjects === 0) return [];
  const unlink = 'SELECT lo_unlink(oid) FROM (SELECT oid FROM pg_largeobject_metadata LIMIT 1) o';
  return [
    {
      description: 'one large object deleted',
      scope: { aspects: ['large objects'] },
      expects: { kind: 'large objects', name: 'all' },
      apply: async (psql) => (await psql.value(unlink)) === '1',
    },
  ];
}

/** A materialized view without its rows. */
export function viewLosses({ materializedViews }: Fingerprint): Candidate[] {
  return materializedViews
    .filter(({ populated }) => populated)
    .map((view) => ({
      description: `rows of materialized view ${titleOf(view)} removed`,
      scope: { aspects: ['materialized views'] },
      expects: { kind: 'materialized view', name: titleOf(view) },
      apply: async (psql) => {
        const name = `${quoteIdentifier(view.schema)}.${quoteIdentifier(view.name)}`;
        await psql.exec(`REFRESH MATERIALIZED VIEW ${name} WITH NO DATA`);
        return true;
      },
    }));
}

/** An extension lost. */
export function extensionDrops({ extensions, requires }: Fingerprint): Candidate[] {
  return [...extensions, ...requires.extensions]
    .filter(({ name }) => name !== 'plpgsql')
    .map(({ name }) => ({
      description: `extension dropped: ${name}`,
      scope: { aspects: ['extensions'] },
      expects: { kind: 'extension', name },
      apply: async (psql) => {
        await psql.exec(`DROP EXTENSION ${quoteIdentifier(name)}`);
        return true;
      },
    }));
}
