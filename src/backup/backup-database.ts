import { messageOf, UserError } from '../base/errors.js';
import { formatBytes, formatCount, formatDuration, plural } from '../base/units.js';
import { encryptStage, partName } from '../codec/index.js';
import type { Stage } from '../codec/types.js';
import { createsDatabase, isFiltered } from '../postgres/argv.js';
import { databaseId, type ServerInfo } from '../postgres/server.js';
import type { Digest } from '../storage/store.js';
import { findAnomalies } from './anomalies.js';
import { attemptDump, type Attempt } from './attempt.js';
import { describeBackup, type BackupFacts, describePart, manifestFor, type WrittenPart } from './describe.js';
import { ChangedWhileDumpingError } from './fingerprint/changed.js';
import type { Requirements } from './fingerprint/types.js';
import { dumpGlobals, globalsFor } from './globals.js';
import { newId } from './id.js';
import { backupKey, MANIFEST, RECOVERY } from './layout.js';
import { encodeManifest, totalBytes, type Manifest } from './manifest.js';
import { otherSources } from './other-source.js';
import { DumpProgress } from './progress.js';
import { fetchCommand } from './fetch-command.js';
import { recoveryText } from './recovery.js';
import { selectionOf } from './selection.js';
import { StoreGroup } from './store-group.js';
import type { BackupContext, BackupResult } from './types.js';

const BASES = { custom: 'database.dump', plain: 'database.sql', directory: 'database.dir.tar' };

/** A changed table is rare, and a change twice in a row means that something rewrites tables all the time. */
const ATTEMPTS = 2;

/** Counts what passes. */
class Counted {
  total = 0;

  constructor(private readonly source: AsyncIterable<Uint8Array>) {}

  async *bytes(): AsyncIterable<Uint8Array> {
    for await (const chunk of this.source) {
      this.total += chunk.length;
      yield chunk;
    }
  }
}

/** One backup of one database: its files, as they are written. */
class BackupWriter {
  readonly parts: WrittenPart[] = [];

  constructor(
    readonly context: BackupContext,
    readonly group: StoreGroup,
  ) {}

  get encrypted(): boolean {
    return this.context.encryption.kind !== 'none';
  }

  /** Writes one file through encryption; its name has all its suffixes but `.age`. */
  async write(
    base: string,
    source: AsyncIterable<Uint8Array>,
    estimatedBytes?: number,
    onBytes?: (bytes: number) => void,
  ): Promise<Digest> {
    const { encryption } = this.context;
    const stage: Stage = await encryptStage(encryption);
    const file = partName(base, { encrypted: this.encrypted });
    const counted = new Counted(source);
    const digest = await this.group.write(file, stage(counted.bytes()), estimatedBytes, onBytes);
    // Before encryption, which makes bytes out of nothing.
    if (counted.total === 0) throw new UserError(`${base} would be empty, so no backup was published.`);
    this.parts.push(describePart(file, digest, encryption.kind));
    return digest;
  }
}

/**
 * Makes and publishes one backup: parts first, each proved by the store that holds it, the manifest last.
 * @throws when nothing was published; what had been written is then removed.
 */
