import { findOptions } from '../backup/find-options.js';
import { newId } from '../backup/id.js';
import { writeLog } from '../backup/log.js';
import { CancelledError, UserError } from '../base/errors.js';
import type { Encryption } from '../codec/types.js';
import { familyName } from '../inputs/name.js';
import type { Store } from '../storage/store.js';
import { examine, type Examined } from './examine.js';
import type { Families } from './families.js';
import { layersOf, type SourceKeys } from './layers.js';
import { publishImport } from './publish.js';
import type { Source } from './source.js';
import { storedForm, type StoredForm } from './stored.js';
import { takenAt, type Taken } from './taken-at.js';
import type { FileResult, ImportOptions } from './types.js';

/** What all files of a run share. */
export interface Context {
  options: ImportOptions;
  stores: readonly Store[];
  families: Families;
  keys: SourceKeys;
  encryption: Encryption;
}

/** A dump that is whole, and how it will be stored. */
interface Ready {
  source: Source;
  examined: Examined;
  form: StoredForm;
  /** How its rows are compressed, whoever did it. */
  compression: string;
  name: string;
  taken: Taken;
}

/**
 * Imports the dump of one database.
 * @throws UserError when it is not taken
 */
export async function importOne(context: Context, source: Source): Promise<Partial<FileResult>> {
  const { options, families } = context;
  const ready = await read(context, source);
  const { examined, name, taken } = ready;
  const { facts, digest } = examined;
  tell(ready, options);
  const known = await families.find(name, digest.sha256);
  const result: Partial<FileResult> = {
    ...{ outcome: 'planned', name, database: facts.database ?? null, format: facts.format, ...digest },
    ...{ takenAt: taken.at.toISOString(), takenFrom: taken.from },
  };
  if (known?.encrypted === false && context.encryption.kind !== 'none')
    throw new UserError(
      `${name} has this very file as ${known.id}, and not encrypted. Delete that (\`pgkeep delete ${known.id}\`), and import ${source.path} again.`,
    );
  if (known?.lacking.length === 0) {
    options.reporter.info(`${name} has this very file already${known.id === '' ? '' : `, as ${known.id}`}.`);
    return { ...result, outcome: 'present', id: known.id === '' ? null : known.id };
  }
  await requireOld(ready, families);
  if (options.inputs.dryRun) {
    await families.note(name, digest.sha256, '');
    return result;
  }
  const id = known?.id ?? newId(taken.at);
  const stores = known?.lacking ?? context.stores;
  const { locations, problems } = await logged(options, name, stores, () =>
    publishImport({ options, ...ready, id, stores }),
  );
  await families.note(name, digest.sha256, id);
  options.reporter.info(`Imported as ${name}/${id}.`);
  const why = problems.length === 0 ? null : problems.join(' ');
  return { ...result, outcome: 'imported', id, locations, why };
}

/** Reads a file to its end and says what becomes of it. */
async function read({ options, keys, encryption }: Context, source: Source): Promise<Ready> {
  const { inputs, signal } = options;
  const find = findOptions(options);
  const layers = await layersOf(source, keys, { tools: options, signal });
  const { kind } = layers;
  if (kind === 'server')
    throw new UserError(`${source.path} is the dump of a server within one of a server.`);
  const found = await examine(source, { ...layers, kind }, { find, signal });
  const facts = { ...found.facts, database: found.facts.database ?? source.database };
  if (facts.server.version === '')
    throw new UserError(
      `${source.path} does not say which PostgreSQL it is of: its first lines are missing, so something else may be, too. Import another copy.`,
    );
  const examined = { ...found, facts };
  return {
    source,
    examined,
    form: await storedForm(source, { ...layers, kind }, examined, { encryption, signal }),
    compression: layers.compression ?? facts.compression ?? 'none',
    name: familyOf(source, inputs.name, facts.database),
    taken: takenAt(
      { option: inputs.takenAt, archive: facts.createdAt, name: source.name, modified: source.modified },
      new Date(),
    ),
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

/**
 * A copy is as new as its copying. Taken for the newest backup it would be what is restored, hide that backups stopped,
 * and take the place of a real one when old ones are removed.
 * @throws UserError for a file that nothing dates, where it would be the newest
 */
async function requireOld({ source, name, taken }: Ready, families: Families): Promise<void> {
  if (taken.from !== 'file time') return;
  const newest = await families.newestMade(name);
  if (newest === undefined || taken.at < new Date(newest.snapshotAt)) return;
  throw new UserError(
    `Neither ${source.path} nor its name says when the dump was made. By the time at which the file was last written it would be newer than ${newest.id}, the newest backup of ${name}, and pass for it. Give --taken-at, or put the date into its name.`,
  );
}

function tell({ source, examined, taken }: Ready, { reporter }: ImportOptions): void {
  const { format, server, pgDump, content, tables } = examined.facts;
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
  { run, reporter, signal }: ImportOptions,
  name: string,
  stores: readonly Store[],
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = new Date();
  const log = (entry: { backup: string | null; failure?: unknown }): Promise<void> =>
    writeLog({ stores, run, reporter }, name, startedAt, {
      action: 'import',
      ...entry,
    });
  try {
    const done = await work();
    await log({ backup: done.manifest.id });
    return done;
  } catch (error) {
    await log({ backup: null, failure: signal.aborted ? new CancelledError() : error });
    throw error;
  }
}
