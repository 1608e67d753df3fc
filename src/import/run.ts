import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { describeEncryption, encryptionOf, keysOf } from '../codec/index.js';
import { openStores } from '../storage/registry.js';
import { decompressed } from './examine.js';
import { Families } from './families.js';
import { layersOf } from './layers.js';
import { importOne, type Context } from './one.js';
import { databasesIn, partSource } from './server-dump.js';
import { looksLikeDump, sourcesOf, type Found, type Source } from './source.js';
import { stillEncrypted } from './stored.js';
import type { FileResult, ImportOptions } from './types.js';
import { NoDumpError } from './unusable.js';

/**
 * Imports dumps that were made by other means. Each is read to its end first, and stored only if it is whole; one that
 * is not is refused, and the others go on.
 * @returns what became of each file
 * @throws when nothing could be begun, CancelledError
 */
export async function runImport(options: ImportOptions): Promise<FileResult[]> {
  const { inputs, reporter, signal } = options;
  if (inputs.passphrase !== undefined) reporter.mask(inputs.passphrase);
  const { identity, sourcePassphrase } = inputs;
  const keys = {
    ...(await keysOf({ identity, passphrase: sourcePassphrase }, reporter)),
    iterations: inputs.opensslIterations,
  };
  const encryption = await encryptionOf(inputs.recipients, inputs.passphrase);
  const found = await sourcesOf(options.files);
  if (found.length > 1 && inputs.takenAt !== undefined)
    throw new UserError(
      `Input "taken-at" is the time of one dump, and there are ${found.length} files. Import them one by one, or leave it out.`,
    );
  const stores = await openStores(inputs.storage, options);
  reporter.info(describeEncryption(encryption));
  const families = new Families(stores, encryption.kind !== 'none', reporter);
  const context = { options, stores, families, keys, encryption };
  const results: FileResult[] = [];
  for (const one of found) {
    if (signal.aborted) throw new CancelledError();
    results.push(...(await reporter.group(`Importing ${one.source.path}`, () => attempt(context, one))));
  }
  return results;
}

/** Everything that makes the run red, each an error to show. */
export function redReasons(results: readonly FileResult[]): UserError[] {
  const refused = results.filter(({ outcome }) => outcome === 'refused');
  const partly = results.filter(({ outcome, why }) => outcome === 'imported' && why !== null);
  const nothing = results.every(({ outcome }) => outcome === 'skipped');
  return [
    ...[...refused, ...partly].map(({ why }) => new UserError(why ?? '')),
    ...(nothing ? [new UserError('There was no dump among the files, so nothing was imported.')] : []),
  ];
}

/** Imports a file, or each database in the dump of a whole server. */
async function attempt(context: Context, found: Found): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const refused = await guarded(context, found, async () => {
    for (const source of await partsOf(context, found.source))
      results.push(
        await guarded(context, { ...found, source }, async () => ({
          ...blankOf(source),
          ...(await importOne(context, source)),
        })),
      );
    return undefined;
  });
  return refused === undefined ? results : [refused];
}

const blankOf = ({ path, bytes }: Source): FileResult => ({
  ...{ file: path, outcome: 'refused', why: null, name: null, id: null, database: null },
  ...{ takenAt: null, takenFrom: null, format: null, bytes, sha256: null, locations: [] },
});

/** What a file was refused for becomes its result; anything else ends the run. */
async function guarded<T>(
  { options }: Context,
  { source, named }: Found,
  work: () => Promise<T>,
): Promise<T | FileResult> {
  try {
    return await work();
  } catch (error) {
    if (options.signal.aborted) throw new CancelledError();
    if (!(error instanceof UserError)) throw error;
    // A folder of dumps may hold other things; they are named, and no reason to fail.
    const skipped = error instanceof NoDumpError && !named && !looksLikeDump(source.name);
    options.reporter.info(`${skipped ? 'Skipped' : 'Not imported'}. ${messageOf(error)}`);
    return { ...blankOf(source), outcome: skipped ? 'skipped' : 'refused', why: messageOf(error) };
  }
}

/** The databases in the dump of a whole server; of one database the file as it is. */
async function partsOf({ options, keys, encryption }: Context, source: Source): Promise<Source[]> {
  const { inputs, reporter, signal } = options;
  const layers = await layersOf(source, keys, { tools: options, signal });
  if (layers.kind !== 'server') return [source];
  if (layers.encryption !== 'none' && encryption.kind === 'none') throw stillEncrypted(source.path);
  const how = { file: source.path, signal };
  const parts = await databasesIn(
    decompressed(layers.decrypt(source.read(signal)), layers, how),
    source.path,
  );
  if (parts.length > 1 && !inputs.name.includes('{database}'))
    throw new UserError(
      `${source.path} is the dump of a server with ${parts.length} databases (${parts.map(({ database }) => database).join(', ')}), and with the name "${inputs.name}" their backups would be one family. Put {database} into the name.`,
    );
  reporter.warn(
    `${source.path} is the dump of a whole server: each database becomes a backup. Its roles are left out, since their passwords are among them; make them anew where they are missing.`,
  );
  return parts.map((part) => partSource(source, layers, part));
}
