import { randomBytes } from 'node:crypto';
import { CancelledError, messageOf, UserError } from '../../base/errors.js';
import { Psql, quoteIdentifier, quoteLiteral, SqlError } from '../psql.js';
import type { Connection } from '../types.js';
import { Admin, type AdminOptions } from './admin.js';
import { scratchConnection } from './connection.js';
import { OwnLocales } from './localedef.js';
import { preloadSettings } from './preload.js';
import { ServerProcess } from './process.js';
import { serverEnv } from './run-as.js';
import { readResources, scratchSettings } from './settings.js';
import type { Scratch, ScratchOptions } from './types.js';
import { choosePlace } from './user.js';

/** initdb writes the bootstrap role's name into SQL as it is, so others than these are given by renaming. */
const PLAIN_NAME = /^(?!pg_|none$|public$)[a-z_][a-z0-9_]*$/;

const DISK_FULL = /No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes/;
const FREE_SPACE =
  ' Free some space, or use a folder on a larger disk (RUNNER_TEMP, or TMPDIR on a terminal).';

/** A server that answers no more is given this long to end. */
const LOST_MS = 10_000;

/** The database that initdb makes besides the templates. */
const FIRST_DATABASE = 'postgres';

/**
 * Starts a throwaway server: as a user of its own wherever possible, on a private socket, with settings for speed, with
 * nothing running by itself, and cut off from the network where the system lets us. `createDatabase` may restart it, for a locale that has to be made first.
 * @throws UserError with the end of the server's log where it does not start; CancelledError. Nothing is left then.
 */
