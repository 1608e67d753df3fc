import { UserError } from '../base/errors.js';
import { quoteIdentifier, type Psql } from '../postgres/psql.js';

// `ignore_system_indexes` is not among them: with it the server reads every row that it has, only slower.
const HIDING = `
SELECT name, source, pg_catalog.current_database() AS database, CURRENT_USER AS role FROM pg_catalog.pg_settings
WHERE name IN ('zero_damaged_pages', 'ignore_checksum_failure') AND setting = 'on' ORDER BY name`;

interface Hiding {
  name: string;
  source: string;
  database: string;
  role: string;
}

/** How to turn it off, by where it is set (`source` of pg_settings). */
function remedy({ name, source, database, role }: Hiding): string {
  switch (source) {
    case 'database':
      return `ALTER DATABASE ${quoteIdentifier(database)} RESET ${name}`;
    case 'user':
      return `ALTER ROLE ${quoteIdentifier(role)} RESET ${name}`;
    case 'database user':
      return `ALTER ROLE ${quoteIdentifier(role)} IN DATABASE ${quoteIdentifier(database)} RESET ${name}`;
    case 'client':
    case 'environment variable':
      return `take ${name} out of database-url and PGOPTIONS`;
    case 'command line':
      return `start the server without ${name}`;
    default:
      return `ALTER SYSTEM SET ${name} = off, then SELECT pg_reload_conf()`;
  }
}

/**
 * pg_dump's sessions connect as this one does, so what is set for the server, the database or the role holds for them
 * too; only a superuser could set it otherwise.
 * @throws UserError where the server is told to pass over damaged pages: their rows would be missing or wrong, and the
 *   backup, its fingerprint and every verification would agree on that.
 */
export async function refuseHiddenDamage(psql: Psql): Promise<void> {
  const settings = await psql.rows<Hiding>(HIDING);
  if (settings.length === 0) return;
  const names = settings.map(({ name }) => name).join(' and ');
  throw new UserError(
    `The server is told to pass over damaged pages (${names} = on): their rows would be missing or wrong in the backup, without any error, and nobody would notice. ` +
      `Turn that off and run the backup again: ${settings.map(remedy).join('; ')}. To save what a damaged database still has, run pg_dump by hand.`,
  );
}
