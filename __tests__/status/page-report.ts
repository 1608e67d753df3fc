import type { Inventory } from '../../src/backup/inventory.js';
import type { RunRecord } from '../../src/backup/history.js';
import { newId } from '../../src/backup/id.js';
import type { Policy } from '../../src/retention/types.js';
import { healthOf, RUNS_DAYS } from '../../src/status/health.js';
import type { Report } from '../../src/status/page/types.js';
import { manifestOf } from '../support/family.js';

export const NOW = new Date('2026-11-20T08:00:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The same every time, and as uneven as real numbers are: 0 to 1. */
const uneven = (seed: number): number => Math.abs(Math.sin(seed * 12.9898) * 43758.5453) % 1;

/** A family that is backed up every night and verified every week, for so many nights. */
export function nightly(count: number, name = 'shop'): Inventory {
  const entries = Array.from({ length: count }, (_, index) => {
    const night = count - 1 - index;
    const at = new Date(NOW.getTime() - night * DAY_MS - 6 * HOUR_MS);
    const id = newId(at);
    const bytes = Math.round(2.1e9 * (1 + index / 400) * (0.98 + 0.04 * uneven(index)));
    const seconds = 95 + index / 4 + 20 * uneven(index + 0.5);
    const manifest = {
      ...manifestOf({ id, ...(night % 7 === 3 ? { label: 'weekly' } : {}) }, name),
      finishedAt: new Date(at.getTime() + seconds * 1000).toISOString(),
      totals: {
        tables: 42,
        rows: Math.round(18_400_000 * (1 + index / 300) * (0.999 + 0.002 * uneven(index))),
      },
    };
    manifest.parts = manifest.parts.map((part) => ({ ...part, bytes }));
    const end = new Date(at.getTime() + 3 * HOUR_MS).toISOString();
    const verified = {
      version: 1 as const,
      backupId: id,
      verdict: night === 21 ? ('failed' as const) : ('passed' as const),
      startedAt: end,
      finishedAt: end,
      restoreSeconds: 210 + index / 3,
      compareSeconds: 31,
      totals: { equal: 214, different: night === 21 ? 2 : 0, notMeasured: 0 },
      tables: 42,
      rows: 1,
      control: 'noticed' as const,
      server: '17.7',
      pgkeep: '0.1.0',
      runUrl: `https://github.com/octo/shop/actions/runs/${9000 + index}`,
    };
    return { manifest, verified: night % 7 === 0 ? verified : undefined, storedBytes: bytes + 9000 };
  });
  return {
    name,
    entries,
    unreadable: [],
    orphans: [],
    foreign: [],
    log: [],
    totalBytes: entries.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
  };
}

/** The log of such a family: `bad` is how many nights ago a backup failed. */
export function runsOf(bad: readonly number[]): RunRecord[] {
  return Array.from({ length: RUNS_DAYS }, (_, index) => RUNS_DAYS - 1 - index).flatMap((night) => {
    const run = {
      version: 1 as const,
      outcome: 'success' as const,
      startedAt: new Date(NOW.getTime() - night * DAY_MS - 6 * HOUR_MS).toISOString(),
      seconds: 110 + 10 * uneven(night),
      error: null,
      backup: null,
      runUrl: `https://github.com/octo/shop/actions/runs/${100 + night}`,
      actor: 'octocat',
    };
    const error =
      'The server did not answer within 10 s. Check that it is up and that the runner may reach it.';
    const backup = bad.includes(night)
      ? { ...run, action: 'backup', outcome: 'failure' as const, seconds: 10.4, error }
      : { ...run, action: 'backup' };
    return [
      backup,
      { ...run, action: 'prune', seconds: 3.2 },
      ...(night % 7 === 0 ? [{ ...run, action: 'verify', seconds: 260 }] : []),
    ];
  });
}

/** A report on these families, one a storage. */
export function reportOf(
  stored: readonly { inventory: Inventory; records?: readonly RunRecord[]; storage?: string }[],
  policy: Policy = {},
): Report {
  const limits = { maxAgeMs: 26 * HOUR_MS, maxVerifyAgeMs: 8 * DAY_MS };
  const contents = stored.map(({ inventory, records = [] }) => ({ inventory, records }));
  const healths = stored.map(({ storage = 's3://my-backups/prod' }, index) => {
    const { inventory, records } = contents[index] ?? { inventory: nightly(0), records: [] };
    return healthOf({ inventory, records, storage, now: NOW }, limits);
  });
  const result = { healths, database: undefined, failures: [] };
  return { result, contents, policy, repository: 'octo/shop', now: NOW };
}
