import type { RestoreError, StagedBackup } from '../restore/types.js';
import type { Finding } from './types.js';

const DEFINITIONS = 'of the archive';

/** Whether the definitions in the archive are those that the database had. */
export function definitionsFinding(
  { fingerprint, manifest }: Pick<StagedBackup, 'fingerprint' | 'manifest'>,
  found: string | { why: string },
): Finding {
  const finding = { kind: 'definitions', name: DEFINITIONS } as const;
  const expected = fingerprint?.schema;
  if (expected === undefined || expected === null) {
    const why =
      fingerprint === undefined ? 'the backup was made without a fingerprint' : 'the backup holds rows only';
    return { ...finding, verdict: 'not measured', why };
  }
  if (typeof found !== 'string') return { ...finding, verdict: 'not measured', why: found.why };
  if (found === expected) return { ...finding, verdict: 'equal' };
  return {
    ...finding,
    verdict: 'different',
    expected: `those at the snapshot (SHA-256 ${expected.slice(0, 12)}...)`,
    found: `others (${found.slice(0, 12)}...)`,
    why: `the archive is not the one that was dumped, or pg_restore is not of the version of the pg_dump that made it (${manifest.tools.pg_dump})`,
  };
}

/** What pg_restore or psql complained about. Anything that is not known to be harmless is a difference. */
export function restoreFindings(errors: readonly RestoreError[]): Finding[] {
  if (errors.length === 0) return [{ kind: 'restore', name: 'without an error', verdict: 'equal' }];
  return errors.map(({ message, entry, harmless }) => {
    const finding = { kind: 'restore', name: entry ?? '' } as const;
    return harmless === undefined
      ? { ...finding, verdict: 'different', expected: 'no error', found: message }
      : { ...finding, verdict: 'different', minor: true, why: `${message}: ${harmless}` };
  });
}

/** Extensions that were left out; where there is a fingerprint, comparing with it tells of them. */
export function missingFindings(
  { fingerprint }: Pick<StagedBackup, 'fingerprint'>,
  missing: readonly string[],
): Finding[] {
  if (fingerprint !== undefined) return [];
  return missing.map((name) => ({
    kind: 'extension',
    name,
    verdict: 'not measured',
    why: 'it is missing here, as was allowed',
  }));
}
