import type { Manifest } from '../backup/manifest.js';
import { formatDuration } from '../base/units.js';
import type { Finding } from './types.js';

/**
 * Whether the backup is young enough: its age is that of its snapshot, since that is what would be lost. The snapshot's
 * time is that of the server's clock; one that is ahead makes no backup younger than its end was by ours.
 */
export function ageOf(
  { snapshotAt, finishedAt }: Pick<Manifest, 'snapshotAt' | 'finishedAt'>,
  maxMs: number,
  now: Date,
): Finding {
  const ms = now.getTime() - Math.min(Date.parse(snapshotAt), Date.parse(finishedAt));
  if (ms <= maxMs) return { kind: 'age', name: '', verdict: 'equal' };
  return {
    kind: 'age',
    name: '',
    verdict: 'different',
    expected: `at most ${formatDuration(maxMs / 1000)}`,
    found: formatDuration(ms / 1000),
    why: 'no newer backup was found; look for failed runs of the backup workflow',
  };
}
