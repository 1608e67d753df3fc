import { databaseId, type ServerInfo } from '../postgres/server.js';
import type { Digest, Store } from '../storage/store.js';
import type { Fingerprint } from './fingerprint/types.js';
import { MANIFEST_VERSION, type Manifest, type Part } from './manifest.js';
import { recordedOptions } from './selection.js';
import type { StoreGroup } from './store-group.js';
import type { BackupContext } from './types.js';

/** A stored file, before any store is asked how it proved it. */
export type WrittenPart = Omit<Part, 'readBack'>;

export interface BackupFacts {
  id: string;
  name: string;
  database: string;
  startedAt: Date;
  snapshotAt: string;
  server: ServerInfo;
  warnings: string[];
  fingerprint: Fingerprint | undefined;
}

/** The entry of one file that was just written. */
export function describePart(file: string, digest: Digest, encryption: Part['encryption']): WrittenPart {
  const suffix = /\.(zst|gz|lz4)(\.age)?$/.exec(file)?.[1];
  const methods: Record<string, string> = { zst: 'zstd', gz: 'gzip', lz4: 'lz4' };
  return {
    file,
    ...digest,
    compression: suffix === undefined ? 'none' : (methods[suffix] ?? 'none'),
    encryption,
  };
}

/** The manifest without what differs from store to store: how each part was proved. */
export function describeBackup(
  context: BackupContext,
  facts: BackupFacts,
  parts: readonly WrittenPart[],
): Omit<Manifest, 'parts'> & { parts: WrittenPart[] } {
  const { server, fingerprint } = facts;
  const { programs, inputs } = context;
  return {
    version: MANIFEST_VERSION,
    id: facts.id,
    name: facts.name,
    database: facts.database,
    label: inputs.label ?? null,
    startedAt: facts.startedAt.toISOString(),
    snapshotAt: facts.snapshotAt,
    finishedAt: new Date().toISOString(),
    server: {
      version: server.version,
      encoding: server.encoding,
      collate: server.collation.collate,
      ctype: server.collation.ctype,
      localeProvider: server.collation.provider,
      locale: server.collation.locale,
      icuRules: server.collation.icuRules,
      collationVersion: server.collation.version,
    },
    tools: {
      pgkeep: context.version,
      pg_dump: programs.version,
      sameMajor: programs.major === server.major,
    },
    source: { ...context.run, databaseId: databaseId(server) },
    options: recordedOptions(inputs),
    databaseBytes: server.databaseBytes,
    parts: [...parts],
    totals:
      fingerprint === undefined
        ? null
        : {
            tables: fingerprint.tables.length,
            rows: fingerprint.tables.reduce((sum, table) => sum + table.rows, 0),
          },
    warnings: facts.warnings,
  };
}

/** The manifest as one store holds it. */
export function manifestFor(
  store: Store,
  group: StoreGroup,
  described: ReturnType<typeof describeBackup>,
): Manifest {
  return {
    ...described,
    parts: described.parts.map((part) => ({ ...part, readBack: group.readBackOf(store, part.file) })),
  };
}
