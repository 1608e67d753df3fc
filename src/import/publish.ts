import { describePart, manifestFor, type WrittenPart } from '../backup/describe.js';
import { fetchCommand } from '../backup/fetch-command.js';
import { backupKey, MANIFEST, RECOVERY } from '../backup/layout.js';
import { encodeManifest, MANIFEST_VERSION, type Manifest } from '../backup/manifest.js';
import { recoveryText } from '../backup/recovery.js';
import { StoreGroup } from '../backup/store-group.js';
import { messageOf, UserError } from '../base/errors.js';
import { majorOf } from '../postgres/server.js';
import type { Store } from '../storage/store.js';
import type { Examined } from './examine.js';
import type { Source } from './source.js';
import type { StoredForm } from './stored.js';
import type { Taken } from './taken-at.js';
import type { ImportOptions } from './types.js';

export interface PublishRequest {
  options: ImportOptions;
  source: Source;
  examined: Examined;
  form: StoredForm;
  taken: Taken;
  name: string;
  id: string;
  /** How the rows are compressed, whoever did it. */
  compression: string;
  stores: readonly Store[];
}

export interface PublishedImport {
  manifest: Manifest;
  locations: string[];
  /** Stores that do not have it, and why. */
  problems: string[];
}

/**
 * Publishes a file as a backup, as one that was just made: its parts first, each proved by the store that holds it, the
 * manifest last.
 * @throws when no store has it; what had been written is then removed
 */
export async function publishImport(request: PublishRequest): Promise<PublishedImport> {
  const { options, source, form, name, id, stores } = request;
  const { reporter, signal } = options;
  const group = new StoreGroup(stores, backupKey(name, id, ''), reporter, signal);
  try {
    let written = 0;
    const digest = await group.write(form.file, form.bytes(), source.bytes, (bytes) => {
      written += bytes;
      reporter.progress({ label: `Storing ${source.name}`, bytes: written });
    });
    const parts = [describePart(form.file, digest, form.encryption)];
    const recovery = await group.write(RECOVERY, once(recoveryOf(request, group, parts)), undefined);
    parts.push(describePart(RECOVERY, recovery, 'none'));
    const described = describeImport(request, parts);
    await group.writeEach(MANIFEST, (store) => encodeManifest(manifestFor(store, group, described)));
    await group.requireWhole(described.parts);
    const [first] = group.live;
    if (first === undefined) throw new UserError('No storage holds the backup.');
    return {
      manifest: manifestFor(first, group, described),
      locations: group.live.map((store) => store.locate(backupKey(name, id, MANIFEST))),
      problems: group.failures.map(
        ({ store, error }) => `${store.url} does not hold ${name}/${id}: ${messageOf(error)}`,
      ),
    };
  } catch (error) {
    await group.discard();
    throw error;
  }
}

type Described = Parameters<typeof manifestFor>[2];

function describeImport(
  { options, source, examined, taken, name, id, compression }: PublishRequest,
  parts: readonly WrittenPart[],
): Described {
  const { facts, digest } = examined;
  const at = taken.at.toISOString();
  return {
    version: MANIFEST_VERSION,
    id,
    name,
    database: facts.database ?? name,
    label: options.inputs.label ?? null,
    startedAt: at,
    snapshotAt: at,
    finishedAt: at,
    server: facts.server,
    tools: {
      pgkeep: options.version,
      pg_dump: facts.pgDump,
      sameMajor: majorOf(facts.pgDump) === majorOf(facts.server.version),
    },
    source: {
      ...options.run,
      databaseId: null,
      imported: { file: source.name, ...digest, takenFrom: taken.from, at: new Date().toISOString() },
    },
    options: {
      format: facts.format,
      content: facts.content,
      fingerprint: 'none',
      compression,
      globals: false,
    },
    databaseBytes: null,
    parts: [...parts],
    totals: null,
    warnings: [],
  };
}

function recoveryOf(request: PublishRequest, group: StoreGroup, parts: readonly WrittenPart[]): string {
  const { options, examined, name, id } = request;
  const { format, content, createsDatabase } = examined.facts;
  return recoveryText({
    manifest: describeImport(request, parts),
    format,
    content,
    createsDatabase: format === 'plain' && content !== 'data' && createsDatabase,
    // An archive of a part of a database cannot make the database.
    filtered: !createsDatabase,
    requires: { schemas: [], extensions: [], others: [] },
    fetch: group.live.map((store) => fetchCommand(store.url, store.locate(`${name}/${id}`), options.env)),
  });
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of one chunk
async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
