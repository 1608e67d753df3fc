import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fingerprint } from '../../backup/fingerprint/types.js';
import { backupKey } from '../../backup/layout.js';
import { totalBytes } from '../../backup/manifest.js';
import type { Reporter } from '../../base/reporter.js';
import { KeyError, type DecryptionKeys } from '../../codec/index.js';
import { installTools, type InstallOptions } from '../../postgres/programs/index.js';
import type { ChosenBackup, StagedBackup } from '../types.js';
import { fetchPart } from './fetch.js';
import { FORMATS, planParts, type PlannedPart } from './parts.js';
import { readFingerprint, requireOneBackup } from './sound.js';
import { requireSpace, unusable } from './space.js';
import { unpackFolder } from './folder.js';
import { toFile, type Filter } from './unpack.js';

export interface StageOptions {
  chosen: ChosenBackup;
  keys: DecryptionKeys;
  /** Gets a private folder of its own, readable by nobody else. */
  tempDir: string;
  /** How `zstd` and `lz4` may be installed where they are needed. */
  tools: InstallOptions;
  /** Check files that are not needed, too. Default: false. */
  everyPart?: boolean;
  /** How long a store may give nothing before it is given up. Default: ten minutes. */
  stallMs?: number;
  reporter: Reporter;
  signal: AbortSignal;
}

/** One copy of a backup on its way to the disk. */
export class Stage {
  private folder = '';
  private fetched = 0;
  /** A part was decrypted, so the key is right. */
  private opened = false;

  constructor(private readonly options: StageOptions) {}

  async run(): Promise<StagedBackup> {
    const { chosen, everyPart, tempDir, reporter } = this.options;
    const { manifest } = chosen;
    const parts = planParts(manifest);
    this.requireKeys(parts.database);
    await requireSpace({ manifest, parts, tempDir, reporter });
    this.folder = await mkdtemp(join(tempDir, 'pgkeep-')).catch((error: unknown) => {
      throw unusable(tempDir, error);
    });
    const remove = (): Promise<void> => rm(this.folder, { recursive: true, force: true });
    try {
      // The small ones first: a wrong key then shows at once.
      const fingerprint =
        parts.fingerprint === undefined ? undefined : await this.fingerprint(parts.fingerprint);
      requireOneBackup(manifest, fingerprint);
      const globals = parts.globals === undefined ? undefined : await this.file(parts.globals);
      if (everyPart === true) for (const part of parts.others) await this.check(part);
      const format = FORMATS[parts.database.base];
      const path =
        format === 'directory' ? await this.directory(parts.database) : await this.file(parts.database);
      return { ...chosen, format, path, globals, fingerprint, bytes: this.fetched, remove };
    } catch (error) {
      await remove();
      throw error;
    }
  }

  /** @throws KeyError when it is plain without fetching anything that the keys do not fit. */
  private requireKeys({ part }: PlannedPart): void {
    const { chosen, keys, reporter } = this.options;
    const { id } = chosen.manifest;
    const given = [keys.identities && 'identity', keys.passphrase && 'passphrase'].filter(Boolean);
    if (part.encryption === 'none') {
      if (given.length > 0)
        reporter.info(`Backup ${id} is not encrypted: the ${given.join(' and the ')} is not needed.`);
      return;
    }
    const [input, meaning] =
      part.encryption === 'age-passphrase'
        ? ['passphrase', 'the one that it was made with']
        : ['identity', 'the age secret key of one of its recipients'];
    if (given.includes(input)) return;
    throw new KeyError(
      given.length === 0
        ? `Backup ${id} is encrypted, and no key was given. Give the input ${input}: ${meaning}.`
        : `Backup ${id} does not open with the input ${given.join()}. Give the input ${input} instead: ${meaning}.`,
    );
  }

  private async fingerprint(planned: PlannedPart): Promise<Fingerprint> {
    return readFingerprint(await readFile(await this.file(planned), 'utf8'), planned.part.file);
  }

  /** Fetches a part into a file. Returns its path. */
  private async file(planned: PlannedPart): Promise<string> {
    const { signal } = this.options;
    const filter = await this.filter(planned);
    const filters = filter === undefined ? [] : [filter];
    return this.place(planned.base, (target) =>
      this.fetch(planned, (plain) => toFile(plain, filters, { target, part: planned.part.file, signal })),
    );
  }

  /** Fetches the dump that is a folder. Returns its path. */
  private async directory(planned: PlannedPart): Promise<string> {
    const { signal, tools } = this.options;
    const filter = await this.filter(planned);
    const filters = filter === undefined ? [] : [filter];
    return this.place('database.dir', (target) =>
      this.fetch(planned, (plain) =>
        unpackFolder(plain, filters, { target, part: planned.part.file, env: tools.env, signal }),
      ),
    );
  }

  /** Makes something that gets its name only once it is whole. */
  private async place(name: string, make: (target: string) => Promise<void>): Promise<string> {
    const incoming = join(this.folder, 'incoming');
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    await make(join(incoming, name));
    await rename(join(incoming, name), join(this.folder, name));
    return join(this.folder, name);
  }

  /** Fetches a part only to see that it is there as it was stored. */
  private async check(planned: PlannedPart): Promise<void> {
    await this.fetch(planned, async (plain) => {
      for await (const chunk of plain) void chunk;
    });
  }

  private async filter({ compression }: PlannedPart): Promise<Filter | undefined> {
    const { tools } = this.options;
    if (compression === undefined) return undefined;
    // Wherever there is a shell there is gzip.
    const tool =
      compression === 'gzip'
        ? { path: 'gzip', env: {} }
        : (await installTools([compression], tools))[compression];
    return { path: tool.path, args: ['-dcq'], env: { ...tools.env, ...tool.env } };
  }

  private async fetch(
    { part }: PlannedPart,
    consume: (plain: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    const { chosen, keys, signal, reporter, stallMs } = this.options;
    const { store, manifest } = chosen;
    const total = totalBytes(manifest);
    await fetchPart(
      {
        store,
        key: backupKey(manifest.name, manifest.id, part.file),
        part,
        keys,
        keysFit: this.opened,
        signal,
        stallMs,
        onBytes: (bytes) => {
          this.fetched += bytes;
          const label = `Fetching ${manifest.id}`;
          reporter.progress({ label, bytes: this.fetched, share: this.fetched / total });
        },
      },
      consume,
    );
    this.opened ||= part.encryption !== 'none';
  }
}
