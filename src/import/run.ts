import { newId } from '../backup/id.js';
import { writeLog } from '../backup/log.js';
import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { describeEncryption, encryptionOf, keysOf } from '../codec/index.js';
import type { Encryption } from '../codec/types.js';
import { familyName } from '../inputs/name.js';
import { openStore } from '../storage/registry.js';
import type { Store } from '../storage/store.js';
import { examine, type Examined } from './examine.js';
import { Families } from './families.js';
import { layersOf, type SourceKeys } from './layers.js';
import { publishImport } from './publish.js';
import { looksLikeDump, sourcesOf, type Found, type Source } from './source.js';
import { storedForm } from './stored.js';
import { takenAt, type Taken } from './taken-at.js';
import type { FileResult, ImportOptions } from './types.js';
import { NoDumpError } from './unusable.js';

/** What all files of a run share. */
interface Context {
  options: ImportOptions;
  stores: readonly Store[];
  families: Families;
  keys: SourceKeys;
  encryption: Encryption;
}

/**
 * Imports dumps that were made by other means. Each is read to its end first, and stored only if it is whole; one that
 * is not is refused, and the others go on.
 * @returns what became of each file
 * @throws when nothing could be begun, CancelledError
 */
export async function runImport(options: ImportOptions): Promise<FileResult[]> {
  const { inputs, env, reporter, signal, artifacts } = options;
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
  const stores = await Promise.all(
    inputs.storage.map((url) => openStore(url, { env, reporter, signal, artifacts })),
  );
  reporter.info(describeEncryption(encryption));
  const families = new Families(stores, encryption.kind !== 'none', reporter);
  const context = { options, stores, families, keys, encryption };
  const results: FileResult[] = [];
  for (const one of found) {
    if (signal.aborted) throw new CancelledError();
    results.push(await reporter.group(`Importing ${one.source.path}`, () => attempt(context, one)));
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

async function attempt(context: Context, { source, named }: Found): Promise<FileResult> {
  const blank: FileResult = {
    ...{ file: source.path, outcome: 'refused', why: null, name: null, id: null, database: null },
    ...{ takenAt: null, takenFrom: null, format: null, bytes: source.bytes, sha256: null, locations: [] },
  };
  try {
    return { ...blank, ...(await importOne(context, source)) };
  } catch (error) {
    if (context.options.signal.aborted) throw new CancelledError();
    if (!(error instanceof UserError)) throw error;
    // A folder of dumps may hold other things; they are named, and no reason to fail.
    const skipped = error instanceof NoDumpError && !named && !looksLikeDump(source.name);
    context.options.reporter.info(`${skipped ? 'Skipped' : 'Not imported'}. ${messageOf(error)}`);
    return { ...blank, outcome: skipped ? 'skipped' : 'refused', why: messageOf(error) };
  }
}

async function importOne(context: Context, source: Source): Promise<Partial<FileResult>> {
  const { options, families, keys, encryption, stores } = context;
  const { inputs, reporter, signal } = options;
  const find = {
    ...options,
    ...(inputs.postgresBin === undefined ? {} : { bin: inputs.postgresBin }),
  };
  const layers = await layersOf(source, keys, { tools: options, signal });
  const examined = await examine(source, layers, { find, signal });
  const form = await storedForm(source, layers, examined, { encryption, signal });
  const { facts, digest } = examined;
  const name = familyOf(source, inputs.name, facts.database);
  const taken = takenAt(
    { option: inputs.takenAt, archive: facts.createdAt, name: source.name, modified: source.modified },
    new Date(),
  );
  tell(source, examined, taken, options);
  const known = await families.find(name, digest.sha256);
  const result: Partial<FileResult> = {
    ...{ outcome: 'planned', name, database: facts.database ?? null, format: facts.format, ...digest },
    ...{ takenAt: taken.at.toISOString(), takenFrom: taken.from },
  };
  if (known?.lacking.length === 0) {
    reporter.info(`${name} has this very file already${known.id === '' ? '' : `, as ${known.id}`}.`);
    return { ...result, outcome: 'present', id: known.id === '' ? null : known.id };
  }
  if (inputs.dryRun) {
    await families.note(name, digest.sha256, '');
    return result;
  }
  const id = known?.id ?? newId(taken.at);
  const into = known?.lacking ?? stores;
  const compression = layers.compression ?? facts.compression ?? 'none';
  const request = { options, source, examined, form, taken, name, id, compression, stores: into };
  const { locations, problems } = await logged(context, name, into, () => publishImport(request));
  await families.note(name, digest.sha256, id);
  reporter.info(`Imported as ${name}/${id}.`);
  return {
    ...result,
    outcome: 'imported',
    id,
    locations,
    why: problems.length === 0 ? null : problems.join(' '),
  };
}

/** @throws UserError where the dump does not say its database, and the name would come from that */
function familyOf(source: Source, template: string, database: string | undefined): string {
  if (database === undefined && template.includes('{database}'))
    throw new UserError(
      `${source.path} does not say the name of its database, as a plain dump without --create never does. Give the family a name: --name=shop.`,
    );
  return familyName(template, database);
}

function tell(source: Source, { facts }: Examined, taken: Taken, { reporter }: ImportOptions): void {
  const { format, server, pgDump, content, tables } = facts;
  reporter.info(
    `A whole ${format} dump of PostgreSQL ${server.version} by pg_dump ${pgDump}, of ${taken.at.toISOString()} by the ${taken.from}.`,
  );
  if (taken.from === 'file time')
    reporter.warn(
      `Neither ${source.path} nor its name says when the dump was made: the time at which the file was last written is taken. Copying may have changed it; --taken-at says it better.`,
    );
  if (content === 'data')
    reporter.warn(
      `${source.path} holds rows alone, which restore only into tables that are there, and cannot be verified.`,
    );
  else if (tables === 0)
    reporter.warn(`${source.path} holds no table. Look whether it is of the right database.`);
}

/** Leaves a line of history of what was stored, or could not be. */
async function logged<T extends { manifest: { id: string } }>(
  { options }: Context,
  name: string,
  stores: readonly Store[],
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = new Date();
  const log = (entry: { backup: string | null; failure?: unknown }): Promise<void> =>
    writeLog({ stores, run: options.run, reporter: options.reporter }, name, startedAt, {
      action: 'import',
      ...entry,
    });
  try {
    const done = await work();
    await log({ backup: done.manifest.id });
    return done;
  } catch (error) {
    await log({ backup: null, failure: options.signal.aborted ? new CancelledError() : error });
    throw error;
  }
}
