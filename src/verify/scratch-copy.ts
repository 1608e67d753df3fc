import { availableParallelism } from 'node:os';
import type { Reporter } from '../base/reporter.js';
import { Psql } from '../postgres/psql.js';
import { restoreInto, rolesNamedIn, type Restored } from '../restore/archive/index.js';
import { identityOf, prepareRequirements } from '../restore/requirements.js';
import type { StagedBackup } from '../restore/types.js';
import { divideArchive, type Division } from './left-out.js';
import type { CopyOptions } from './options.js';
import type { Place } from './place.js';

/** A copy of a backup on a scratch server, and how it is made: roles, the empty database, what is to be restored, rows. */
export class ScratchCopy {
  constructor(
    protected readonly options: CopyOptions,
    protected readonly staged: StagedBackup,
    protected readonly place: Place,
    readonly database: string,
  ) {}

  get jobs(): number {
    const { jobs } = this.options.inputs;
    return jobs === 'auto' ? availableParallelism() : jobs;
  }

  /** A session on the copy, or another database. */
  open(name: string, database = this.database): Promise<Psql> {
    const { place, options } = this;
    return Psql.open({
      programs: place.programs,
      connection: place.scratch.connection,
      database,
      signal: options.signal,
      reporter: options.reporter,
      name,
      // Notices of a restored database are the user's own and say nothing here.
      settings: { client_min_messages: 'warning' },
    });
  }

  /**
   * All that the archive names must be there; on a server of our own they may also do what they could do.
   * @returns those that the archive names
   */
  async makeRoles(): Promise<string[]> {
    const { options, staged, place } = this;
    const { signal } = options;
    const { roles, statements } = place.globals ?? { roles: [], statements: [] };
    const { all: named } = await rolesNamedIn({ archive: staged, programs: place.programs, signal });
    await place.scratch.createRoles([...new Set([...roles, ...(staged.fingerprint?.roles ?? []), ...named])]);
    if (options.inputs.scratchUrl !== undefined) return named;
    const psql = await this.open('that gives roles their rights', 'postgres');
    try {
      for (const statement of statements)
        await psql.exec(statement).catch((error: unknown) => this.note(error));
    } finally {
      await psql.close();
    }
    return named;
  }

  /** A right that cannot be given shows, where it matters, in what is restored. */
  private note(error: unknown): void {
    if (this.options.signal.aborted) throw error as Error;
    this.options.reporter.info(`A right of a role was left out: ${(error as Error).message}`);
  }

  /** Returns what the server could not have as the source had it, one sentence each. */
  async createDatabase(database = this.database): Promise<string[]> {
    const requires = this.staged.fingerprint?.requires;
    const otherwise = await this.place.scratch.createDatabase(database, identityOf(this.staged.manifest));
    if (requires === undefined) return otherwise;
    const psql = await this.open('that prepares', database);
    await prepareRequirements(psql, requires).finally(() => psql.close());
    return otherwise;
  }

  /** What of the archive can be restored where extensions are missing; undefined: all of it. */
  async divide(): Promise<Division | undefined> {
    const { place, staged, options } = this;
    if (place.missing.length === 0) return undefined;
    const { programs, missing } = place;
    const known = staged.fingerprint?.extensions;
    return divideArchive(
      { archive: staged, programs, signal: options.signal },
      { extensions: missing, ...(known === undefined ? {} : { known }) },
    );
  }

  /** Restores definitions and rows, or definitions alone into another database. Nothing of it reaches another server. */
  restoreInto(
    division: Division | undefined,
    how: { database: string; content: 'all' | 'schema'; reporter: Reporter; signal: AbortSignal },
  ): Promise<Restored> {
    const { staged, place } = this;
    const whole = how.content === 'all';
    return restoreInto({
      ...how,
      archive: staged,
      programs: place.programs,
      connection: place.scratch.connection,
      owner: true,
      privileges: true,
      singleTransaction: false,
      neutralised: true,
      jobs: whole ? this.jobs : 1,
      estimatedBytes: whole ? staged.manifest.databaseBytes : null,
      ...(division === undefined ? {} : { entries: division.restored }),
    });
  }
}
