import { readFile } from 'node:fs/promises';
import { findOptions } from '../backup/find-options.js';
import { parseConnection } from '../postgres/connection/parse.js';
import { readGlobals, type Globals } from '../postgres/globals.js';
import { findPrograms, provideServer } from '../postgres/programs/index.js';
import { borrowScratch, startScratch } from '../postgres/scratch/index.js';
import type { Scratch } from '../postgres/scratch/types.js';
import { majorOf } from '../postgres/server.js';
import type { Programs } from '../postgres/types.js';
import type { StagedBackup } from '../restore/types.js';
import { bootstrapRole } from './bootstrap-role.js';
import { doWithout, extensionsOf, lackingOn } from './extensions.js';
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
  /** What the backup's `globals.sql` makes; undefined where it has none. */
  globals: Globals | undefined;
  /** What the source calls its first superuser, and so does a server of ours. */
  bootstrapRole: string;
}

/** The database that the backup is restored into, on a server of our own. */
export const RESTORED = 'restored';

/** How a server of our own is to be. */
interface PlaceSettings {
  /** The database that the backup will be restored into. Default: `RESTORED`. */
  database?: string;
  /** Further settings of the server. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Starts a scratch server that a backup can be restored on, or opens the server that the user gave.
 * @throws UserError when an extension is missing that was not allowed to be.
 */
export async function openPlace(
  options: CopyOptions,
  staged: StagedBackup,
  settings: PlaceSettings = {},
): Promise<Place> {
  const { inputs, reporter, signal } = options;
  const programs = await reporter.group('PostgreSQL programs', () => programsFor(options, staged));
  const globals =
    staged.globals === undefined ? undefined : readGlobals(await readFile(staged.globals, 'utf8'));
  const known = { programs, globals, bootstrapRole: bootstrapRole(staged, globals) };
  return reporter.group('Scratch server', async () => {
    const extensions = await extensionsOf(staged, { programs, signal });
    return inputs.scratchUrl === undefined
      ? startPlace(options, staged, { ...settings, ...known, extensions })
      : borrowPlace(options, staged, { ...known, extensions, url: inputs.scratchUrl });
  });
}

/** Programs that read the archive: of the pg_dump that made it, or of the server if that is newer. */
function programsFor(options: CopyOptions, staged: StagedBackup): Promise<Programs> {
  const { server, tools } = staged.manifest;
  return findPrograms({
    ...findOptions(options),
    major: Math.max(majorOf(server.version), majorOf(tools.pg_dump)),
  });
}

/** What is known of a place before it is there. */
type Known = Pick<Place, 'programs' | 'globals' | 'bootstrapRole'> & { extensions: readonly string[] };

async function borrowPlace(
  options: CopyOptions,
  staged: StagedBackup,
  { url, extensions, ...known }: Known & { url: string },
): Promise<Place> {
  const { reporter, signal } = options;
  const { programs } = known;
  const connection = parseConnection(url, {});
  for (const secret of connection.secrets) reporter.mask(secret);
  const scratch = await borrowScratch({ connection, programs, reporter, signal });
  const lacking = await lackingOn(scratch, programs, extensions, options);
  return { ...known, scratch, readers: programs, missing: doWithout(lacking, staged, options) };
}

async function startPlace(
  options: CopyOptions,
  staged: StagedBackup,
  { database = RESTORED, settings, extensions, ...known }: Known & PlaceSettings,
): Promise<Place> {
  const { inputs, reporter, signal, tempDir } = options;
  const { programs, bootstrapRole } = known;
  const { postgresVersion } = inputs;
  const major = postgresVersion === 'auto' ? majorOf(staged.manifest.server.version) : postgresVersion;
  const { server, missing } = await provideServer({ ...findOptions(options), major, extensions });
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
      : await findPrograms({ ...findOptions(options), major: server.major });
  return { ...known, scratch, programs: suited, readers: programs, missing: [...names] };
}
