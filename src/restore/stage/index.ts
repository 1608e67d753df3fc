import { mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fingerprint } from '../../backup/fingerprint/types.js';
import { backupKey, RECOVERY } from '../../backup/layout.js';
import { totalBytes, type Manifest, type Part } from '../../backup/manifest.js';
import { CancelledError, messageOf, UserError } from '../../base/errors.js';
import type { Reporter } from '../../base/reporter.js';
import { formatBytes } from '../../base/units.js';
import { KeyError, type DecryptionKeys } from '../../codec/index.js';
import { installTools, type InstallOptions } from '../../postgres/programs/index.js';
import { readBackup } from '../../backup/catalogue.js';
import type { ChosenBackup, Format, StagedBackup } from '../types.js';
import { DamagedPartError } from './damaged.js';
import { fetchPart } from './fetch.js';
import { readFingerprint, requireOneBackup } from './sound.js';
import { feed, writeFileThrough, type Filter } from './unpack.js';

export { DamagedPartError } from './damaged.js';

export interface StageOptions {
  chosen: ChosenBackup;
  keys: DecryptionKeys;
  tempDir: string;
  /** How `zstd` may be installed where it is needed. */
  tools: InstallOptions;
  /** Check files that are not needed, too. Default: false. */
  everyPart?: boolean;
  /** Where this store's copy is damaged or cannot be read, take another store's. Default: true. */
  fallback?: boolean;
  reporter: Reporter;
  signal: AbortSignal;
}

/**
 * Fetches a backup's files: each is hashed as it comes, decrypted, unpacked, and there only if it is exactly what was stored.
 * @throws DamagedPartError, KeyError, or UserError when there is not enough disk space. Nothing is left then.
 */
export async function stageBackup(options: StageOptions): Promise<StagedBackup> {
  const { chosen, reporter, fallback = true } = options;
  let first: unknown;
  for (const store of [chosen.store, ...(fallback ? chosen.others : [])]) {
    try {
      const manifest =
        store === chosen.store
          ? chosen.manifest
          : await readBackup(store, chosen.manifest.name, chosen.manifest.id);
      if (manifest === undefined) continue;
      return await new Stage({ ...options, chosen: { ...chosen, store, manifest } }).run();
    } catch (error) {
      if (error instanceof KeyError || error instanceof CancelledError || options.signal.aborted) throw error;
      first ??= error;
      const others = fallback && chosen.others.length > 0;
      if (others) reporter.warn(`The copy in ${store.url} cannot be used. ${messageOf(error)}`);
    }
  }
  throw first as Error;
}

const FILTERS = { '.zst': 'zstd', '.gz': 'gzip', '.lz4': 'lz4' } as const;

/** One copy of a backup on its way to the disk. */
class Stage {
  private folder = '';
  private fetched = 0;

  constructor(private readonly options: StageOptions) {}

  async run(): Promise<StagedBackup> {
    const { chosen, everyPart, tempDir } = this.options;
    const { manifest } = chosen;
    const parts = partsOf(manifest);
    await this.requireSpace(manifest, parts.database);
    this.folder = await mkdtemp(join(tempDir, 'pgkeep-'));
    const remove = (): Promise<void> => rm(this.folder, { recursive: true, force: true });
    try {
      // The small ones first: a wrong key then shows at once.
      const text =
        parts.fingerprint === undefined
          ? undefined
          : await readFile(await this.file(parts.fingerprint, 'fingerprint.json'), 'utf8');
      const fingerprint: Fingerprint | undefined =
        text === undefined ? undefined : readFingerprint(text, parts.fingerprint?.file ?? '');
      requireOneBackup(chosen.manifest, fingerprint);
      const globals = parts.globals === undefined ? undefined : await this.file(parts.globals, 'globals.sql');
      if (everyPart === true) for (const part of parts.others) await this.file(part, part.file);
      const { format, path } = await this.database(parts.database);
      return { ...chosen, format, path, globals, fingerprint, bytes: this.fetched, remove };
    } catch (error) {
      await remove();
      throw error;
    }
  }

  private async database(part: Part): Promise<{ format: Format; path: string }> {
    const { base, filter } = await this.unpacking(part);
    if (base === 'database.dump') return { format: 'custom', path: await this.file(part, base) };
    if (base === 'database.sql') return { format: 'plain', path: await this.file(part, base) };
    const tar = join(this.folder, 'database.dir.tar');
    if (filter !== undefined) {
      await this.file(part, 'database.dir.tar');
      await this.untar(part, tar);
    } else {
      await this.fetch(part, (plain) => this.feedTar(part, plain));
    }
    return { format: 'directory', path: join(this.folder, 'database.dir') };
  }

