import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Fingerprint } from '../../src/backup/fingerprint/types.js';
import type { Manifest, Part } from '../../src/backup/manifest.js';
import type { Progress } from '../../src/base/reporter.js';
import { encryptStage, type DecryptionKeys } from '../../src/codec/index.js';
import type { Encryption } from '../../src/codec/types.js';
import { folderCache, type InstallOptions } from '../../src/postgres/programs/index.js';
import { stageBackup } from '../../src/restore/stage/index.js';
import type { StagedBackup } from '../../src/restore/types.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';
import { piped, through } from '../codec/bytes.js';
import { childrenLike } from '../support/children.js';
import { Listener } from '../support/listener.js';

export const ID = '20261120T020000Z-k3fd';

/** Rows that compress as text does. */
export function text(lines: number): Buffer {
  let all = '';
  for (let line = 0; line < lines; line += 1)
    all += `${line}\tcustomer ${line * 7919}\t${createHash('md5').update(String(line)).digest('hex')}\n`;
  return Buffer.from(all);
}

export const FINGERPRINT: Fingerprint = {
  version: 1,
  level: 'rows',
  database: 'shop',
  snapshotAt: '2026-11-20T02:00:01.120Z',
  tables: [
    { schema: 'public', name: 'customers', rows: 40 },
    { schema: 'public', name: 'orders', rows: 2 },
  ],
  materializedViews: [],
  sequences: [],
  objects: { table: 2 },
  schema: null,
  largeObjects: 0,
  extensions: [],
  requires: { extensions: [], schemas: [], others: [] },
  notMeasured: [],
};

/** Files by their stored names without `.age`; what the name says is what becomes of the bytes. */
export type Files = Record<string, Uint8Array>;

export const fingerprintFile = (changes: Record<string, unknown> = {}): Files => ({
  'fingerprint.json': Buffer.from(JSON.stringify({ ...FINGERPRINT, ...changes })),
});

const COMPRESSORS: Record<string, [string, ...string[]]> = {
  zst: ['zstd', '-qc'],
  gz: ['gzip', '-c'],
  lz4: ['lz4', '-qc'],
};

function compress(name: string, bytes: Uint8Array): Buffer {
  const [program, ...args] = COMPRESSORS[name.split('.').at(-1) ?? ''] ?? ['cat'];
  return execFileSync(program, args, { input: bytes, maxBuffer: 2 ** 30 });
}

async function encrypt(bytes: Uint8Array, encryption: Encryption): Promise<Buffer> {
  return through(await encryptStage(encryption), piped(bytes));
}

