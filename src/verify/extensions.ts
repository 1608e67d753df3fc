import type { ExtensionFingerprint } from '../backup/fingerprint/types.js';
import { UserError } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import { Psql } from '../postgres/psql.js';
import type { Scratch } from '../postgres/scratch/types.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Programs } from '../postgres/types.js';
import { extensionsIn } from '../restore/archive/index.js';
import type { StagedBackup } from '../restore/types.js';
import type { CopyOptions } from './options.js';

interface Missing {
  name: string;
  why: string;
}

/**
 * The extensions that a backup needs: by its fingerprint, and by the archive itself. Of a plain dump the fingerprint
 * says enough; where there is none the dump is read.
 */
export async function extensionsOf(
  { fingerprint, format, path }: Pick<StagedBackup, 'fingerprint' | 'format' | 'path'>,
  { programs, signal }: { programs: Programs; signal: AbortSignal },
  toc?: readonly TocEntry[],
): Promise<string[]> {
  const known: readonly ExtensionFingerprint[] =
    fingerprint === undefined ? [] : [...fingerprint.extensions, ...fingerprint.requires.extensions];
  const listed =
    format === 'plain' && fingerprint !== undefined
      ? []
      : await extensionsIn({ archive: { format, path }, programs, signal }, toc);
  // In every database there is, and never in a package of its own.
  return [...new Set([...known.map(({ name }) => name), ...listed])].filter((name) => name !== 'plpgsql');
}

/** Those of the extensions that a server of the user's does not have. */
export async function lackingOn(
  { connection }: Scratch,
  programs: Programs,
  extensions: readonly string[],
  { reporter, signal }: CopyOptions,
): Promise<Missing[]> {
  const name = 'that looks for extensions';
  const psql = await Psql.open({ programs, connection, reporter, signal, name });
  try {
    const rows = await psql.rows<{ name: string }>('SELECT name FROM pg_catalog.pg_available_extensions');
    const available = new Set(rows.map((row) => row.name));
    return extensions
      .filter((extension) => !available.has(extension))
      .map((extension) => ({ name: extension, why: 'the server of `scratch-url` does not have it' }));
  } finally {
    await psql.close();
  }
}

/**
 * The names of extensions that the backup is to be restored without.
 * @throws UserError when the user did not allow that, or the backup cannot be divided by what needs them.
 */
export function doWithout(
  missing: readonly Missing[],
  { format, fingerprint }: Pick<StagedBackup, 'format' | 'fingerprint'>,
  { inputs }: CopyOptions,
): string[] {
  if (missing.length === 0) return [];
  const allowed = new Set(inputs.allowMissingExtensions);
  const refused = missing.filter(({ name }) => !allowed.has(name));
  if (refused.length > 0) throw missingExtensions(refused, [...allowed]);
  const names = missing.map(({ name }) => name);
  const list = names.join(', ');
  if (format === 'plain')
    throw new UserError(
      `A plain backup cannot be verified without the extensions that it needs (${list}): it cannot be restored in part. Make backups in the custom format.`,
    );
  // Nothing in such an archive says what needs them, since they are not in it.
  const needed = fingerprint?.requires.extensions.filter(({ name }) => names.includes(name)) ?? [];
  if (needed.length > 0)
    throw new UserError(
      `The backup of a part of a database cannot be verified without the extensions that it needs (${list}). Make one of the whole database, or leave out what needs them (exclude-tables).`,
    );
  return names;
}

/** Warns of what is left out. @param not what it is therefore: `NOT VERIFIED` */
export function warnOfMissing(
  { missing }: { missing: readonly string[] },
  not: string,
  reporter: Reporter,
): void {
  if (missing.length === 0) return;
  reporter.warn(
    `${not}: all that needs ${missing.length === 1 ? 'the extension' : 'the extensions'} ${missing.join(', ')}, which this server does not have. It is left out and reported as not measured.`,
  );
}

function missingExtensions(missing: readonly Missing[], allowed: readonly string[]): UserError {
  const reasons = missing.map(({ name, why }) => `  ${name}: ${why}`);
  const block = [...allowed, ...missing.map(({ name }) => name)].map((name) => `  ${name}`);
  return new UserError(
    [
      'The backup needs extensions that the scratch server cannot have:',
      ...reasons,
      'To go on with the rest, and have what needs them left out and reported as not measured, give this input:',
      'allow-missing-extensions: |',
      ...block,
    ].join('\n'),
  );
}
