import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { allOrStop } from '../backup/all-or-stop.js';
import { UserError } from '../base/errors.js';
import { silentReporter } from '../base/reporter.js';
import { Psql } from '../postgres/psql.js';
import { definitionsHash, readContents, restoreInto, rolesNamedIn } from '../restore/archive/index.js';
import { identityOf, prepareRequirements } from '../restore/requirements.js';
import type { StagedBackup } from '../restore/types.js';
import { checkIndexes } from './amcheck.js';
import { expectTables, runChecks } from './checks.js';
import { compareRestored, type CompareRequest } from './compare/index.js';
import { runControl } from './control/index.js';
import { readGlobals, type Globals } from './globals.js';
import { divideArchive, type Division } from './left-out.js';
import type { VerifyOptions } from './options.js';
import { extensionsOf, openPlace, programsFor, RESTORED, type Place } from './place.js';
import type { Proof } from './prove.js';
import { definitionsFinding, restoreFindings } from './restored.js';
import { isRed } from './result.js';
import type { Finding } from './types.js';

export type Examined = Pick<Proof, 'findings' | 'control' | 'serverVersion'> & {
  seconds: { restore: number; compare: number };
};

/** Restores a staged backup into a scratch server, compares it, and puts the comparison itself to the test. */
export async function examine(options: VerifyOptions, staged: StagedBackup): Promise<Examined> {
  const { reporter } = options;
  refuseRowsAlone(staged);
  const programs = await reporter.group('PostgreSQL programs', () => programsFor(options, staged));
  const globals = await globalsOf(staged);
  const place = await reporter.group('Scratch server', async () => {
    const toc = await readContents({ archive: staged, programs, signal: options.signal });
    return openPlace(options, staged, programs, {
      extensions: extensionsOf(staged, toc ?? []),
      bootstrapRole: bootstrapRole(staged, globals),
    });
  });
  try {
    return await new Examination(options, staged, place).run(globals);
  } finally {
    await place.scratch.stop();
  }
}

function refuseRowsAlone({ manifest }: StagedBackup): void {
  if (manifest.options['content'] !== 'data') return;
  throw new UserError(
    `Backup ${manifest.id} holds rows alone (content: data), which restore only into tables that are there. Verify a backup with content: all of the same database instead.`,
  );
}

async function globalsOf({ globals }: StagedBackup): Promise<Globals> {
  return globals === undefined ? { roles: [], statements: [] } : readGlobals(await readFile(globals, 'utf8'));
}

/** Older backups do not tell; a role called postgres is nearly always the one. */
function bootstrapRole({ fingerprint }: StagedBackup, { roles }: Globals): string {
  return fingerprint?.bootstrapRole ?? roles.find((role) => role === 'postgres') ?? 'postgres';
}

/** One backup on one server. */
class Examination {
  private readonly names: { restored: string; reloaded: string };

  constructor(
    private readonly options: VerifyOptions,
    private readonly staged: StagedBackup,
    private readonly place: Place,
  ) {
    // On a server of the user's there may be databases of any name.
    const prefix = options.inputs.scratchUrl === undefined ? '' : `pgkeep_${staged.manifest.id}_`;
    this.names = { restored: prefix + RESTORED, reloaded: `${prefix}reloaded` };
  }

  async run(globals: Globals): Promise<Examined> {
    const { options, staged, place, names } = this;
    const { inputs, reporter, signal } = options;
    await this.makeRoles(globals);
    const restoring = performance.now();
    const otherwise = await this.makeDatabases();
    for (const sentence of otherwise) reporter.warn(sentence);
    const division = await this.divide();
    const restored = await reporter.group('Restoring', () => this.restore(division));
    const comparing = performance.now();
    const request: CompareRequest = {
      open: (name) => this.open(name),
      programs: place.programs,
      connection: place.scratch.connection,
      database: names.restored,
      reloadDatabase: names.reloaded,
      fingerprint: staged.fingerprint,
      manifest: staged.manifest,
      otherwise,
      jobs: this.jobs,
      signal,
      ...(restored.toc === undefined ? {} : { toc: restored.toc }),
      ...(division === undefined ? {} : { leftOut: division.leftOut }),
    };
    const compared = await reporter.group('Comparing', () => compareRestored(request));
    const findings = [
      ...restored.findings,
      ...compared,
      ...(await expectTables(request.open, inputs.expectTables)),
      ...(await runChecks(request.open, inputs.checks)),
      ...(await checkIndexes(request.open, this.jobs)),
    ];
    const control =
      inputs.control && !findings.some(isRed)
        ? await runControl(request, options.random)
        : { findings: [], control: { outcome: 'not run', damage: null } as const };
    return {
      findings: [...findings, ...control.findings],
      control: control.control,
      serverVersion: place.scratch.version,
      seconds: {
        restore: (comparing - restoring) / 1000,
        compare: (performance.now() - comparing) / 1000,
      },
    };
  }

  private get jobs(): number {
    const { jobs } = this.options.inputs;
    return jobs === 'auto' ? availableParallelism() : jobs;
  }

  private open(name: string, database = this.names.restored): Promise<Psql> {
    const { place, options } = this;
    return Psql.open({
      programs: place.programs,
      connection: place.scratch.connection,
      database,
      signal: options.signal,
      reporter: options.reporter,
      name,
    });
  }

  /** All that the archive names must be there; on a server of our own they may also do what they could do. */
  private async makeRoles({ roles, statements }: Globals): Promise<void> {
    const { options, staged, place } = this;
    const { signal } = options;
    const named = await rolesNamedIn({ archive: staged, programs: place.programs, signal });
    await place.scratch.createRoles([...new Set([...roles, ...(staged.fingerprint?.roles ?? []), ...named])]);
    if (options.inputs.scratchUrl !== undefined) return;
    const psql = await this.open('that gives roles their rights', 'postgres');
    try {
      for (const statement of statements)
        await psql.exec(statement).catch((error: unknown) => this.note(error));
    } finally {
      await psql.close();
    }
  }

  /** A right that cannot be given shows, where it matters, in what is restored. */
  private note(error: unknown): void {
    if (this.options.signal.aborted) throw error as Error;
    this.options.reporter.info(`A right of a role was left out: ${(error as Error).message}`);
  }

  private async makeDatabases(): Promise<string[]> {
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

  private async divide(): Promise<Division | undefined> {
    const { place, staged, options } = this;
    if (place.missing.length === 0) return undefined;
    if (staged.format === 'plain')
      throw new UserError(
        `A plain backup cannot be verified without the extensions that it needs (${place.missing.join(', ')}): it cannot be restored in part. Make backups in the custom format.`,
      );
    return divideArchive(staged.path, place.missing, { programs: place.programs, signal: options.signal });
  }

  private async restore(division: Division | undefined) {
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
      definitionsHash(source),
      readContents(source),
    ]);
    const findings: Finding[] = [definitionsFinding(staged, definitions), ...restoreFindings(whole.errors)];
    return { findings, toc };
  }
}
