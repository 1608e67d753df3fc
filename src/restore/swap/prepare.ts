import type { Reporter } from '../../base/reporter.js';
import { quoteIdentifier, SqlError, type Psql } from '../../postgres/psql.js';
import type { WantedProperties } from './combine.js';
import { grantsSql } from './grants.js';
import { settingSql } from './settings.js';

/**
 * Gives a database that nobody uses yet its owner, rights, settings and limit.
 * A setting that the role may not make is warned about; its value, which may be a secret, is never shown.
 * @param owner whose the database is now
 * @throws SqlError where owner or rights cannot be given: the application could then not use it
 */
export async function applyProperties(
  psql: Psql,
  database: string,
  wanted: WantedProperties,
  { owner, reporter }: { owner: string; reporter: Reporter },
): Promise<void> {
  const name = quoteIdentifier(database);
  if (wanted.owner !== undefined && wanted.owner !== owner)
    await psql.exec(`ALTER DATABASE ${name} OWNER TO ${quoteIdentifier(wanted.owner)}`);
  if (wanted.grants !== null) await psql.exec(...grantsSql(database, wanted.grants, wanted.owner ?? owner));
  if (wanted.connectionLimit >= 0)
    await psql.exec(`ALTER DATABASE ${name} CONNECTION LIMIT ${wanted.connectionLimit}`);
  for (const setting of wanted.settings) {
    try {
      await psql.exec(settingSql(database, setting));
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const whose =
        setting.role === undefined ? 'of the database' : `of role ${setting.role} in the database`;
      reporter.warn(
        `The setting ${setting.name} ${whose} could not be made on the restored one (SQLSTATE ${error.sqlstate}): have a role that may do so make it.`,
      );
    }
  }
}