export async function backupDatabase(
  context: BackupContext,
  database: string,
  name: string,
  server: ServerInfo,
  sizes: ReadonlyMap<string, number>,
): Promise<BackupResult> {
  const startedAt = new Date();
  const id = newId(startedAt);
  const { reporter, inputs } = context;
  const problems = await otherSources(
    context.stores,
    name,
    databaseId(server),
    context.encryption.kind !== 'none',
    reporter,
  );
  const group = new StoreGroup(context.stores, backupKey(name, id, ''), reporter, context.signal);
  const writer = new BackupWriter(context, group);
  try {
    // Before the dump, which may take long and names the roles of its beginning.
    const roles = inputs.globals ? await globalsOf(context, database) : undefined;
    const attempt = await dumpWithRetry(writer, database, server, sizes);
    const { fingerprint, snapshotAt, warnings } = attempt;
    if (roles !== undefined) {
      // In other encodings names cannot be told from the bytes.
      const told = attempt.roles.filter((role) => server.encoding === 'UTF8' || /^[\x20-\x7e]*$/.test(role));
      const globals = await globalsFor(roles, () => globalsOf(context, database), told);
      await writer.write('globals.sql', once(globals));
    }
    if (fingerprint !== undefined)
      await writer.write('fingerprint.json', once(JSON.stringify(fingerprint, null, 1)));
    const facts = { id, name, database, startedAt, snapshotAt, server, warnings, fingerprint };
    await writeRecovery(writer, facts, attempt.requires);
    const described = describeBackup(context, facts, writer.parts);
    await group.writeEach(MANIFEST, (store) => encodeManifest(manifestFor(store, group, described)));
    await group.requireWhole(described.parts);
    const [first] = group.live;
    if (first === undefined) throw new UserError('No storage holds the backup.');
    const manifest = manifestFor(first, group, described);
    problems.push(...(await findAnomalies(context, first, manifest, fingerprint)));
    const durationSeconds = (Date.now() - startedAt.getTime()) / 1000;
    report(context, manifest, durationSeconds);
    return {
      manifest,
      locations: group.live.map((store) => store.locate(backupKey(name, id, MANIFEST))),
      durationSeconds,
      problems: [
        ...group.failures.map(
          ({ store, error }) => `${store.url} does not hold this backup: ${messageOf(error)}`,
        ),
        ...problems,
      ],
    };
  } catch (error) {
    await group.discard();
    throw error;
  }
}

async function dumpWithRetry(
  writer: BackupWriter,
  database: string,
  server: ServerInfo,
  sizes: ReadonlyMap<string, number>,
): Promise<Attempt> {
  const { context } = writer;
  const base = BASES[context.inputs.format] + context.compression.suffix;
  for (let attempt = 1; ; attempt += 1) {
    const progress = new DumpProgress(context.reporter, `Dumping ${database}`, sizes);
    try {
      return await attemptDump({
        context,
        database,
        databaseBytes: server.databaseBytes,
        onTable: (table) => progress.table(table),
        store: async (bytes) => {
          await writer.write(base, bytes, server.databaseBytes ?? undefined, (count) =>
            progress.wrote(count),
          );
        },
      });
    } catch (error) {
      if (!(error instanceof ChangedWhileDumpingError)) throw error;
      writer.parts.length = 0;
      if (attempt === ATTEMPTS) {
        throw new UserError(
          `${error.message} Such changes ignore snapshots, so the dump would not be one point in time. It happened ${ATTEMPTS} times in a row and no backup was published. Run backups when no migration and no TRUNCATE job is at work.`,
          { cause: error },
        );
      }
      context.reporter.warn(`${error.message} Dumping once more.`);
      // The second dump may take long: what lies there for a day without a manifest is taken for a killed run's.
      await writer.group.forget(partName(base, { encrypted: writer.encrypted }));
    }
  }
}

function globalsOf(context: BackupContext, database: string): Promise<Buffer> {
  const { programs, connection, reporter, signal } = context;
  return dumpGlobals({ programs, connection, database, reporter, signal });
}

async function writeRecovery(
  writer: BackupWriter,
  facts: BackupFacts,
  requires: Requirements,
): Promise<void> {
  const { context, group, parts, encrypted } = writer;
  const described = describeBackup(context, facts, parts);
  const selection = selectionOf(context.inputs);
  const text = recoveryText({
    manifest: described,
    format: context.inputs.format,
    fetch: group.live.map((store) =>
      fetchCommand(store.url, store.locate(`${facts.name}/${facts.id}`), context.env),
    ),
    filtered: isFiltered(selection),
    requires: isFiltered(selection) && encrypted ? undefined : requires,
    content: context.inputs.content,
    createsDatabase: createsDatabase({ format: context.inputs.format, selection }),
  });
  const digest = await group.write(RECOVERY, once(text), undefined);
  parts.push(describePart(RECOVERY, digest, 'none'));
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of one chunk
async function* once(text: string | Buffer): AsyncIterable<Uint8Array> {
  yield typeof text === 'string' ? Buffer.from(text) : text;
}

function report({ reporter }: BackupContext, manifest: Manifest, seconds: number): void {
  const { totals } = manifest;
  const rows =
    totals === null ? '' : `, ${formatCount(totals.rows)} rows in ${plural(totals.tables, 'table')}`;
  reporter.info(
    `Published ${manifest.name}/${manifest.id}: ${formatBytes(totalBytes(manifest))}${rows}, in ${formatDuration(seconds)}.`,
  );
}
