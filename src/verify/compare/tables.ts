import { tableFingerprints } from '../../backup/fingerprint/counts.js';
import { countedTables, type CountedTable } from '../../backup/fingerprint/tables.js';
import type { TableFingerprint } from '../../backup/fingerprint/types.js';
import { plural } from '../../base/units.js';
import type { Finding, FindingKind } from '../types.js';
import { countInParallel } from './counting.js';
import { different, keyOf, notMeasured, titleOf } from './findings.js';
import { judgeTable } from './judge-table.js';
import { isLeftOut, WHY_LEFT_OUT, type Comparison } from './request.js';
import { strangers } from './strangers.js';

/** A table of the fingerprint, and the restored tables that its rows are in. */
interface Pair {
  expected: TableFingerprint;
  restored: CountedTable[];
}

/** The rows of each table, and their content where the fingerprint has it. */
export async function compareTables(comparison: Comparison): Promise<Finding[]> {
  const { fingerprint, psql, open, jobs, only } = comparison;
  const chosen = only?.tables === undefined ? undefined : new Set(only.tables.map(keyOf));
  const expected = fingerprint.tables.filter((table) => chosen?.has(keyOf(table)) ?? true);
  const found = await countedTables(psql);
  const pairs = pairUp(expected, found);
  const wanted = pairs.flatMap(({ restored }) => restored);
  const hashed = expected.find(({ content }) => content !== undefined)?.content?.algorithm;
  const unlike = hashed === undefined ? [] : await otherEncoding(comparison);
  const algorithm = unlike.length === 0 ? hashed : undefined;
  const counted = await countInParallel(() => open('that compares rows'), jobs, wanted, algorithm);
  const readable = wanted.filter(({ oid }) => !counted.unreadable.has(oid));
  const actual = new Map(
    tableFingerprints(readable, counted.rows, algorithm).map((table) => [keyOf(table), table]),
  );
  const findings = pairs.flatMap(({ expected: table, restored }): Finding[] => {
    const broken = restored.find(({ oid }) => counted.unreadable.has(oid));
    if (broken !== undefined)
      return [
        different('table', titleOf(table), plural(table.rows, 'row'), 'it cannot be read', {
          why: `reading ${titleOf(broken)} ended with SQLSTATE ${counted.unreadable.get(broken.oid) ?? ''}`,
        }),
      ];
    const there = actual.get(keyOf(table));
    if (there === undefined)
      return excused(comparison, table, [
        different('table', titleOf(table), plural(table.rows, 'row'), 'missing'),
      ]);
    const { content, ...rowsOnly } = table;
    const measured = algorithm === undefined || content === undefined ? rowsOnly : table;
    return excused(comparison, table, [
      ...judgeTable(measured, there),
      ...missingPartitions(table, restored),
    ]);
  });
  findings.push(...unlike);
  if (chosen !== undefined) return findings;
  const known = new Set(wanted.map(({ oid }) => oid));
  const others = found.filter(({ oid }) => !known.has(oid));
  return [...findings, ...(await strangers(psql, others)), ...carriedOver(comparison)];
}

/** Content hashes are those of bytes, and another encoding has others for the same text. */
async function otherEncoding({ psql, manifest }: Comparison): Promise<Finding[]> {
  const encoding = await psql.value('SHOW server_encoding');
  if (encoding === manifest.server.encoding) return [];
  const why = `this database is encoded in ${encoding}, the source in ${manifest.server.encoding}`;
  return [notMeasured('table', 'content of the rows', why)];
}

/**
 * Tables belong together by name. Partitions that the fingerprint counts as one are looked for by their own names too:
 * a partition that was archived alone has no parent here.
 */
function pairUp(expected: readonly TableFingerprint[], found: readonly CountedTable[]): Pair[] {
  const pairs = expected.map((table): Pair => ({ expected: table, restored: [] }));
  const byName = new Map(pairs.map((pair) => [keyOf(pair.expected), pair]));
  const byPartition = new Map(
    pairs.flatMap((pair) => (pair.expected.partitions ?? []).map((leaf) => [keyOf(leaf), pair] as const)),
  );
  for (const table of found) {
    const pair = byPartition.get(keyOf(table)) ?? byName.get(keyOf(table.hashRoot ?? table));
    pair?.restored.push({
      ...table,
      // Counted together under the fingerprint's name, and as the source's extension had it.
      hashRoot: { schema: pair.expected.schema, name: pair.expected.name },
      condition: pair.expected.condition ?? null,
    });
  }
  return pairs;
}

/** What differs in a table is no difference where its rows, or those of a partition, were left out. */
function excused(comparison: Comparison, table: TableFingerprint, findings: Finding[]): Finding[] {
  if (findings.every(({ verdict }) => verdict === 'equal')) return findings;
  const places = [table, ...(table.partitions ?? [])];
  return places.some((place) => isLeftOut(comparison, ['TABLE', 'TABLE DATA'], place))
    ? [notMeasured('table', titleOf(table), WHY_LEFT_OUT)]
    : findings;
}

function missingPartitions(table: TableFingerprint, restored: readonly CountedTable[]): Finding[] {
  const there = new Set(restored.map(keyOf));
  return (table.partitions ?? [])
    .filter((leaf) => !there.has(keyOf(leaf)))
    .map((leaf) => different('table', titleOf(leaf), `a partition of ${titleOf(table)}`, 'missing'));
}

/** What the fingerprint itself could not measure. */
function carriedOver({ fingerprint }: Comparison): Finding[] {
  return fingerprint.notMeasured.map(({ what, why }) => {
    const table = /^(?:foreign )?table ([\s\S]*)$/.exec(what)?.[1];
    if (table !== undefined) return notMeasured('table', table, why);
    return notMeasured(UNNAMED[what] ?? 'object', what, why);
  });
}

/** What a fingerprint could not measure as a whole. All else is an object that pg_dump leaves out. */
const UNNAMED: Readonly<Record<string, FindingKind>> = {
  'sequences after the dump': 'sequence',
  'the content of large objects': 'large objects',
  'the details of large objects': 'large objects',
};
