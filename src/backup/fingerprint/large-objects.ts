import { SqlError, type Psql } from '../../postgres/psql.js';
import type { TocEntry } from '../../postgres/toc.js';
import { hashLargeObjectDetails } from './large-object-details.js';
import type { HashAlgorithm } from './queries.js';
import { inSavepoint } from './savepoint.js';
import type { Fingerprint } from './types.js';

/** The sums of the two halves of every large object's hash, its OID included: it keeps that in a restore. */
export interface LargeObjectHash {
  algorithm: HashAlgorithm;
  high: string;
  low: string;
}

type Measured = Pick<
  Fingerprint,
  'largeObjects' | 'largeObjectContent' | 'largeObjectDetails' | 'notMeasured'
>;

/** What the archive holds of large objects: their number, their details and, where an algorithm is given, a hash of their content. */
export async function measureLargeObjects(
  psql: Psql,
  toc: readonly TocEntry[],
  algorithm: HashAlgorithm | undefined,
): Promise<Measured> {
  const held = toc.some((entry) => entry.text.startsWith('BLOB'));
  const count = held
    ? Number(await psql.value('SELECT count(*) FROM pg_catalog.pg_largeobject_metadata'))
    : 0;
  const measured: Measured = { largeObjects: count, notMeasured: [] };
  if (count === 0) return measured;
  const details = await hashLargeObjectDetails(psql);
  if ('why' in details) measured.notMeasured.push({ what: 'the details of large objects', why: details.why });
  else measured.largeObjectDetails = details;
  if (algorithm === undefined) return measured;
  const content = await hashLargeObjects(psql, algorithm);
  if ('why' in content) measured.notMeasured.push({ what: 'the content of large objects', why: content.why });
  else measured.largeObjectContent = content;
  return measured;
}

/** Hashes all large objects. The session must be inside a transaction. @returns `why` where one cannot be read */
export async function hashLargeObjects(
  psql: Psql,
  algorithm: HashAlgorithm,
): Promise<LargeObjectHash | { why: string }> {
  // `lo_get` reads with the snapshot of the statement, fills holes with zeros as pg_dump does, and refuses what is
  // larger than a value can be (1 GB).
  const [inner, outer] =
    algorithm === 'md5'
      ? ['md5(lo_get(oid))', (text: string) => `md5(${text})`]
      : [
          "encode(sha256(lo_get(oid)), 'hex')",
          (text: string) => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`,
        ];
  const half = (start: number): string => `sum(('x' || substr(h, ${start}, 16))::bit(64)::bigint)::text`;
  try {
    const [sums] = await inSavepoint(psql, 'hashing', () =>
      psql.rows<{ high: string; low: string }>(
        `SELECT ${half(1)} AS high, ${half(17)} AS low FROM (
           SELECT ${outer(`oid::text || ' ' || ${inner}`)} AS h FROM pg_largeobject_metadata OFFSET 0) s`,
      ),
    );
    return { algorithm, high: sums?.high ?? '0', low: sums?.low ?? '0' };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { why: error.message };
  }
}
