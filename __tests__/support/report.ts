import { totalsOf } from '../../src/verify/result.js';
import type { Finding, FindingKind, VerifyReport } from '../../src/verify/types.js';

const equal = (kind: FindingKind, ...names: string[]): Finding[] =>
  names.map((name) => ({ kind, name, verdict: 'equal' }));

const EQUAL: Finding[] = [
  ...equal('part', 'database.dump.age', 'globals.sql.age', 'fingerprint.json.age'),
  ...equal('definitions', 'of the archive'),
  ...equal('restore', 'without an error'),
  ...equal('object kind', 'table', 'index', 'view', 'function', 'foreign key', 'trigger'),
  ...equal('table', 'public.customers', 'public.products'),
  ...equal('sequence', 'public.orders_id_seq', 'public.customers_id_seq'),
  ...equal('collation', 'encoding', 'locale'),
];

const MINOR: Finding = {
  kind: 'extension',
  name: 'pgcrypto',
  verdict: 'different',
  expected: '1.3',
  found: '1.4',
  minor: true,
};

const UNMEASURED: Finding = {
  kind: 'index',
  name: 'public.orders_pkey',
  verdict: 'not measured',
  why: 'the extension amcheck is not there',
};

const RED: Finding[] = [
  {
    kind: 'table',
    name: 'public.orders',
    verdict: 'different',
    expected: '12,480 rows',
    found: '12,479 rows',
  },
  {
    kind: 'check',
    name: 'SELECT count(*) > 0 FROM public.refunds',
    verdict: 'different',
    expected: 'true',
    found: 'false',
  },
];

/** The report of a small shop's backup: all is well, or one row and one check are not. */
export function sampleReport(
  verdict: VerifyReport['verdict'],
  changes: Partial<VerifyReport> = {},
): VerifyReport {
  const own: Finding[] =
    verdict === 'passed' ? [...equal('table', 'public.orders'), ...equal('control', 'damage')] : RED;
  const findings = changes.findings ?? [...EQUAL, ...own, MINOR, UNMEASURED];
  return {
    version: 1,
    verdict,
    backupId: '20261120T021703Z-k3fd',
    name: 'shop',
    label: null,
    database: 'shop',
    snapshotAt: '2026-11-20T02:17:04.120Z',
    storage: 's3://my-backups/prod',
    startedAt: '2026-11-22T04:43:10.000Z',
    finishedAt: '2026-11-22T04:43:41.000Z',
    server: { scratch: '17.7', source: '17.6', isolated: true },
    bytes: 381_681_664,
    seconds: { fetch: 6.1, restore: 18.4, compare: 2.3, total: 31 },
    control:
      verdict === 'passed'
        ? { outcome: 'noticed', damage: 'a row of public.orders removed' }
        : { outcome: 'not run', damage: null },
    neutralised: [],
    warnings: [],
    ...changes,
    findings,
    totals: totalsOf(findings),
  };
}
