import { countedKinds, countKinds, KINDS } from '../../backup/fingerprint/kinds.js';
import { catalogObjects, type CatalogObject } from '../../backup/fingerprint/objects.js';
import type { Fingerprint, Requirements } from '../../backup/fingerprint/types.js';
import type { TocEntry } from '../../postgres/toc.js';
import type { Finding } from '../types.js';
import { different, equal, notMeasured } from './findings.js';
import { WHY_LEFT_OUT, type Comparison } from './request.js';

/** How many objects of each kind there are. */
export async function compareKinds(comparison: Comparison): Promise<Finding[]> {
  const { psql, fingerprint } = comparison;
  const objects = await catalogObjects(psql);
  const found = countKinds(objects.filter((object) => !isPrepared(object, fingerprint.requires)));
  return judgeKinds(fingerprint, found, comparison.leftOut?.objects);
}

/** What had to be made before a part of a database could be restored is not of the archive. */
function isPrepared({ kind, name }: CatalogObject, { schemas, extensions }: Requirements): boolean {
  if (kind === 'schema') return schemas.includes(name);
  return kind === 'extension' && extensions.some((extension) => extension.name === name);
}

type Counts = Pick<Fingerprint, 'objects' | 'kinds'>;

const NEWER = 'it was counted by a newer pgkeep';
const OLDER = 'the pgkeep that made the backup did not count it';

/**
 * @param leftOut how many of each kind may be missing at most
 * @param known the kinds that this pgkeep counts
 */
export function judgeKinds(
  fingerprint: Counts,
  found: Readonly<Record<string, number>>,
  leftOut: Readonly<Record<string, number>> = {},
  known: readonly string[] = KINDS,
): Finding[] {
  const { objects } = fingerprint;
  const [then, now] = [countedKinds(fingerprint), new Set(known)];
  const kinds = [...new Set([...Object.keys(objects), ...Object.keys(found)])].sort();
  return kinds.map((kind): Finding => {
    const [wanted, there] = [objects[kind] ?? 0, found[kind] ?? 0];
    if (!now.has(kind)) return notMeasured('object kind', kind, NEWER);
    if (!then.has(kind)) return notMeasured('object kind', kind, OLDER);
    if (wanted === there) return equal('object kind', kind);
    const lacking = wanted - there;
    if (lacking > 0 && lacking <= (leftOut[kind] ?? 0))
      return notMeasured('object kind', kind, `${lacking} of ${wanted} are not there: ${WHY_LEFT_OUT}`);
    return different('object kind', kind, String(wanted), String(there));
  });
}

/**
 * Kinds of which each object has an entry of its own, and nothing else is in that catalog by that title. What pg_dump
 * writes inside of a table's definition, or only sometimes apart, cannot be counted so.
 */
const ENTRIES: Readonly<Record<string, RegExp>> = {
  schema: /^2615 SCHEMA - (?!public )/,
  table: /^1259 TABLE (?!ATTACH )/,
  view: /^1259 VIEW /,
  'materialized view': /^1259 MATERIALIZED VIEW /,
  'foreign table': /^1259 FOREIGN TABLE /,
  sequence: /^1259 SEQUENCE /,
  function: /^1255 (FUNCTION|PROCEDURE|AGGREGATE) /,
  policy: /^3256 POLICY /,
  rule: /^2618 RULE (?!\S+ \S+ _RETURN )/,
  domain: /^1247 DOMAIN /,
  extension: /^3079 EXTENSION - (?!plpgsql )/,
  'event trigger': /^3466 EVENT TRIGGER /,
  publication: /^6104 PUBLICATION /,
  'foreign key': /^2606 FK CONSTRAINT /,
};

/** The counted objects against the archive's table of contents. */
export function compareContents(fingerprint: Counts, toc: readonly TocEntry[]): Finding[] {
  const { objects } = fingerprint;
  const then = countedKinds(fingerprint);
  const lines = toc.map(({ catalogId, text }) => `${catalogId} ${text} `);
  return Object.entries(ENTRIES).flatMap(([kind, pattern]): Finding[] => {
    const wanted = objects[kind] ?? 0;
    const listed = lines.filter((line) => pattern.test(line)).length;
    const name = `${kind}, in the table of contents`;
    if (!then.has(kind)) return [];
    if (listed === wanted) return wanted === 0 ? [] : [equal('object kind', name)];
    return [different('object kind', name, String(wanted), String(listed))];
  });
}
