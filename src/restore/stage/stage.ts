import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backupKey } from '../../backup/layout.js';
import { totalBytes, type Part } from '../../backup/manifest.js';
import { KeyError } from '../../codec/index.js';
import { installTools } from '../../postgres/programs/index.js';
import type { Format, StagedBackup } from '../types.js';
import { fetchPart } from './fetch.js';
import type { StageOptions } from './index.js';
import { partsOf } from './parts.js';
import { readFingerprint, requireOneBackup } from './sound.js';
import { requireSpace } from './space.js';
import { feed, writeFileThrough, type Filter } from './unpack.js';

const FILTERS = { '.zst': 'zstd', '.gz': 'gzip', '.lz4': 'lz4' } as const;

/** One copy of a backup on its way to the disk. */
export class Stage {
  private folder = '';
  private fetched = 0;

  constructor(private readonly options: StageOptions) {}

  async run(): Promise<StagedBackup> {
    const { chosen, everyPart, tempDir, reporter } = this.options;
    const { manifest } = chosen;
    const parts = partsOf(manifest);
    await requireSpace(manifest, parts.database, tempDir, reporter);
    this.folder = await mkdtemp(join(tempDir, 'pgkeep-'));
    const remove = (): Promise<void> => rm(this.folder, { recursive: true, force: true });
    try {
      // The small ones first: a wrong key then shows at once.
      const text =
        parts.fingerprint === undefined
          ? undefined
          : await readFile(await this.file(parts.fingerprint, 'fingerprint.json'), 'utf8');
      const fingerprint =
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
}
