import type { Rig } from './backup-rig.js';
import { childrenLike, until } from './children.js';

/** Big enough, and hard enough to compress, that a dump of it can be caught in the middle. */
export const BIG = `CREATE TABLE big AS SELECT i, (SELECT string_agg(md5((i * 20 + j)::text), '') FROM generate_series(1, 20) j) AS t
  FROM generate_series(1, 100000) i`;

/**
 * Waits until pg_dump copies a table's rows and stops it there.
 * @returns makes it go on
 */
export async function freezeDump(rig: Rig, database: string): Promise<() => void> {
  const psql = await rig.psql();
  const dump = await until('pg_dump copies rows', async () => {
    const copying = await psql.value(
      `SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active' AND datname = '${database}'`,
    );
    return copying === '0'
      ? undefined
      : childrenLike(/pg_dump .*--format=(custom|plain|directory) .*--snapshot/)[0];
  });
  process.kill(dump, 'SIGSTOP');
  await psql.close();
  return () => {
    try {
      process.kill(dump, 'SIGCONT');
    } catch {
      // It is gone.
    }
  };
}
