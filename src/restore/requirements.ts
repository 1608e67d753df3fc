import type { Requirements } from '../backup/fingerprint/types.js';
import type { Manifest } from '../backup/manifest.js';
import { ExplainedError } from '../base/errors.js';
import { quoteIdentifier, SqlError, type Psql } from '../postgres/psql.js';
import type { DatabaseIdentity } from '../postgres/scratch/types.js';

/**
 * Makes what a filtered archive needs and does not bring along.
 * @throws UserError that names what cannot be made, and what to do
 */
export async function prepareRequirements(psql: Psql, requires: Requirements): Promise<void> {
  for (const schema of requires.schemas) {
    const name = quoteIdentifier(schema);
    await make(
      psql,
      `CREATE SCHEMA IF NOT EXISTS ${name}`,
      `the schema ${name}`,
      'Give the role that restores the right to create schemas in new databases, or take another role.',
    );
  }
  for (const extension of requires.extensions) {
    const [name, schema] = [quoteIdentifier(extension.name), quoteIdentifier(extension.schema)];
    await make(
      psql,
      `CREATE EXTENSION IF NOT EXISTS ${name} SCHEMA ${schema} CASCADE`,
      `the extension ${name} (in schema ${schema})`,
      'Install it on that server, take a role that may create it, or name another server that has it; or make backups that leave out what needs it (exclude-tables).',
    );
  }
}

async function make(psql: Psql, statement: string, what: string, advice: string): Promise<void> {
  try {
    await psql.exec(statement);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new ExplainedError(
      `The backup holds a part of a database and needs ${what}, which it does not bring along, and the server refuses to make it. ${advice}\nPostgreSQL said: ${error.message} (SQLSTATE ${error.sqlstate})`,
      `The backup needs something that it does not bring along, and the server refuses to make it (SQLSTATE ${error.sqlstate}).`,
      { cause: error },
    );
  }
}

/** The encoding and locale that a database needs to sort and hold text as the backup's did. */
export function identityOf({ server }: Pick<Manifest, 'server'>): DatabaseIdentity {
  return {
    encoding: server.encoding,
    collation: {
      provider: server.localeProvider ?? 'libc',
      collate: server.collate,
      ctype: server.ctype,
      locale: server.locale,
      icuRules: server.icuRules ?? null,
      version: server.collationVersion,
    },
  };
}
