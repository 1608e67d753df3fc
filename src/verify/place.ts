import { parseConnection } from '../postgres/connection/parse.js';
import { findPrograms, provideServer } from '../postgres/programs/index.js';
import { borrowScratch, startScratch } from '../postgres/scratch/index.js';
import type { Scratch } from '../postgres/scratch/types.js';
import { majorOf } from '../postgres/server.js';
import type { Programs } from '../postgres/types.js';
import type { StagedBackup } from '../restore/types.js';
import { doWithout, lackingOn } from './extensions.js';
import type { CopyOptions } from './options.js';

/** Where a backup is restored to be compared. */
export interface Place {
  scratch: Scratch;
  /** Those that can read the archive and talk to the server. */
  programs: Programs;
  /** Those of the pg_dump that made the archive, as far as they are to be had. */
  readers: Programs;
  /** Extensions that are not to be had here, as the user allowed. */
  missing: string[];
}

/** The database that the backup is restored into, on a server of our own. */
export const RESTORED = 'restored';

/** What of a backup its server must be like. */
export interface PlaceFacts {
  extensions: readonly string[];
  bootstrapRole: string;
  /** The database that the backup will be restored into. Default: `RESTORED`. */
  database?: string;
  /** Further settings of a server of our own. */
  settings?: Readonly<Record<string, string>>;
}

/** Programs that read the archive: of the pg_dump that made it, or of the server if that is newer. */
export function programsFor(options: CopyOptions, staged: StagedBackup): Promise<Programs> {
  const { server, tools } = staged.manifest;
  return findPrograms({
    ...installing(options),
    major: Math.max(majorOf(server.version), majorOf(tools.pg_dump)),
  });
}

/**
 * Starts the scratch server, or opens the server that the user gave.
 * @throws UserError when an extension is missing that was not allowed to be.
 */
export async function openPlace(
  options: CopyOptions,
  staged: StagedBackup,
  programs: Programs,
  facts: PlaceFacts,
): Promise<Place> {
  const { inputs, reporter, signal, tempDir } = options;
  const { extensions, bootstrapRole, database = RESTORED, settings } = facts;
  if (inputs.scratchUrl !== undefined) {
    const connection = parseConnection(inputs.scratchUrl, {});
    for (const secret of connection.secrets) reporter.mask(secret);
    const scratch = await borrowScratch({ connection, programs, reporter, signal });
    const lacking = await lackingOn(scratch, programs, extensions, options);
    return { scratch, programs, readers: programs, missing: doWithout(lacking, staged, options) };
  }
  const { postgresVersion } = inputs;
  const major = postgresVersion === 'auto' ? majorOf(staged.manifest.server.version) : postgresVersion;
  const { server, missing } = await provideServer({ ...installing(options), major, extensions });
  const names = new Set(doWithout(missing, staged, options));
  const scratch = await startScratch({
    server,
    clients: programs,
    tempDir,
    bootstrapRole,
    extensions: extensions.filter((name) => !names.has(name)),
    database,
    ...(settings === undefined ? {} : { settings }),
    reporter,
    signal,
  });
  const suited =
    programs.major >= server.major
      ? programs
      : await findPrograms({ ...installing(options), major: server.major });
  return { scratch, programs: suited, readers: programs, missing: [...names] };
}

function installing({ inputs, cache, reporter, env, tempDir, signal, method }: CopyOptions) {
  return {
    cache,
    reporter,
    env,
    tempDir,
    signal,
    method,
    ...(inputs.postgresBin === undefined ? {} : { bin: inputs.postgresBin }),
  };
}
