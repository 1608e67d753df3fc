import { UserError } from '../base/errors.js';
import type { Connection } from '../postgres/types.js';
import { quoteIdentifier, quoteLiteral, SqlError, type Psql } from '../postgres/psql.js';
import { Admin } from '../postgres/scratch/admin.js';
import { archivedProperties } from './swap/archived.js';
import { combine, type WantedProperties } from './swap/combine.js';
import { beforeName, besideName, reloadName } from './swap/names.js';
import { applyProperties } from './swap/prepare.js';
import { readProperties } from './swap/properties.js';
import { swap } from './swap/swap.js';
import { compareJob, differs } from './compare.js';
import { entriesOf, jobsOf, restoreTo, type Done, type Job } from './job.js';
import { identityOf, prepareRequirements } from './requirements.js';
import { dropEmptied } from './emptied.js';
import { marker } from './target/look.js';
import { contentsOf } from './target/objects.js';
import { knownRoles } from './target/roles.js';
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
    const { options, plan, target, open, connection } = job;
    const { reporter } = options;
    const { id } = job.staged.manifest;
    const restored = besideName(target.database, id, await this.databases());
    const otherwise = await reporter.group('Restoring', async () => {
      const notes = await this.create(restored);
      await restoreTo(job, restored, { content: plan.content, jobs: jobsOf(job), singleTransaction: false });
      return notes;
    });
    const findings = await reporter.group('Comparing', async () => {
      const reloaded = await this.reload();
      return compareJob(job, restored, { reloaded, otherwise });
    });
    if (differs(findings)) return { database: null, previousDatabase: null, findings, notes: [] };
    const notes: string[] = [];
    const previous = await reporter.group('Putting it into place', async () => {
      await inSession(
        () => open(restored, 'that analyzes'),
        'Analyzing the restored database',
        connection,
        (psql) => psql.exec('ANALYZE'),
      );
      return this.takePlace(restored, notes);
    });
    return { database: target.database, previousDatabase: previous, findings, notes };
  }

  private async databases(): Promise<Set<string>> {
    const names = await this.ask('Listing the databases', (psql) =>
      psql.query<string[]>('SELECT json_agg(datname) FROM pg_catalog.pg_database'),
    );
    return new Set(names);
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
    const otherwise = await this.working.createDatabase(name, identityOf(staged.manifest));
    for (const sentence of otherwise) options.reporter.warn(sentence);
    await this.ask('Marking the new database', (psql) =>
      psql.exec(`COMMENT ON DATABASE ${quoteIdentifier(name)} IS ${quoteLiteral(marker(target.database))}`),
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

  /** @returns what the old database is called now; null where there is none any more */
  private async takePlace(restored: string, notes: string[]): Promise<string | null> {
    const { job } = this;
    const { target, staged, options, open, clean } = job;
    const { database, existing } = target;
    const { reporter } = options;
    const wanted = await this.wanted();
    notes.push(...(await this.apply(restored, wanted)));
    await this.requireUnchanged();
    const before =
      existing === undefined ? undefined : beforeName(database, staged.manifest.id, await this.databases());
    const { comment } = wanted;
    await swap({
      target: database,
      restored,
      before,
      comment,
      signal: options.signal,
      open: (name) => open(this.maintenance, name),
      look: (name) => clean(this.maintenance, name),
    });
    this.made.splice(this.made.indexOf(restored), 1);
    reporter.info(`${JSON.stringify(database)} is now the restored database.`);
    if (before === undefined) return null;
    if (job.plan.mode === 'fresh' && (await this.dropEmptied(before, notes))) return null;
    notes.push(
      `The database that was there before is kept as ${JSON.stringify(before)}. When you are sure that you need it no more: DROP DATABASE ${quoteIdentifier(before)}.`,
    );
    return before;
  }

  /** What the new database is to be like as a whole. */
  private async wanted(): Promise<WantedProperties> {
    const { job } = this;
    const { staged, programs, options, plan, target } = job;
    const archived = await archivedProperties({ archive: staged, programs, signal: options.signal });
    return this.ask("Reading the target's own settings", async (psql) => {
      const properties =
        target.existing === undefined ? undefined : await readProperties(psql, target.database);
      const named = [
        archived.owner,
        ...archived.settings.map(({ role }) => role),
        ...(archived.grants ?? []).map(({ grantee }) => grantee),
      ].filter((role) => role !== undefined);
      const { there, actAs } = await knownRoles(psql, named, target.major);
      const owner = plan.owner && archived.owner !== undefined && actAs.has(archived.owner);
      return combine(archived, properties, { owner, privileges: plan.privileges, roles: there });
    });
  }

  /** @returns what the user has to make up for */
  private async apply(restored: string, wanted: WantedProperties): Promise<string[]> {
    const { target, options } = this.job;
    const lost = await this.ask('Giving the restored database the rights of the target', (psql) =>
      applyProperties(psql, restored, wanted, target.role.name),
    );
    if (lost.length === 0) return [];
    const note = `Role ${target.role.name} may not make these settings of the database again: ${lost.join(', ')}. Have a superuser make them (ALTER ROLE ... IN DATABASE ... SET, ALTER DATABASE ... SET) before applications rely on them.`;
    options.reporter.warn(note);
    return [note];
  }

  /** @throws UserError when the target is no more what the plan was made for */
  private async requireUnchanged(): Promise<void> {
    const { target, plan, open, connection } = this.job;
    const { database, existing } = target;
    const oid = await this.ask('Looking at the target again', (psql) =>
      psql.value(`SELECT oid FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(database)}`),
    );
    const changed = new UserError(
      `Database ${JSON.stringify(database)} has changed while the backup was being restored beside it, and is left as it is. Look at it, then run the restore again.`,
    );
    if (oid !== (existing?.oid ?? '')) throw changed;
    if (existing === undefined || plan.mode === 'replace') return;
    const { objects } = await inSession(
      () => open(database, 'with the target'),
      'Looking at the target again',
      connection,
      contentsOf,
    );
    if (objects > 0) throw changed;
  }

  /** Drops the empty database whose place was taken. @returns whether it is gone */
  private async dropEmptied(before: string, notes: string[]): Promise<boolean> {
    const { clean } = this.job;
    try {
      const gone = await dropEmptied(clean, this.maintenance, before);
      if (!gone)
        notes.push(
          `${JSON.stringify(before)} was empty when the restore began and has something in it, so it is kept.`,
        );
      return gone;
    } catch (error) {
      if (!(error instanceof UserError || error instanceof SqlError)) throw error;
      notes.push(`The empty database that was there before could not be dropped. ${error.message}`);
      return false;
    }
  }
}

/** The connection with another database as its own. */
function through(connection: Connection, database: string): Connection {
  return { ...connection, conninfo: (other) => connection.conninfo(other ?? database) };
}