  private feedTar(part: Part, plain: AsyncIterable<Uint8Array>): Promise<void> {
    return feed(
      plain,
      { path: 'tar', args: ['-xf', '-', '-C', this.folder, '--no-same-owner'] },
      { stdout: 'ignore', part: part.file, signal: this.options.signal },
    );
  }

  private async untar(part: Part, tar: string): Promise<void> {
    const { createReadStream } = await import('node:fs');
    await this.feedTar(part, createReadStream(tar));
    await rm(tar);
  }

  /** Fetches a part into a file. Returns its path. */
  private async file(part: Part, name: string): Promise<string> {
    const target = join(this.folder, name);
    const { filter } = await this.unpacking(part);
    const { signal } = this.options;
    await this.fetch(part, (plain) => writeFileThrough(plain, target, { filter, part: part.file, signal }));
    return target;
  }

  private async unpacking(part: Part): Promise<{ base: string; filter: Filter | undefined }> {
    const name = part.file.replace(/\.age$/, '');
    const suffix = (Object.keys(FILTERS) as (keyof typeof FILTERS)[]).find((end) => name.endsWith(end));
    if (suffix === undefined) return { base: name, filter: undefined };
    const base = name.slice(0, -suffix.length);
    const tool =
      suffix === '.zst'
        ? (await installTools(['zstd'], this.options.tools)).zstd
        : { path: FILTERS[suffix], env: {} };
    return { base, filter: { ...tool, args: ['-dcq'] } };
  }

  private fetch(part: Part, consume: (plain: AsyncIterable<Uint8Array>) => Promise<void>): Promise<void> {
    const { chosen, keys, signal, reporter } = this.options;
    const { store, manifest } = chosen;
    if (part.encryption !== 'none' && keys.identities === undefined && keys.passphrase === undefined) {
      const input = part.encryption === 'age-passphrase' ? 'passphrase' : 'identity';
      throw new KeyError(
        `Backup ${manifest.id} is encrypted, and no key was given. Give the input ${input}${input === 'identity' ? ': the age secret key of one of its recipients' : ' that it was made with'}.`,
      );
    }
    const total = totalBytes(manifest);
    return fetchPart(
      {
        store,
        key: backupKey(manifest.name, manifest.id, part.file),
        part,
        keys,
        signal,
        onBytes: (bytes) => {
          this.fetched += bytes;
          reporter.progress({
            label: `Fetching ${manifest.id}`,
            bytes: this.fetched,
            share: this.fetched / total,
          });
        },
      },
      consume,
    );
  }

  /** @throws UserError when what is to be unpacked will not fit. */
  private async requireSpace(manifest: Manifest, part: Part): Promise<void> {
    const { tempDir, reporter } = this.options;
    const unpacked = /\.(zst|gz|lz4)(\.age)?$/.test(part.file);
    // What pg_dump wrote without compression is about the rows of the database, without its indexes.
    const needed = unpacked ? Math.max(part.bytes, manifest.databaseBytes ?? part.bytes * 5) : part.bytes;
    const { bavail, bsize } = await statfs(tempDir);
    const free = bavail * bsize;
    reporter.info(
      `The backup is unpacked to ${tempDir}: up to ${formatBytes(needed)}, and ${formatBytes(free)} are free.`,
    );
    if (free < needed)
      throw new UserError(
        `Not enough disk space: backup ${manifest.id} may need ${formatBytes(needed)} in ${tempDir}, and ${formatBytes(free)} are free. Free some space, or set RUNNER_TEMP (TMPDIR on your own machine) to a folder on a bigger disk.`,
      );
  }
}

interface Parts {
  database: Part;
  globals: Part | undefined;
  fingerprint: Part | undefined;
  others: Part[];
}

/** @throws DamagedPartError when the manifest names no database, or several. */
function partsOf(manifest: Manifest): Parts {
  const starting = (start: string): Part[] => manifest.parts.filter(({ file }) => file.startsWith(start));
  const [database, ...more] = starting('database.');
  if (
    database === undefined ||
    more.length > 0 ||
    !/^database\.(dump|sql|dir\.tar)(\.|$)/.test(database.file)
  )
    throw new DamagedPartError(
      'manifest.json',
      `The manifest of ${manifest.id} does not name exactly one file with the database in it, so it is damaged.`,
    );
  return {
    database,
    globals: starting('globals.')[0],
    fingerprint: starting('fingerprint.')[0],
    others: manifest.parts.filter(({ file }) => file === RECOVERY),
  };
}
