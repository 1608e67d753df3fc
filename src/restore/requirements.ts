import type { Requirements } from '../backup/fingerprint/types.js';
import type { Manifest } from '../backup/manifest.js';
import { quoteIdentifier, type Psql } from '../postgres/psql.js';
import type { DatabaseIdentity } from '../postgres/scratch/types.js';

/** Makes what a filtered archive needs and does not bring along. */
export async function prepareRequirements(psql: Psql, requires: Requirements): Promise<void> {
  for (const schema of requires.schemas)
    await psql.exec(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`);
  for (const { name, schema } of requires.extensions)
    await psql.exec(
      `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} SCHEMA ${quoteIdentifier(schema)} CASCADE`,
    );
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
