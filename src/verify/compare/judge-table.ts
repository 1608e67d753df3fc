import type { TableFingerprint } from '../../backup/fingerprint/types.js';
import { plural } from '../../base/units.js';
import type { Finding } from '../types.js';
import { different, equal, titleOf } from './findings.js';

type Sums = { high: string; low: string };

/** What was counted of a restored table against what the fingerprint says. */
export function judgeTable(expected: TableFingerprint, found: TableFingerprint): Finding[] {
  const name = titleOf(expected);
  const rows = plural(expected.rows, 'row');
  if (expected.rows !== found.rows) return [different('table', name, rows, plural(found.rows, 'row'))];
  if (expected.content === undefined) return [equal('table', name)];
  const own = same(expected.content, found.content)
    ? equal('table', name)
    : different('table', name, `${rows} as they were`, `${rows}, not all of them as they were`);
  if (expected.content.generated === undefined) return [own];
  const generated = same(expected.content.generated, found.content?.generated)
    ? equal('generated columns', name)
    : different('generated columns', name, 'the values of the source', 'other values', {
        minor: true,
        why: 'a restore computes them anew, and the expression does not give the same again',
      });
  return [own, generated];
}

function same(expected: Sums, found: Sums | undefined): boolean {
  return expected.high === found?.high && expected.low === found.low;
}
