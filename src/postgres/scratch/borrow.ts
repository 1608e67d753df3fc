import { messageOf, UserError } from '../../base/errors.js';
import type { Reporter } from '../../base/reporter.js';
import { quoteIdentifier, SqlError } from '../psql.js';
import type { Connection, Programs } from '../types.js';
import { Admin } from './admin.js';
import type { Scratch } from './types.js';

export interface BorrowOptions {
  /** The server that the user gave. */
  connection: Connection;
  programs: Programs;
  reporter: Reporter;
  signal: AbortSignal;
}

/**
 * Uses a server of the user's as a scratch server: makes databases and roles on it, and removes just these in `stop`.
 * Nothing else of it is changed. Other than on a server of our own, what is on it stays when this process is killed.
 * @throws UserError where the role may not create databases, or nothing answers; CancelledError.
 */
export async function borrowScratch(options: BorrowOptions): Promise<Scratch> {
  const { connection, programs, reporter, signal } = options;
  const base = { connection, programs, reporter, server: 'the server of `scratch-url`' };
  const found = await new Admin({ ...base, major: 0, signal }).ask(
    'Looking at the server of `scratch-url`',
    (psql) =>
      psql.query<{ version: string; number: number; role: string; able: boolean; recovering: boolean }>(
        `SELECT json_build_object('version', current_setting('server_version'),
         'number', current_setting('server_version_num')::int, 'role', current_user,
         'able', rolsuper OR rolcreatedb, 'recovering', pg_catalog.pg_is_in_recovery())
       FROM pg_catalog.pg_roles WHERE rolname = current_user`,
      ),
  );
  if (found.recovering) {
    throw new UserError(
      'The server of `scratch-url` is a standby, on which nothing can be created: use its primary.',
    );
  }
  if (!found.able) {
    throw new UserError(
      `The role ${found.role} may not create databases on the server of \`scratch-url\`: run ` +
        `\`ALTER ROLE ${quoteIdentifier(found.role)} CREATEDB\` there as a superuser, or leave \`scratch-url\` out, ` +
        'so that pgkeep starts a server of its own.',
    );
  }
  const major = Math.floor(found.number / 10_000);
  return new BorrowedServer(options, found.version.split(' ')[0] ?? '', major, {
    working: new Admin({ ...base, major, signal }),
    // A cancelled run cleans up too, so these sessions do not end by its signal.
    cleaning: new Admin({ ...base, major }),
  });
}

class BorrowedServer implements Scratch {
  readonly connection: Connection;
  readonly isolated = null;
  private readonly databases: string[] = [];
  private readonly roles: string[] = [];

  constructor(
    private readonly options: BorrowOptions,
    readonly version: string,
    readonly major: number,
    private readonly admins: { working: Admin; cleaning: Admin },
  ) {
    this.connection = options.connection;
  }

  createDatabase: Scratch['createDatabase'] = async (name, identity) => {
    const { working } = this.admins;
    if (await working.databaseExists(name)) {
      throw new UserError(
        `The server of \`scratch-url\` has a database ${name} already, which is left as it is. Remove it if a run ` +
          'that was killed has left it.',
      );
    }
    // Noted before it is made: it may be there although the answer never came.
    this.databases.push(name);
    return working.createDatabase(name, identity);
  };

  dropDatabase: Scratch['dropDatabase'] = async (name) => {
    const at = this.databases.indexOf(name);
    if (at < 0) throw new Error(`The database ${name} is not ours to drop.`);
    await this.admins.working.dropDatabase(name);
    this.databases.splice(at, 1);
  };

  createRoles: Scratch['createRoles'] = async (names) => {
    // Noted before they are made, as above.
    await this.admins.working.createRoles(names, (missing) => this.roles.push(...missing));
  };

  /** The user's server is not ours to look after. */
  explain(error: unknown): Promise<unknown> {
    return Promise.resolve(error);
  }

  async stop(): Promise<void> {
    const { cleaning } = this.admins;
    const left: string[] = [];
    const tidy = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        left.push(`${what}: ${messageOf(error)}`);
      }
    };
    for (const name of this.databases.splice(0))
      await tidy(`database ${name}`, () => cleaning.dropDatabase(name));
    const roles = this.roles.splice(0);
    if (roles.length > 0) await tidy('roles', () => dropRoles(cleaning, roles, left));
    if (left.length > 0)
      this.options.reporter.warn(
        `On the server of \`scratch-url\` these could not be removed, please drop them: ${left.join('; ')}.`,
      );
  }
}

async function dropRoles(admin: Admin, roles: readonly string[], left: string[]): Promise<void> {
  await admin.ask('Dropping roles', async (psql) => {
    for (const role of roles) {
      try {
        await psql.exec(`DROP ROLE IF EXISTS ${quoteIdentifier(role)}`);
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        left.push(`role ${role}: ${error.message}`);
      }
    }
  });
}
