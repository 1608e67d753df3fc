import type { Reporter } from '../base/reporter.js';
import { quoteIdentifier, quoteLiteral, SqlError, type Psql } from '../postgres/psql.js';
import { marker, markingLimit } from './swap/marker.js';
import { isUnfinishedName } from './swap/names.js';

/**
 * Drops what restores into a database that were killed have left. Known by the comment and the name, both of which only
 * unfinished databases have: one that somebody renamed has been put to use, and a comment comes along in a dump. One that
 * was to get its comment next has the limit of connections that stands for it.
 * @param psql holds the lock of the target, so that what is found belongs to no restore at work
 */
export async function dropLeftovers(psql: Psql, target: string, reporter: Reporter): Promise<void> {
  const marked = await psql.query<string[]>(
    `SELECT coalesce(json_agg(datname ORDER BY datname), '[]') FROM pg_catalog.pg_database
     WHERE datname <> ${quoteLiteral(target)}
       AND (pg_catalog.shobj_description(oid, 'pg_database') = ${quoteLiteral(marker(target))}
         OR pg_catalog.shobj_description(oid, 'pg_database') IS NULL AND datconnlimit = ${markingLimit(target)})`,
  );
  for (const name of marked.filter((each) => isUnfinishedName(each, target))) {
    try {
      // Without FORCE: nobody who is connected loses anything.
      await psql.exec(`DROP DATABASE ${quoteIdentifier(name)}`);
      reporter.info(`Dropped ${JSON.stringify(name)}, which an interrupted restore had left.`);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      reporter.warn(
        `An interrupted restore has left the database ${JSON.stringify(name)}, which could not be dropped: ${error.message}. Please drop it.`,
      );
    }
  }
}
