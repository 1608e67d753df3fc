import { quoteIdentifier, SqlError, type Psql } from '../../postgres/psql.js';
import type { WantedProperties } from './combine.js';
import { grantsSql } from '../../postgres/database/grants.js';
import { settingSql } from '../../postgres/database/settings.js';

/**
 * Gives a database that nobody uses yet its owner, rights, settings and limit.
 * @param owner whose the database is now
 * @returns the settings that the role may not make, in words and without their values, which may be secrets: those of
 *   other roles take CREATEROLE, and since PostgreSQL 16 ADMIN on the role
 * @throws SqlError where owner or rights cannot be given: the application could then not use it
 */
export async function applyProperties(
  psql: Psql,
  database: string,
  wanted: WantedProperties,
  owner: string,
): Promise<string[]> {
  const name = quoteIdentifier(database);
  if (wanted.owner !== undefined && wanted.owner !== owner)
    await psql.exec(`ALTER DATABASE ${name} OWNER TO ${quoteIdentifier(wanted.owner)}`);
  if (wanted.grants !== null) await psql.exec(...grantsSql(database, wanted.grants, wanted.owner ?? owner));
  if (wanted.connectionLimit >= 0)
    await psql.exec(`ALTER DATABASE ${name} CONNECTION LIMIT ${wanted.connectionLimit}`);
  const lost: string[] = [];
  for (const setting of wanted.settings) {
    try {
      await psql.exec(settingSql(database, setting));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      lost.push(`${setting.name}${setting.role === undefined ? '' : ` of role ${setting.role}`}`);
    }
  }
  return lost;
}
