import { explainSqlError } from '../../postgres/explain.js';
import { inspectServer } from '../../postgres/server.js';
import type { Finding } from '../types.js';
import { compareCollation } from './collation.js';
import { beginReading } from './counting.js';
import { compareDefinitions } from './definitions.js';
import { notMeasured } from './findings.js';
import { compareContents, compareKinds } from './kinds.js';
import { compareLargeObjects } from './large-objects.js';
import { compareExtensions, compareMaterializedViews } from './relations.js';
import type { Aspect, CompareRequest, Comparison } from './request.js';
import { compareSequences } from './sequences.js';
import { compareTables } from './tables.js';

/** What stands for all tables where the backup has no fingerprint; a real one's name has its schema. */
export const ALL = 'all';

export { compareContents } from './kinds.js';
export type { Aspect, CompareRequest, Scope } from './request.js';

/** What the rows and the catalog are compared for, in the order of the report. */
const MEASURES: readonly [Aspect, (comparison: Comparison) => Promise<Finding[]>][] = [
  ['extensions', compareExtensions],
  ['objects', compareKinds],
  ['tables', compareTables],
  ['sequences', compareSequences],
  ['materialized views', compareMaterializedViews],
  ['large objects', compareLargeObjects],
];

/**
 * Compares a restored database with what its source held at the snapshot of the dump: with the fingerprint, and its
 * definitions with a reload of the same archive. Writes nothing. What is equal is a finding too.
 * @throws UserError when the server cannot be asked, CancelledError.
 */
export async function compareRestored(request: CompareRequest): Promise<Finding[]> {
  const wants = (aspect: Aspect): boolean => request.only?.aspects.includes(aspect) ?? true;
  const { fingerprint, toc } = request;
  const contents =
    fingerprint !== undefined && toc !== undefined && holdsDefinitions(request) && wants('contents')
      ? compareContents(fingerprint, toc)
      : [];
  // One after the other: each of them keeps all cores busy by itself.
  const definitions = wants('definitions') ? await compareDefinitions(request) : [];
  const measured = await compareMeasured(request, wants);
  return [...contents, ...definitions, ...measured];
}

async function compareMeasured(
  request: CompareRequest,
  wants: (aspect: Aspect) => boolean,
): Promise<Finding[]> {
  const { fingerprint, manifest } = request;
  const psql = await request.open('that compares');
  try {
    const findings: Finding[] = wants('collation')
      ? compareCollation(manifest.server, await inspectServer(psql), request.otherwise)
      : [];
    if (fingerprint === undefined)
      return [...findings, notMeasured('table', ALL, 'the backup was made without a fingerprint')];
    await beginReading(psql);
    for (const [aspect, compare] of MEASURES) {
      if (!wants(aspect) || (aspect === 'objects' && !holdsDefinitions(request))) continue;
      findings.push(...(await compare({ ...request, fingerprint, psql })));
    }
    return findings;
  } catch (error) {
    throw explainSqlError(error, 'Comparing the restored database', { target: request.connection.target });
  } finally {
    await psql.close();
  }
}

function holdsDefinitions({ manifest }: CompareRequest): boolean {
  return manifest.options['content'] !== 'data';
}
