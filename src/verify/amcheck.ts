import { plural } from '../base/units.js';
import { quoteIdentifier, SqlError, type Psql } from '../postgres/psql.js';
import type { Finding } from './types.js';
import { different, equal, notMeasured } from './compare/findings.js';

type Open = (name: string) => Promise<Psql>;

/** A schema of our own, so that nothing of the restored database stands in the way. */
const OURS = 'pgkeep_amcheck';
const AT_ONCE = 50;
/** index_corrupted */
const CORRUPTED = 'XX002';

interface Index {
  oid: number;
  schema: string;
  name: string;
  valid: boolean;
  btree: boolean;
}

// An index on a partitioned table itself has no pages, and is not valid until each partition has its own.
const INDEXES = `
SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, i.indisvalid AS valid, a.amname = 'btree' AS btree
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am a ON a.oid = c.relam
WHERE c.relkind = 'i' AND c.relpersistence <> 't' AND c.oid >= 16384
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY c.relpages DESC`;

/**
 * Whether the indexes of a restored database are sound: valid, and for B-trees in order from page to page
 * (https://www.postgresql.org/docs/current/amcheck.html). That each row is in its index is not checked, which would
 * take as long as building it did. Leaves the database as it was.
 */
export async function checkIndexes(open: Open, jobs: number): Promise<Finding[]> {
  const psql = await open('that looks for indexes');
  try {
    const indexes = await psql.rows<Index>(INDEXES);
    const invalid = indexes.filter(({ valid }) => !valid).map((index) => broken(index, 'it is not valid'));
    const trees = indexes.filter(({ valid, btree }) => valid && btree);
    const checked = trees.length === 0 ? [] : await checkTrees(open, psql, trees, jobs);
    const sound = indexes.length - invalid.length;
    const summary =
      sound === 0 || invalid.length > 0 ? [] : [equal('index', `${plural(sound, 'index', 'indexes')} valid`)];
    return [...summary, ...invalid, ...checked];
  } finally {
    await psql.close();
  }
}

async function checkTrees(open: Open, psql: Psql, trees: readonly Index[], jobs: number): Promise<Finding[]> {
  const amcheck = await provideAmcheck(psql);
  if ('why' in amcheck) return [notMeasured('index', 'order inside of B-trees', amcheck.why)];
  try {
    const damaged = await inParallel(open, jobs, trees, `${quoteIdentifier(amcheck.schema)}.bt_index_check`);
    return damaged.length > 0
      ? damaged
      : [equal('index', `order inside of ${plural(trees.length, 'B-tree', 'B-trees')}`)];
  } finally {
    if (amcheck.ours) await psql.exec(`DROP SCHEMA ${OURS} CASCADE`);
  }
}

/** The schema that amcheck is in, or why there is none. */
async function provideAmcheck(psql: Psql): Promise<{ schema: string; ours: boolean } | { why: string }> {
  const there = await psql.value(
    `SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'`,
  );
  if (there !== '') return { schema: there, ours: false };
  try {
    // A restored event trigger must not run at this.
    await psql.exec('SET session_replication_role = replica');
    await psql.exec('BEGIN', `CREATE SCHEMA ${OURS}`, `CREATE EXTENSION amcheck SCHEMA ${OURS}`, 'COMMIT');
    return { schema: OURS, ours: true };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    await psql.exec('ROLLBACK');
    return { why: `the extension amcheck cannot be had here (${error.message})` };
  }
}

/** Several sessions; each takes the next few indexes, the largest first. */
async function inParallel(
  open: Open,
  jobs: number,
  trees: readonly Index[],
  check: string,
): Promise<Finding[]> {
  const queue = [...trees];
  const damaged: Finding[] = [];
  const work = async (): Promise<void> => {
    const psql = await open('that checks indexes');
    try {
      // Few at a time, so that the last ones are shared out evenly.
      const some = Math.min(AT_ONCE, Math.max(1, Math.floor(trees.length / (jobs * 4))));
      for (let batch = queue.splice(0, some); batch.length > 0; batch = queue.splice(0, some))
        damaged.push(...(await checkBatch(psql, batch, check)));
    } finally {
      await psql.close();
    }
  };
  const workers = Array.from({ length: Math.max(1, Math.min(jobs, trees.length)) }, work);
  for (const end of await Promise.allSettled(workers))
    if (end.status === 'rejected') throw end.reason as Error;
  return damaged;
}

/** All in one statement; where that fails, each alone. */
async function checkBatch(psql: Psql, batch: readonly Index[], check: string): Promise<Finding[]> {
  const oids = batch.map(({ oid }) => oid).join(',');
  try {
    await psql.exec(`SELECT ${check}(o::regclass) FROM unnest('{${oids}}'::oid[]) o`);
    return [];
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const [index, ...others] = batch;
    if (index === undefined) return [];
    // amcheck's own messages tell of pages; another one may come from a function of the user's, and hold a value.
    const found =
      error.sqlstate === CORRUPTED ? error.message : `checking it fails (SQLSTATE ${error.sqlstate})`;
    if (others.length === 0) return [broken(index, found)];
    const findings: Finding[] = [];
    for (const one of batch) findings.push(...(await checkBatch(psql, [one], check)));
    return findings;
  }
}

function broken({ schema, name }: Index, found: string): Finding {
  return different('index', `${schema}.${name}`, 'a sound index', found);
}
