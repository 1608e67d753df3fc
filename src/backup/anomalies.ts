import { messageOf } from '../base/errors.js';
import { plural } from '../base/units.js';
import type { Store } from '../storage/store.js';
import { eldersOf, sizeChanges } from './anomaly.js';
import { listBackups } from './catalogue.js';
import { emptiedTables, readCounts } from './emptied.js';
import type { Fingerprint } from './fingerprint/types.js';
import type { Manifest } from './manifest.js';
import type { BackupContext } from './types.js';

/** How many emptied tables a message names. */
const NAMED = 10;

const NEXT =
  'The backup is kept and nothing is removed. Look at what happened to the database; if it is meant, raise max-size-change for one run or leave it out.';

/**
 * Holds a backup that was just published against those before it in one store (`max-size-change`).
 * @returns what is wrong, a sentence each; empty where nothing is, or the input is not given.
 */
export async function findAnomalies(
  { inputs, reporter }: Pick<BackupContext, 'inputs' | 'reporter'>,
  store: Store,
  manifest: Manifest,
  fingerprint: Fingerprint | undefined,
): Promise<string[]> {
  const { maxSizeChange, passphrase } = inputs;
  if (maxSizeChange === undefined) return [];
  const which = `${manifest.name}/${manifest.id}`;
  let elders: Manifest[];
  try {
    elders = eldersOf(manifest, (await listBackups(store, manifest.name)).backups);
  } catch (error) {
    return [`Whether ${which} is like the backups before it could not be found out. ${messageOf(error)}`];
  }
  const elder = elders.at(-1);
  if (elder === undefined) {
    reporter.info('max-size-change: there is no earlier backup of the same kind to compare with.');
    return [];
  }
  const found = [
    ...sizeChanges(manifest, elders, maxSizeChange),
    ...(await emptied(store, elder, fingerprint, { passphrase, reporter })),
  ];
  return found.length === 0 ? [] : [`${which} is not like the backups before it. ${found.join(' ')} ${NEXT}`];
}

async function emptied(
  store: Store,
  elder: Manifest,
  fingerprint: Fingerprint | undefined,
  { passphrase, reporter }: Pick<BackupContext, 'reporter'> & { passphrase: string | undefined },
): Promise<string[]> {
  const before = await readCounts(store, elder, passphrase === undefined ? {} : { passphrase });
  if (fingerprint === undefined || 'why' in before) {
    const why = 'why' in before ? `of ${elder.id}: ${before.why}` : 'this backup has no fingerprint';
    reporter.info(`Whether a table has lost all its rows is not measured (${why}); totals are compared.`);
    return [];
  }
  const tables = emptiedTables(fingerprint.tables, before.tables);
  if (tables.length === 0) return [];
  const names = tables.slice(0, NAMED).map(({ schema, name }) => `"${schema}"."${name}"`);
  const more = tables.length > NAMED ? `, and ${plural(tables.length - NAMED, 'more', 'more')}` : '';
  const rows = tables.length === 1 ? 'has lost all its rows' : 'have lost all their rows';
  return [`${plural(tables.length, 'table')} ${rows} since ${elder.id}: ${names.join(', ')}${more}.`];
}
