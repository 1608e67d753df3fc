import { quoteIdentifier } from '../quote.js';

/** One line of a database's access rights. */
export interface DatabaseGrant {
  /** Undefined: PUBLIC. */
  grantee: string | undefined;
  /** `CONNECT`, `CREATE` or `TEMPORARY` */
  privilege: string;
  grantable: boolean;
}

/** What a new database lets everyone do. */
export const INITIAL_GRANTS: readonly DatabaseGrant[] = ['CONNECT', 'TEMPORARY'].map((privilege) => ({
  grantee: undefined,
  privilege,
  grantable: false,
}));

/**
 * The statements that give a database these rights. PUBLIC, which a new database lets connect, has none but those
 * that are listed; the owner has all anyway.
 */
export function grantsSql(database: string, grants: readonly DatabaseGrant[], owner: string): string[] {
  const on = `ON DATABASE ${quoteIdentifier(database)}`;
  const given = grants
    .filter(({ grantee }) => grantee !== owner)
    .map(({ grantee, privilege, grantable }) => {
      const to = grantee === undefined ? 'PUBLIC' : quoteIdentifier(grantee);
      return `GRANT ${privilege} ${on} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`;
    });
  return [`REVOKE ALL ${on} FROM PUBLIC`, ...given];
}
