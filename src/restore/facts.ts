import { listBackups } from '../backup/catalogue.js';
import type { Manifest } from '../backup/manifest.js';
import type { TocEntry } from '../postgres/toc.js';
import type { Store } from '../storage/store.js';
import { extensionsOf } from '../verify/extensions.js';
import {
  readContents,
  rolesNamedIn,
  selectEntries,
  sequenceValuesIn,
  setsDefaultsOf,
} from './archive/index.js';
import type { Connected } from './connect.js';
import { NOTHING_PRESENT, type Present } from './meeting.js';
import type { PlanFacts } from './plan.js';
import { presentIn } from './present.js';
import { effectsOn } from './rows/effects.js';
import { meetSequences } from './rows/sequences.js';
import { ownersAmong, type NamedRoles } from './roles.js';
import type { RestoreOptions } from './run-options.js';
import { knownRoles } from './target/roles.js';
import { inSession } from './target/server.js';
import { SILENT, startingWith } from './target/startup.js';
import type { StagedBackup } from './types.js';
import { contentOf, decideWay, type Content } from './way.js';

/** Gathers what a plan is made from: reads the archive, and asks the target once more. Changes nothing. */
export async function gatherFacts(
  options: RestoreOptions,
  connected: Connected,
  staged: StagedBackup,
): Promise<PlanFacts> {
  const { inputs, signal } = options;
  const { programs, target, connection, open } = connected;
  const archive = { archive: staged, programs, signal };
  const { tables, schemas } = inputs;
  const content = contentOf(inputs, staged.manifest);
  const toc = await readContents(archive);
  const selected =
    tables.length + schemas.length === 0
      ? undefined
      : await selectEntries({
          ...archive,
          tables,
          schemas,
          content,
          beside: isBeside(inputs, target, content),
        });
  const named = await rolesOf(archive, selected?.entries ?? toc);
  const known = await inSession(
    () => open(target.existing === undefined ? (target.maintenance ?? '') : target.database, 'that plans'),
    'Looking for the roles that the backup names',
    connection,
    (psql) => knownRoles(psql, named.all, target.major),
  );
  return {
    choices: inputs,
    staged,
    storage: staged.store.url,
    target,
    toc,
    selected,
    named,
    known,
    extensions: await extensionsOf(staged, archive, toc),
    present: await presence({ ...connected, staged }, { selected, toc, content }),
    schemaBackup:
      staged.manifest.options['content'] === 'data'
        ? await schemaBackupFor(staged.store, staged.manifest)
        : undefined,
  };
}

function isBeside(...facts: Parameters<typeof decideWay>): boolean {
  const decision = decideWay(...facts);
  return 'way' in decision && decision.way === 'beside';
}

async function rolesOf(
  archive: Parameters<typeof rolesNamedIn>[0],
  entries: readonly TocEntry[] | undefined,
): Promise<NamedRoles> {
  const { all, withDefaults } = await rolesNamedIn(archive);
  const isSet = (role: string): boolean =>
    entries === undefined || entries.some((entry) => setsDefaultsOf(entry, [role]));
  return { all, owners: ownersAmong(all, entries), withDefaults: withDefaults.filter(isSet) };
}

/** How what is restored meets what is there. */
export async function presence(
  { target, connection, open, access, staged }: Connected & { staged: StagedBackup },
  { selected, toc, content }: Pick<PlanFacts, 'selected' | 'toc'> & { content: Content },
): Promise<Present> {
  const { existing, database } = target;
  const entries = selected?.entries ?? toc;
  if (existing === undefined || entries === undefined) return NOTHING_PRESENT;
  const values = content === 'schema' ? [] : await sequenceValuesIn(staged, entries);
  return inSession(
    () => open(database, 'with the target'),
    'Looking at what is in the target',
    connection,
    async (psql) => {
      const sequences = await meetSequences(psql, values);
      const present = { ...(await presentIn(psql, entries, content)), sequences };
      if (content !== 'data') return present;
      const silenced = await startingWith(access, database, SILENT);
      const effects = await effectsOn(psql, new Set(present.receiving));
      return { ...present, effects: { ...effects, maySilence: silenced !== undefined } };
    },
  );
}

/** The newest backup with definitions that is no newer than a backup of rows alone, of the same database. */
export async function schemaBackupFor(store: Store, manifest: Manifest): Promise<string | undefined> {
  const { backups } = await listBackups(store, manifest.name);
  return backups
    .filter(
      ({ options, snapshotAt, database, source }) =>
        options['content'] !== 'data' &&
        snapshotAt <= manifest.snapshotAt &&
        database === manifest.database &&
        source.databaseId === manifest.source.databaseId,
    )
    .at(-1)?.id;
}
