import type { ExtensionFingerprint } from '../backup/fingerprint/types.js';
import { UserError } from '../base/errors.js';
import { parseConnection } from '../postgres/connection/parse.js';
import { findPrograms, provideServer } from '../postgres/programs/index.js';
import { borrowScratch, startScratch } from '../postgres/scratch/index.js';
import type { Scratch } from '../postgres/scratch/types.js';
import { majorOf } from '../postgres/server.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Programs } from '../postgres/types.js';
import type { StagedBackup } from '../restore/types.js';
import type { VerifyOptions } from './options.js';

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

/** Programs that read the archive: of the pg_dump that made it, or of the server if that is newer. */
export function programsFor(options: VerifyOptions, staged: StagedBackup): Promise<Programs> {
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
  options: VerifyOptions,
  staged: StagedBackup,
  programs: Programs,
  facts: { extensions: readonly string[]; bootstrapRole: string },
): Promise<Place> {
  const { inputs, reporter, signal, tempDir } = options;
  if (inputs.scratchUrl !== undefined) {
    const connection = parseConnection(inputs.scratchUrl, {});
    for (const secret of connection.secrets) reporter.mask(secret);
    const scratch = await borrowScratch({ connection, programs, reporter, signal });
    return { scratch, programs, readers: programs, missing: [] };
  }
  const { extensions, bootstrapRole } = facts;
  const { postgresVersion } = inputs;
  const major = postgresVersion === 'auto' ? majorOf(staged.manifest.server.version) : postgresVersion;
  const { server, missing } = await provideServer({ ...installing(options), major, extensions });
  const allowed = new Set(inputs.allowMissingExtensions);
  const refused = missing.filter(({ name }) => !allowed.has(name));
  if (refused.length > 0) throw missingExtensions(refused, [...allowed]);
  const names = new Set(missing.map(({ name }) => name));
  const scratch = await startScratch({
    server,
    clients: programs,
    tempDir,
    bootstrapRole,
    extensions: extensions.filter((name) => !names.has(name)),
    database: RESTORED,
    reporter,
    signal,
  });
  const suited =
    programs.major >= server.major
      ? programs
      : await findPrograms({ ...installing(options), major: server.major });
  return { scratch, programs: suited, readers: programs, missing: [...names] };
}

function installing({ inputs, cache, reporter, env, tempDir, signal, method }: VerifyOptions) {
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

function missingExtensions(
  missing: readonly { name: string; why: string }[],
  allowed: readonly string[],
): UserError {
  const reasons = missing.map(({ name, why }) => `  ${name}: ${why}`);
  const block = [...allowed, ...missing.map(({ name }) => name)].map((name) => `  ${name}`);
  return new UserError(
    [
      'The backup needs extensions that the scratch server cannot have:',
      ...reasons,
      'To verify the rest, and have what needs them reported as not verified, give this input:',
      'allow-missing-extensions: |',
      ...block,
    ].join('\n'),
  );
}

/** The extensions that a backup needs: by its fingerprint, or by the archive itself where there is none. */
export function extensionsOf(staged: StagedBackup, toc: readonly TocEntry[]): string[] {
  const { fingerprint } = staged;
  const known: readonly ExtensionFingerprint[] =
    fingerprint === undefined ? [] : [...fingerprint.extensions, ...fingerprint.requires.extensions];
  const listed = toc.flatMap(({ text }) => /^EXTENSION - (.+?)\s*$/.exec(text)?.[1] ?? []);
  // In every database there is, and never in a package of its own.
  return [...new Set([...known.map(({ name }) => name), ...listed])].filter((name) => name !== 'plpgsql');
}
