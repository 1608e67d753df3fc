import { hashLargeObjectDetails } from '../../backup/fingerprint/large-object-details.js';
import { hashLargeObjects } from '../../backup/fingerprint/large-objects.js';
import type { Fingerprint, LargeObjectDetail } from '../../backup/fingerprint/types.js';
import { plural } from '../../base/units.js';
import type { Psql } from '../../postgres/psql.js';
import type { Finding } from '../types.js';
import { different, equal, notMeasured } from './findings.js';
import type { Comparison } from './request.js';

/** How many large objects there are, what is in them, and whose they are. */
export async function compareLargeObjects(comparison: Comparison): Promise<Finding[]> {
  const { psql, fingerprint } = comparison;
  const found = Number(await psql.value('SELECT count(*) FROM pg_catalog.pg_largeobject_metadata'));
  const expected = fingerprint.largeObjects;
  if (found !== expected)
    return [
      different('large objects', 'all', plural(expected, 'large object'), plural(found, 'large object')),
    ];
  if (expected === 0) return [];
  return [
    equal('large objects', plural(found, 'large object')),
    ...(await compareContent(psql, fingerprint.largeObjectContent)),
    ...(await compareDetails(comparison)),
  ];
}

async function compareContent(psql: Psql, expected: Fingerprint['largeObjectContent']): Promise<Finding[]> {
  if (expected === undefined) return [];
  const found = await hashLargeObjects(psql, expected.algorithm);
  if ('why' in found) return [notMeasured('large objects', 'content', found.why)];
  return found.high === expected.high && found.low === expected.low
    ? [equal('large objects', 'content')]
    : [different('large objects', 'content', 'that of the snapshot', 'another')];
}

/** The arguments of pg_dump that leave out what a schema-only dump of large objects does not tell. */
const WITHOUT: Readonly<Record<string, LargeObjectDetail>> = {
  '--no-owner': 'owners',
  '-O': 'owners',
  '--no-privileges': 'privileges',
  '--no-acl': 'privileges',
  '-x': 'privileges',
  '--no-comments': 'comments',
};

/** Definitions are compared by a schema-only dump, which has nothing of large objects. */
async function compareDetails({ psql, fingerprint, manifest, omits = [] }: Comparison): Promise<Finding[]> {
  const expected = fingerprint.largeObjectDetails;
  if (expected === undefined) return [];
  const args = manifest.options['dump-args'];
  const omitted = new Set(omits);
  for (const arg of Array.isArray(args) ? args : []) {
    const detail = WITHOUT[String(arg)];
    if (detail !== undefined) omitted.add(detail);
  }
  // A right is its owner's to give.
  if (omitted.has('owners')) omitted.add('privileges');
  const found = await hashLargeObjectDetails(psql);
  if ('why' in found) return [notMeasured('large objects', 'details', found.why)];
  return DETAILS.filter((detail) => !omitted.has(detail)).map((detail) =>
    found[detail].high === expected[detail].high && found[detail].low === expected[detail].low
      ? equal('large objects', detail)
      : different('large objects', detail, 'those of the snapshot', 'others'),
  );
}

const DETAILS: readonly LargeObjectDetail[] = ['owners', 'privileges', 'comments'];
