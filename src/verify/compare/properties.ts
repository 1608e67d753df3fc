import { propertyHashes, type Property, type PropertyHashes } from '../../postgres/database/hashes.js';
import type { ArchivedProperties } from '../../restore/swap/archived.js';
import type { Finding } from '../types.js';
import { different, equal } from './findings.js';

/** What arguments of pg_dump leave out of an archive. */
const WITHOUT: Readonly<Record<string, Property>> = {
  '--no-owner': 'owner',
  '-O': 'owner',
  '--no-privileges': 'privileges',
  '--no-acl': 'privileges',
  '-x': 'privileges',
  '--no-comments': 'comment',
};

/**
 * What the archive says of the database as a whole against what it was at the snapshot. A restore into another database
 * leaves that as it is, so only the archive can be looked at.
 * @param expected of the fingerprint; the first ones have none
 * @param dumpArgs the arguments that pg_dump was given, as the manifest has them
 */
export function judgeProperties(
  expected: PropertyHashes | undefined,
  archived: ArchivedProperties,
  dumpArgs: unknown,
): Finding[] {
  if (expected === undefined) return [];
  const args: readonly unknown[] = Array.isArray(dumpArgs) ? dumpArgs : [];
  const left = new Set(args.map((arg) => WITHOUT[String(arg)]));
  // What its owner may do in it is left out, for which one has to know who that is.
  const owner = left.has('owner');
  const found = propertyHashes(archived);
  const differing = (Object.keys(found) as Property[]).filter(
    (property) =>
      found[property] !== expected[property] && !left.has(property) && !(owner && property === 'privileges'),
  );
  if (differing.length === 0) return [equal('definitions', 'of the database as a whole')];
  return differing.map((property) =>
    different('definitions', `${property} of the database`, 'as at the snapshot', 'otherwise in the archive'),
  );
}
