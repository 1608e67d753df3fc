import { UserError } from '../base/errors.js';
import type { Connection } from '../postgres/types.js';
import { quoteIdentifier, quoteLiteral, SqlError, type Psql } from '../postgres/psql.js';
import { Admin } from '../postgres/scratch/admin.js';
import { marker, markingLimit } from './swap/marker.js';
import { besideName, reloadName } from './swap/names.js';
import { analyze } from './analyze.js';
import { compareJob, differs } from './compare.js';
import { entriesOf, jobsOf, restoreTo, type Done, type Job } from './job.js';
import { identityOf, prepareRequirements } from './requirements.js';
import { quietly } from './quiet.js';
import { takePlace, wantedProperties } from './take-place.js';
import { databaseNames } from './target/look.js';
import { inSession } from './target/server.js';

/**
 * Restores into a new database, compares it, and puts it in the place of the target.
 * @throws UserError, the target being as it was and nothing of ours left
 */
export function restoreBeside(job: Job): Promise<Done> {
  const { maintenance } = job.target;
  if (maintenance === undefined) throw new Error('There is no database to rename others from.');
  return new Beside(job, maintenance).run();
}

class Beside {
  private readonly working: Admin;
  private readonly cleaning: Admin;
  /** Databases of ours that are not in place. */
  private readonly made: string[] = [];

  constructor(
    private readonly job: Job,
    private readonly maintenance: string,
  ) {
    const { programs, target, options } = job;
    const { reporter, signal } = options;
    const connection = through(job.connection, maintenance);
    const base = { programs, connection, major: target.major, server: 'the target server', reporter };
    this.working = new Admin({ ...base, signal });
    this.cleaning = new Admin(base);
  }

  async run(): Promise<Done> {
    const { reporter } = this.job.options;
    try {
      return await this.restore();
    } finally {
      for (const name of this.made)
        await this.cleaning.dropDatabase(name).catch((error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          reporter.warn(
            `The unfinished database ${JSON.stringify(name)} could not be dropped: please do so. ${why}`,
          );
        });
    }
  }

  private async restore(): Promise<Done> {
    const { job } = this;
    const { options, plan, target, connection } = job;
    const { reporter } = options;
    const { id } = job.staged.manifest;
    const restored = besideName(target.database, id, await this.databases());
    const otherwise = await reporter.group('Restoring', async () => {
      const notes = await this.create(restored);
      await this.move(restored);
      await restoreTo(job, restored, { content: plan.content, jobs: jobsOf(job), singleTransaction: false });
      return notes;
    });
    const findings = await reporter.group('Comparing', async () => {
      const reloaded = await this.reload();
      return compareJob(await quietly(job, this.maintenance), restored, { reloaded, otherwise });
    });
    if (differs(findings)) return { database: null, previousDatabase: null, findings, notes: [] };
    const notes: string[] = [];
    const previous = await reporter.group('Putting it into place', async () => {
      await analyze(
        async () => (await quietly(job, this.maintenance)).open(restored, 'that analyzes'),
        connection,
      );
      return takePlace(job, this.maintenance, restored, notes);
    });
    this.made.splice(this.made.indexOf(restored), 1);
    return { database: target.database, previousDatabase: previous, findings, notes };
  }

  private databases(): Promise<Set<string>> {
    return this.ask('Listing the databases', databaseNames);
  }

  private ask<T>(what: string, work: (psql: Psql) => Promise<T>): Promise<T> {
    const { open, connection } = this.job;
    return inSession(() => open(this.maintenance, 'that prepares'), what, connection, work);
  }

  /** Makes an empty database as the backup's was. @returns what is otherwise */
  private async create(name: string): Promise<string[]> {
    const { job } = this;
    const { target, staged, options } = job;
    // Noted before it is made: it may be there although the answer never came.
    this.made.push(name);
    const otherwise = await this.working
      .createDatabase(name, identityOf(staged.manifest), markingLimit(target.database))
      .catch((error: unknown) => {
        if (isTaken(error)) this.made.pop();
        throw error;
      });
    for (const sentence of otherwise) options.reporter.warn(sentence);
    const database = `DATABASE ${quoteIdentifier(name)}`;
    await this.ask('Marking the new database', (psql) =>
      psql.exec(
        'BEGIN',
        `COMMENT ON ${database} IS ${quoteLiteral(marker(target.database))}`,
        `ALTER ${database} CONNECTION LIMIT -1`,
        'COMMIT',
      ),
    );
    const { role } = target;
    // Since PostgreSQL 15 schema public is its: as another role's, nothing of the owner's could be restored into it.
    const { owner } = await wantedProperties(job, (what, work) => this.ask(what, work));
    if (owner !== undefined && owner !== role.name)
      await this.ask('Giving the new database its owner', (psql) =>
        psql.exec(`ALTER ${database} OWNER TO ${quoteIdentifier(owner)}`),
      );
    const requires = staged.fingerprint?.requires;
    if (requires !== undefined && entriesOf(job) === undefined)
      await inSession(
        () => job.open(name, 'that prepares'),
        'Making what the backup needs',
        job.connection,
        (psql) => prepareRequirements(psql, requires),
      );
    return otherwise;
  }

  /** Puts the new database where the target is, while there is nothing in it. */
  private async move(name: string): Promise<void> {
    const tablespace = this.job.target.existing?.tablespace ?? 'pg_default';
    if (tablespace === 'pg_default') return;
    try {
      await this.ask('Moving the new database to the tablespace of the target', (psql) =>
        psql.exec(`ALTER DATABASE ${quoteIdentifier(name)} SET TABLESPACE ${quoteIdentifier(tablespace)}`),
      );
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.job.options.reporter.warn(
        `The restored database stays in the default tablespace. ${error.message}`,
      );
    }
  }

  /** The same definitions once more, to compare with; where they can be compared. */
  private async reload(): Promise<string | undefined> {
    const { job } = this;
    const { staged, plan, selected, options, target } = job;
    if (!options.inputs.compare || staged.fingerprint === undefined) return undefined;
    if (selected !== undefined || plan.content === 'data') return undefined;
    const name = reloadName(target.database, staged.manifest.id, await this.databases());
    await this.create(name);
    await restoreTo(job, name, { content: 'schema', jobs: 1, singleTransaction: false, quiet: true });
    return name;
  }
}

/** `duplicate_database`; `unique_violation` where both are made at once. It is then not ours to drop. */
const TAKEN = ['42P04', '23505'];

function isTaken(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof SqlError && TAKEN.includes(error.cause.sqlstate);
}

/** The connection with another database as its own. */
function through(connection: Connection, database: string): Connection {
  return { ...connection, conninfo: (other) => connection.conninfo(other ?? database) };
}
