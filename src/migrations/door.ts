import { randomBytes } from 'node:crypto';
import { Psql, quoteIdentifier, quoteLiteral } from '../postgres/psql.js';
import type { Login } from './command/index.js';
import type { Rehearsal } from './types.js';

/** What the command has locked is not waited for longer. */
const LOCK_TIMEOUT = '10s';

/**
 * The command's way into the scratch server: it logs in as the owner of the database, who may be the role of our own
 * sessions. So while it may log in that role has the command's password, and before and after it one of ours.
 */
export class Door {
  /** How the command logs in, but for the port. */
  readonly login: Omit<Login, 'port'>;
  /** How we reach the server while the door is open. */
  readonly meanwhile: Rehearsal;
  private readonly password = randomBytes(24).toString('base64url');

  /**
   * @param rehearsal how we reach the server, as its bootstrap role
   * @param roles the names of that role and of the database's owner
   */
  constructor(
    private readonly rehearsal: Rehearsal,
    private readonly roles: { bootstrap: string; owner: string },
  ) {
    const { connection, database } = rehearsal;
    const { bootstrap, owner } = roles;
    this.login = { user: owner, password: this.password, database };
    const env = { ...connection.env, PGPASSWORD: this.password };
    this.meanwhile = bootstrap === owner ? { ...rehearsal, connection: { ...connection, env } } : rehearsal;
  }

  /**
   * Lets the owner of the database log in, with every right: whether the command's own role may do what it does is not
   * rehearsed, since its memberships may come from outside of the backup.
   */
  async open(): Promise<void> {
    const psql = await Psql.open({ ...this.rehearsal, database: 'template1' });
    try {
      await psql.exec(
        `ALTER ROLE ${quoteIdentifier(this.roles.owner)} LOGIN SUPERUSER CONNECTION LIMIT -1 VALID UNTIL 'infinity' PASSWORD ${quoteLiteral(this.password)}`,
      );
    } finally {
      await psql.close();
    }
  }

  /**
   * Keeps everybody from logging in but us, the command's own roles too. Sessions that are there stay.
   * @param psql a session of ours
   */
  async shut(psql: Psql): Promise<void> {
    const { bootstrap } = this.roles;
    const ours = this.rehearsal.connection.env['PGPASSWORD'] ?? '';
    await psql.exec(
      `SET lock_timeout = ${quoteLiteral(LOCK_TIMEOUT)}`,
      `DO $pgkeep$
DECLARE role name;
BEGIN
  FOR role IN SELECT rolname FROM pg_catalog.pg_roles
    WHERE rolcanlogin AND rolname <> ${quoteLiteral(bootstrap)} AND rolname !~ '^pg_'
  LOOP
    EXECUTE pg_catalog.format('ALTER ROLE %I NOLOGIN', role);
  END LOOP;
END $pgkeep$`,
      `ALTER ROLE ${quoteIdentifier(bootstrap)} PASSWORD ${quoteLiteral(ours)}`,
    );
  }
}
