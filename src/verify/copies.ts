import { allOrStop } from '../backup/all-or-stop.js';
import { silentReporter } from '../base/reporter.js';
import { majorOf } from '../postgres/server.js';
import type { TocEntry } from '../postgres/toc.js';
import { definitionsHash, readContents } from '../restore/archive/index.js';
import { archivedProperties, propertiesIn } from '../restore/swap/archived.js';
import type { StagedBackup } from '../restore/types.js';
import { notMeasured } from './compare/findings.js';
import { judgeProperties } from './compare/properties.js';
import type { Division } from './left-out.js';
import type { VerifyOptions } from './options.js';
import { RESTORED, type Place } from './place.js';
import { ScratchCopy } from './scratch-copy.js';
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
export class Copies extends ScratchCopy {
  readonly names: { restored: string; reloaded: string };

  constructor(options: VerifyOptions, staged: StagedBackup, place: Place) {
    // On a server of the user's there may be databases of any name.
    const prefix = options.inputs.scratchUrl === undefined ? '' : `pgkeep_${staged.manifest.id}_`;
    super(options, staged, place, prefix + RESTORED);
    this.names = { restored: this.database, reloaded: `${prefix}reloaded` };
  }

  /** Returns what the server could not have as the source had it, one sentence each. */
  async makeDatabases(): Promise<string[]> {
    const otherwise = await this.createDatabase();
    await this.createDatabase(this.names.reloaded);
    return otherwise;
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
    const { reporter } = options;
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const [whole, , definitions, toc] = await allOrStop(stop, [
      this.restoreInto(division, { database: names.restored, content: 'all', reporter, signal }),
      this.restoreInto(division, {
        database: names.reloaded,
        content: 'schema',
        reporter: silentReporter,
        signal,
      }),
      this.definitions(signal),
      readContents({ archive: staged, programs: place.programs, signal }),
    ]);
    const findings: Finding[] = [
      ...definitions,
      ...restoreFindings(whole.errors),
      ...missingFindings(staged, place.missing),
    ];
    return { findings, toc, unfilled: whole.dependsOnForeign, neutralised: whole.neutralised };
  }
}