export async function startScratch(options: ScratchOptions): Promise<Scratch> {
  const { server, tempDir, isolate = true, reporter, signal } = options;
  const { notes, ...place } = await choosePlace({ server, tempDir, isolate, signal });
  for (const note of notes) reporter.info(note);
  const password = randomBytes(24).toString('base64url');
  reporter.mask(password);
  const env = serverEnv(server);
  const first = PLAIN_NAME.test(options.bootstrapRole) ? options.bootstrapRole : 'pgkeep_bootstrap';
  const { major } = server;
  const running = await ServerProcess.start(
    {
      place,
      env,
      password,
      initdb: ({ data, passwordFile }) => [
        ...[server.initdb, `--pgdata=${data}`, `--username=${first}`, `--pwfile=${passwordFile}`],
        ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'],
        ...(major >= 18 ? ['--no-data-checksums'] : []),
      ],
      postgres: ({ data, socketFolder }) => {
        const settings = {
          ...scratchSettings(major, socketFolder, readResources()),
          ...preloadSettings(server, options.extensions, options.database),
          ...options.settings,
        };
        return [
          ...[server.postgres, '-D', data],
          ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ];
      },
    },
    signal,
  );
  const connectionOf = (user: string): Connection =>
    scratchConnection(user, password, { socketFolder: running.socketFolder, major });
  try {
    const user = await nameBootstrap(options, connectionOf, first, password);
    const locales = new OwnLocales(running.localeFolder, place.user, env);
    const made = new OwnServer(options, running, connectionOf(user), locales, place.isolated);
    reporter.info(
      `A scratch server of PostgreSQL ${server.version} is ready` +
        (place.user.name === undefined ? '' : `, run by the user ${place.user.name}`) +
        (place.isolated ? ', cut off from the network.' : '.'),
    );
    return made;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** Gives the bootstrap role its name where initdb could not. Returns what it is called now. */
async function nameBootstrap(
  options: ScratchOptions,
  connectionOf: (user: string) => Connection,
  first: string,
  password: string,
): Promise<string> {
  const { bootstrapRole, clients, reporter, signal } = options;
  if (first === bootstrapRole) return first;
  const inSession = async (user: string, sql: string): Promise<void> => {
    const psql = await Psql.open({ programs: clients, connection: connectionOf(user), signal });
    await psql.exec(sql).finally(() => psql.close());
  };
  // A session cannot rename its own role.
  const helper = `pgkeep_${randomBytes(8).toString('hex')}`;
  await inSession(first, `CREATE ROLE ${helper} SUPERUSER LOGIN PASSWORD ${quoteLiteral(password)}`);
  let name = bootstrapRole;
  try {
    await inSession(
      helper,
      `ALTER ROLE ${quoteIdentifier(first)} RENAME TO ${quoteIdentifier(bootstrapRole)}`,
    );
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    name = first;
    reporter.info(
      `The scratch server's first role is called ${first}: PostgreSQL refuses the source's name for it (${error.message}).`,
    );
  }
  await inSession(name, `DROP ROLE ${helper}`);
  return name;
}

class OwnServer implements Scratch {
  readonly version: string;
  readonly major: number;
  private readonly admin: Admin;
  private fresh = true;

  constructor(
    private readonly options: ScratchOptions,
    private readonly running: ServerProcess,
    readonly connection: Connection,
    private readonly locales: OwnLocales,
    readonly isolated: boolean,
  ) {
    const { server, clients, reporter, signal } = options;
    this.version = server.version;
    this.major = server.major;
    const admin: AdminOptions = {
      ...{ programs: clients, connection, major: server.major, reporter, signal },
      server: 'the scratch server',
      makeLocales: async (missing) => {
        if (await this.locales.make(missing, await this.localesInUse())) await running.restart();
      },
    };
    this.admin = new Admin(admin);
    running.onLost((tail) => reporter.warn(lostMessage(tail)));
  }

  createDatabase: Scratch['createDatabase'] = (name, identity) =>
    this.alive(async () => {
      if (name === FIRST_DATABASE && this.fresh) {
        await this.admin.dropDatabase(name);
        this.fresh = false;
      }
      const notes = await this.admin.createDatabase(name, identity);
      await this.importCollations(name);
      return notes;
    });

  dropDatabase: Scratch['dropDatabase'] = (name) => this.alive(() => this.admin.dropDatabase(name));

  createRoles: Scratch['createRoles'] = (names) => this.alive(() => this.admin.createRoles(names));

  async explain(error: unknown): Promise<unknown> {
    if (error instanceof CancelledError || this.options.signal.aborted) return error;
    const answers = await this.admin
      .ask('Looking whether it is there', (psql) => psql.value('SELECT 1'))
      .then(
        () => true,
        () => false,
      );
    const lost = answers ? this.running.lost : await this.running.lostWithin(LOST_MS);
    if (lost !== undefined) return new UserError(lostMessage(lost), { cause: error });
    const full = DISK_FULL.test(messageOf(error));
    return full ? new UserError(`The scratch server's disk is full.${FREE_SPACE}`, { cause: error }) : error;
  }

  async stop(): Promise<void> {
    const left = await this.running.stop();
    if (left.length > 0)
      this.options.reporter.warn(`The scratch server's folder could not be removed: ${left.join(', ')}.`);
  }

  /** Locales that databases have already; a server that does not see them any more would refuse to open these. */
  private localesInUse(): Promise<string[]> {
    return this.admin.ask('Listing locales', (psql) =>
      psql.query<string[]>(
        `SELECT coalesce(json_agg(DISTINCT l), '[]') FROM pg_catalog.pg_database, LATERAL (VALUES (datcollate), (datctype)) v(l)
         WHERE l NOT IN ('C', 'POSIX')`,
      ),
    );
  }

  /**
   * Makes the collations of our own locales as initdb would have: `de_DE.utf8` and, where the encoding fits, `de_DE`.
   * `pg_import_system_collations` does not see them, since `locale -a` knows nothing of LOCPATH.
   */
  private async importCollations(database: string): Promise<void> {
    const { names } = this.locales;
    if (names.length === 0) return;
    await this.admin.ask(
      'Making collations',
      async (psql) => {
        for (const locale of names) {
          for (const name of new Set([locale, locale.replace(/\.[^@]*/, '')])) {
            try {
              await psql.exec(
                `CREATE COLLATION IF NOT EXISTS pg_catalog.${quoteIdentifier(name)} ` +
                  `(PROVIDER = libc, LOCALE = ${quoteLiteral(locale)})`,
              );
            } catch (error) {
              // A locale of another encoding.
              if (!(error instanceof SqlError)) throw error;
            }
          }
        }
      },
      database,
    );
  }

  private async alive<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw (await this.explain(error)) as Error;
    }
  }
}

function lostMessage(tail: string): string {
  const full = DISK_FULL.test(tail)
    ? ` Its disk is full.${FREE_SPACE}`
    : ' If something that was run on it stopped it (a command, a check), leave that out; if it was killed for lack of memory, use fewer `jobs` or a larger machine.';
  return `The scratch server has ended by itself.${full}${tail === '' ? '' : `\nIts last words:\n${tail}`}`;
}