/** A dump in the directory format, as pg_dump and tar make it. */
export function tarOf(
  files: Files,
  change: (folder: string) => readonly string[] = () => ['database.dir'],
): Buffer {
  const parent = mkdtempSync(join(tmpdir(), 'pgkeep-tar-'));
  try {
    mkdirSync(join(parent, 'database.dir'), { mode: 0o700 });
    for (const [name, bytes] of Object.entries(files))
      writeFileSync(join(parent, 'database.dir', name), bytes, { mode: 0o600 });
    const members = change(parent);
    return execFileSync('tar', ['-C', parent, '-cPf', '-', ...members], { maxBuffer: 2 ** 30 });
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

/** A stored backup that a test made by hand. */
export class Shelf {
  readonly folder = mkdtempSync(join(tmpdir(), 'pgkeep-shelf-'));
  manifest!: Manifest;
  store!: Store;

  static async of(
    files: Files,
    encryption: Encryption = { kind: 'none' },
    changes: Partial<Manifest> = {},
  ): Promise<Shelf> {
    const shelf = new Shelf();
    shelf.store = await openStore(`file://${shelf.folder}`, { env: {} });
    mkdirSync(join(shelf.folder, 'shop', ID), { recursive: true });
    const parts: Part[] = [];
    for (const [name, bytes] of Object.entries(files)) {
      const kind = name === 'RECOVERY.md' ? 'none' : encryption.kind;
      const packed = compress(name, bytes);
      const stored = kind === 'none' ? packed : await encrypt(packed, encryption);
      const file = kind === 'none' ? name : `${name}.age`;
      shelf.write(file, stored);
      const compression = 'none';
      parts.push({ file, ...facts(stored), compression, encryption: kind, readBack: 'read-again' });
    }
    const fingerprinted = Object.keys(files).some((file) => file.startsWith('fingerprint'));
    shelf.manifest = {
      version: 1,
      id: ID,
      name: 'shop',
      database: 'shop',
      label: null,
      startedAt: '2026-11-20T02:00:00.000Z',
      snapshotAt: FINGERPRINT.snapshotAt,
      finishedAt: '2026-11-20T02:00:09.000Z',
      server: {
        version: '17.6',
        encoding: 'UTF8',
        collate: 'C',
        ctype: 'C',
        localeProvider: 'libc',
        locale: null,
        collationVersion: null,
      },
      tools: { pgkeep: '0.1.0', pg_dump: '17.6', sameMajor: true },
      source: { databaseId: null },
      options: {},
      databaseBytes: 1_000_000,
      parts,
      totals: fingerprinted ? { tables: 2, rows: 42 } : null,
      warnings: [],
      ...changes,
    };
    return shelf;
  }

  /** The file that begins so. */
  file(start: string): string {
    const file = this.manifest.parts.find((part) => part.file.startsWith(start))?.file;
    if (file === undefined) throw new Error(`no ${start}`);
    return file;
  }

  read(start: string): Buffer {
    return readFileSync(join(this.folder, 'shop', ID, this.file(start)));
  }

  /** Changes a stored file behind the manifest's back. */
  damage(start: string, change: (bytes: Buffer) => Uint8Array): this {
    this.write(this.file(start), change(this.read(start)));
    return this;
  }

  /** Changes a stored file and what the manifest says of it. */
  forge(start: string, change: (bytes: Buffer) => Uint8Array): this {
    const bytes = change(this.read(start));
    const file = this.file(start);
    this.write(file, bytes);
    return this.part(start, facts(bytes));
  }

  /** Changes what the manifest says of a file. */
  part(start: string, changes: Partial<Part>): this {
    const part = this.manifest.parts.find(({ file }) => file.startsWith(start));
    Object.assign(part ?? {}, changes);
    return this;
  }

  lose(start: string): this {
    rmSync(join(this.folder, 'shop', ID, this.file(start)));
    return this;
  }

  /** Makes what the store answers come through `change`. */
  through(change: (store: Store) => Partial<Store>): this {
    const { store } = this;
    this.store = Object.assign(Object.create(store) as Store, change(store));
    return this;
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(file: string, bytes: Uint8Array): void {
    writeFileSync(join(this.folder, 'shop', ID, file), bytes);
  }
}

function facts(bytes: Uint8Array): { bytes: number; sha256: string } {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** All that a staging said. */
export class Watcher extends Listener {
  readonly updates: Progress[] = [];

  override progress = (update?: Progress): void => {
    if (update !== undefined) this.updates.push(update);
  };
}

/** A temporary folder to stage into. */
export class Desk {
  readonly tempDir = mkdtempSync(join(tmpdir(), 'pgkeep-desk-'));
  readonly said = new Watcher();

  tools(changes: Partial<InstallOptions> = {}): InstallOptions {
    return {
      cache: folderCache(() => join(this.tempDir, 'cache')),
      reporter: this.said,
      env: process.env,
      tempDir: this.tempDir,
      method: 'rootless',
      ...changes,
    };
  }

  stage(
    shelves: readonly Shelf[],
    keys: DecryptionKeys = {},
    more: Partial<Parameters<typeof stageBackup>[0]> = {},
  ): Promise<StagedBackup> {
    const [first, ...others] = shelves;
    if (first === undefined) throw new Error('no backup');
    return stageBackup({
      chosen: { store: first.store, manifest: first.manifest, others: others.map(({ store }) => store) },
      keys,
      tempDir: this.tempDir,
      tools: this.tools(),
      reporter: this.said,
      signal: new AbortController().signal,
      ...more,
    });
  }

  /** Neither files nor programs are left. */
  requireNothing(): void {
    expect(readdirSync(this.tempDir)).toEqual([]);
    expect(childrenLike(/^(\/\S+\/)?(zstd|lz4|gzip|tar) /)).toEqual([]);
  }

  end(): void {
    rmSync(this.tempDir, { recursive: true, force: true });
  }
}

/** The error that `work` fails with. */
export async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
