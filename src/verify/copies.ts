import { availableParallelism } from 'node:os';
import { allOrStop } from '../backup/all-or-stop.js';
import { silentReporter } from '../base/reporter.js';
import { Psql } from '../postgres/psql.js';
import { majorOf } from '../postgres/server.js';
import type { TocEntry } from '../postgres/toc.js';
import { definitionsHash, readContents, restoreInto, rolesNamedIn } from '../restore/archive/index.js';
import { identityOf, prepareRequirements } from '../restore/requirements.js';
import { archivedProperties, propertiesIn } from '../restore/swap/archived.js';
import type { StagedBackup } from '../restore/types.js';
import { notMeasured } from './compare/findings.js';
import { judgeProperties } from './compare/properties.js';
import type { Globals } from '../postgres/globals.js';
import { divideArchive, type Division } from './left-out.js';
import type { VerifyOptions } from './options.js';
import { RESTORED, type Place } from './place.js';
import { definitionsFinding, missingFindings, restoreFindings } from './restored.js';
import type { Finding } from './types.js';

/** What is known once a backup was restored. */
export interface RestoredCopy {
  findings: Finding[];
  toc: TocEntry[] | undefined;
  /** Materialized views that read another server, and so stayed empty. */
  unfilled: { schema: string; name: string }[];
  /** What was kept from reaching another server. */
  neutralised: string[];
}

/** A backup's copies on a server: the restored database, and one with its definitions alone to compare those with. */
export class Copies {
  readonly names: { restored: string; reloaded: string };

  constructor(
    private readonly options: VerifyOptions,
    private readonly staged: StagedBackup,
    private readonly place: Place,
  ) {
    // On a server of the user's there may be databases of any name.
    const prefix = options.inputs.scratchUrl === undefined ? '' : `pgkeep_${staged.manifest.id}_`;
    this.names = { restored: prefix + RESTORED, reloaded: `${prefix}reloaded` };
  }

  get jobs(): number {
    const { jobs } = this.options.inputs;
    return jobs === 'auto' ? availableParallelism() : jobs;
  }

  /** A session on the restored database, or another. */
  open(name: string, database = this.names.restored): Promise<Psql> {
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
  async makeRoles({ roles, statements }: Globals): Promise<string[]> {
    const { options, staged, place } = this;
    const { signal } = options;
    const named = await rolesNamedIn({ archive: staged, programs: place.programs, signal });
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
  async makeDatabases(): Promise<string[]> {
    const { scratch } = this.place;
    const identity = identityOf(this.staged.manifest);
    const requires = this.staged.fingerprint?.requires;
    const otherwise = await scratch.createDatabase(this.names.restored, identity);
    await scratch.createDatabase(this.names.reloaded, identity);
    if (requires === undefined) return otherwise;
    for (const database of Object.values(this.names)) {
      const psql = await this.open('that prepares', database);
      await prepareRequirements(psql, requires).finally(() => psql.close());
    }
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

  /** The archive's definitions, and what it says of the database as a whole, against the source's. */
  private async definitions(signal: AbortSignal): Promise<Finding[]> {
    const { staged, place } = this;
    const { fingerprint, format, manifest } = staged;
    const statements: string[] = [];
    const found = await this.definitionsHash(signal, (statement) => statements.push(statement));
    const finding = definitionsFinding(staged, found);
    if (fingerprint?.properties === undefined) return [finding];
    if (format === 'plain' && typeof found !== 'string')
      return [finding, notMeasured('definitions', 'of the database as a whole', found.why)];
    const archived =
      format === 'plain'
        ? propertiesIn(statements)
        : await archivedProperties({ archive: staged, programs: place.programs, signal });
    return [finding, ...judgeProperties(fingerprint.properties, archived, manifest.options['dump-args'])];
  }

  /** Another major's pg_restore writes other text for the same definitions. */
  private async definitionsHash(
    signal: AbortSignal,
    tellDatabase: (statement: string) => void,
  ): ReturnType<typeof definitionsHash> {
    const { staged, place } = this;
    const { pg_dump: made } = staged.manifest.tools;
    if (place.readers.major === majorOf(made))
      return definitionsHash({ archive: staged, programs: place.readers, signal }, tellDatabase);
    return {
      why: `pg_restore ${place.readers.version} writes them otherwise than pg_restore ${made}, which is not to be had here`,
    };
  }

  /** Restores both copies at once, and compares the archive's definitions with the source's. */
  async restore(division: Division | undefined): Promise<RestoredCopy> {
    const { staged, place, options, names } = this;
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const source = { archive: staged, programs: place.programs, signal };
    const common = {
      ...source,
      connection: place.scratch.connection,
      owner: true,
      privileges: true,
      singleTransaction: false,
      neutralised: true,
      ...(division === undefined ? {} : { entries: division.restored }),
    };
    const [whole, , definitions, toc] = await allOrStop(stop, [
      restoreInto({
        ...common,
        database: names.restored,
        content: 'all',
        jobs: this.jobs,
        estimatedBytes: staged.manifest.databaseBytes,
        reporter: options.reporter,
      }),
      restoreInto({
        ...common,
        database: names.reloaded,
        content: 'schema',
        jobs: 1,
        estimatedBytes: null,
        reporter: silentReporter,
      }),
      this.definitions(signal),
      readContents(source),
    ]);
    const findings: Finding[] = [
      ...definitions,
      ...restoreFindings(whole.errors),
      ...missingFindings(staged, place.missing),
    ];
    return { findings, toc, unfilled: whole.dependsOnForeign, neutralised: whole.neutralised };
  }
}
