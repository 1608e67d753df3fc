import { sequenceValues } from '../../backup/fingerprint/sequences.js';
import type { Finding } from '../types.js';
import { keyOf, notMeasured, titleOf } from './findings.js';
import { judgeSequence, type RestoredSequence } from './judge-sequence.js';
import { isLeftOut, WHY_LEFT_OUT, type Comparison } from './request.js';

const COUNTING = `
SELECT seqrelid::int8 AS oid, seqincrement::text AS increment, seqcycle AS cycle FROM pg_catalog.pg_sequence`;

/** Each sequence of the fingerprint against the restored one. */
export async function compareSequences(comparison: Comparison): Promise<Finding[]> {
  const { psql, fingerprint } = comparison;
  if (fingerprint.sequences.length === 0) return [];
  const counting = await psql.rows<Pick<RestoredSequence, 'increment' | 'cycle'> & { oid: number }>(COUNTING);
  const byOid = new Map(counting.map(({ oid, ...how }) => [oid, how]));
  const restored = new Map(
    (await sequenceValues(psql)).map((sequence) => [
      keyOf(sequence),
      { increment: '1', cycle: false, ...sequence, ...byOid.get(sequence.oid) },
    ]),
  );
  return fingerprint.sequences.map((sequence) => {
    const finding = judgeSequence(sequence, restored.get(keyOf(sequence)));
    return finding.verdict === 'different' && isLeftOut(comparison, ['SEQUENCE', 'SEQUENCE SET'], sequence)
      ? notMeasured('sequence', titleOf(sequence), WHY_LEFT_OUT)
      : finding;
  });
}
