import type { Reporter } from '../../base/reporter.js';
import { explainSqlError } from '../explain.js';
import { Psql, quoteIdentifier, quoteLiteral, SqlError } from '../psql.js';
import type { Connection, Programs } from '../types.js';
import { asLibc, createDatabaseSql, knowsProvider, libcLocales, spellings, withLibc } from './identity.js';
import type { DatabaseIdentity } from './types.js';

export interface AdminOptions {
  programs: Programs;
  connection: Connection;
  major: number;
  /** How messages name the server: `the scratch server`. */
  server: string;
  reporter: Reporter;
  signal?: AbortSignal;
  /** Makes libc locales that the server lacks; absent where that is not ours to do. */
  makeLocales?: (locales: readonly string[]) => Promise<void>;
}

/** `invalid_parameter_value`: also a locale that a provider does not know; `feature_not_supported`: a build without ICU. */
const NO_LOCALE = ['22023', '0A000', '42809'];

/** Role names that mean something else. */
const NO_ROLES = new Set(['public', 'none', '']);

/** Makes and removes databases and roles; each call has a session of its own. */
export class Admin {
  constructor(private readonly options: AdminOptions) {}

  /**
   * Does something in a session.
   * @param what what could not be done, for the message
   */
  async ask<T>(what: string, work: (psql: Psql) => Promise<T>, database?: string): Promise<T> {
    const { programs, connection, reporter, server, signal } = this.options;
    const psql = await Psql.open({
      programs,
      connection,
      reporter,
      name: `with ${server}`,
      // A locale that its source accepted is not refused for what ICU thinks of its name; a role may be set to change nothing.
      settings: { icu_validation_level: 'disabled', default_transaction_read_only: 'off' },
      ...(signal === undefined ? {} : { signal }),
      ...(database === undefined ? {} : { database }),
    });
    try {
      return await work(psql);
    } catch (error) {
      throw explainSqlError(error, what, { target: connection.target });
    } finally {
      await psql.close();
    }
  }

  databaseExists(name: string): Promise<boolean> {
    return this.ask('Listing the databases', (psql) => databaseExists(psql, name));
  }

  /**
   * Makes an empty database.
   * @param connectionLimit of the database; absent: none
   * @returns what is otherwise than asked for, one sentence each.
   */
  async createDatabase(
    name: string,
    identity: DatabaseIdentity,
    connectionLimit?: number,
  ): Promise<string[]> {
    const { major, server } = this.options;
    const notes: string[] = [];
    const { provider } = identity.collation;
    let wanted = identity;
    if (!knowsProvider(major, provider)) {
      notes.push(
        `PostgreSQL ${major} does not know the locale provider \`${provider}\`, so libc sorts text instead.`,
      );
      wanted = asLibc(identity);
    }
    wanted = await this.withLocales(wanted, notes);
    await this.ask(`Creating the database ${name} on ${server}`, async (psql) => {
      try {
        await psql.exec(createDatabaseSql(name, wanted, major, connectionLimit));
      } catch (error) {
        if (wanted.collation.provider === 'libc') throw error;
        if (!(error instanceof SqlError) || !NO_LOCALE.includes(error.sqlstate)) throw error;
        notes.push(
          `The locale \`${wanted.collation.locale ?? ''}\` of the provider \`${provider}\` is not to be had on ` +
            `${server} (${error.message}), so libc sorts text instead.`,
        );
        await psql.exec(createDatabaseSql(name, asLibc(wanted), major, connectionLimit));
      }
    });
    return notes;
  }

  /** Drops a database with whatever sessions it has; nothing happens where it is not. */
  async dropDatabase(name: string): Promise<void> {
    await this.ask(`Dropping the database ${name}`, async (psql) => {
      if (!(await databaseExists(psql, name))) return;
      // What was restored may have made a template of it.
      await psql.exec(
        `ALTER DATABASE ${quoteIdentifier(name)} IS_TEMPLATE false`,
        `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`,
      );
    });
  }

  /**
   * Makes those roles that are not there yet, none of which can log in.
   * @param note gets the names of those that it makes, just before
   */
  async createRoles(
    names: readonly string[],
    note: (missing: readonly string[]) => void = () => undefined,
  ): Promise<void> {
    const possible = [...new Set(names)].filter((name) => !NO_ROLES.has(name) && !name.startsWith('pg_'));
    if (possible.length === 0) return;
    await this.ask(`Creating roles on ${this.options.server}`, async (psql) => {
      const missing = await psql.query<string[]>(
        `SELECT coalesce(json_agg(n), '[]') FROM pg_catalog.json_array_elements_text(${quoteLiteral(JSON.stringify(possible))}) n
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = n)`,
      );
      if (missing.length === 0) return;
      note(missing);
      const statements = missing.map((name) => `CREATE ROLE ${quoteIdentifier(name)} NOLOGIN;`);
      await psql.exec(`DO ${quoteLiteral(`BEGIN\n${statements.join('\n')}\nEND`)}`);
    });
  }

  /** The identity with libc locales that the server has. */
  private async withLocales(identity: DatabaseIdentity, notes: string[]): Promise<DatabaseIdentity> {
    const locales = libcLocales(identity);
    let found = await this.findLocales(locales);
    const missing = locales.filter((locale) => !found.has(locale));
    if (missing.length > 0 && this.options.makeLocales !== undefined) {
      await this.options.makeLocales(missing);
      found = await this.findLocales(locales);
    }
    const lost = locales.filter((locale) => !found.has(locale));
    if (lost.length > 0) {
      const [unicode] =
        identity.encoding === 'UTF8' ? [...(await this.findLocales(['C.UTF-8'])).values()] : [];
      const instead = unicode ?? 'C';
      for (const locale of lost) found.set(locale, instead);
      notes.push(...lost.map((locale) => this.lacks(locale, instead)));
    }
    return withLibc(identity, (locale) => found.get(locale) ?? locale);
  }

  private lacks(locale: string, instead: string): string {
    const { server, makeLocales } = this.options;
    const sentence =
      `${server} lacks the locale \`${locale}\`, so its database sorts and classifies text as \`${instead}\` does: ` +
      'the order of text, and with it ranges of text (partitions, exclusion constraints), can differ from the source.';
    if (makeLocales === undefined) return sentence;
    return (
      `${sentence} To have it on this machine, run \`sudo apt-get install locales\` and ` +
      `\`sudo locale-gen ${locale}\` (or \`sudo localedef\`) in a step before this one.`
    );
  }

  /** By each locale that the server has in some spelling, that spelling. */
  private async findLocales(locales: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    if (locales.length === 0) return found;
    return this.ask('Looking for locales', async (psql) => {
      for (const locale of locales) {
        for (const spelling of spellings(locale)) {
          if (!(await hasLocale(psql, spelling))) continue;
          found.set(locale, spelling);
          break;
        }
      }
      return found;
    });
  }
}

function databaseExists(psql: Psql, name: string): Promise<boolean> {
  return psql.query<boolean>(
    `SELECT to_json(EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(name)}))`,
  );
}

/** Asks libc by a setting of this session that takes a locale: anyone may, and nothing is made. */
async function hasLocale(psql: Psql, locale: string): Promise<boolean> {
  try {
    await psql.value(`SELECT pg_catalog.set_config('lc_monetary', ${quoteLiteral(locale)}, false)`);
    return true;
  } catch (error) {
    if (error instanceof SqlError) return false;
    throw error;
  }
}
