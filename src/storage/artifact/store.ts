import { Readable } from 'node:stream';
import { UserError } from '../../base/errors.js';
import { isNotFound, StoreError } from '../errors.js';
import { checkKey, checkPrefix } from '../keys.js';
import { readObject } from '../read-many.js';
import type { RetryOptions } from '../retry.js';
import type { ObjectInfo, Store, Upload, UploadOptions } from '../store.js';
import type { ArtifactAccess } from './access.js';
import { ArtifactCatalog } from './catalog.js';
import { download } from './download.js';
import { idInManifest, isLater, type Keyed } from './keyed.js';
import type { Artifact } from './listing.js';
import { isIdName, namedOf } from './names.js';
import type { ArtifactApi } from './rest.js';
import { ArtifactUpload } from './upload.js';

/** How long the names of folders may be answered from the last look at them, in milliseconds. */
const FRESH_MS = 15_000;

/** The artifacts of a repository: one file each, whose digest is the file's own SHA-256. */
export class ArtifactStore implements Store {
  /** What was last seen or made under a key, the newest first. An artifact never changes, but it may be gone. */
  private readonly known: Keyed = new Map();
  /** Manifests are read to learn of which backup they are, and then again for what they say. */
  private readonly manifests = new Map<number, Buffer>();
  private readonly catalog: ArtifactCatalog;
  private readonly listed = new Map<string, { at: number; keys: string[] }>();

  constructor(
    readonly url: string,
    private readonly access: ArtifactAccess,
    private readonly api: ArtifactApi,
    private readonly retry: Partial<RetryOptions>,
  ) {
    this.catalog = new ArtifactCatalog(api, (manifest) => this.idIn(manifest));
  }

  async upload(key: string, { estimatedBytes }: UploadOptions = {}): Promise<Upload> {
    const named = namedOf(checkKey(key));
    const { upload: send, tempDir, retentionDays, runId } = this.access;
    if (send === undefined)
      throw new UserError(
        `${this.url} takes new backups only within a workflow run, from the action: GitHub lets nothing else make artifacts. Backups that are there can be listed, read and removed from anywhere.`,
      );
    return ArtifactUpload.open(
      {
        send,
        retentionDays,
        runId: Number(runId ?? 0),
        read: (artifact) => download(this.api, artifact, this.retry),
        stored: (artifact) => this.stored(key, artifact),
        remove: ({ id, name }) => this.api.remove(id, name),
      },
      named,
      { tempDir, estimatedBytes },
    );
  }

  /** An artifact cannot be changed: an object that is replaced is a new artifact, and the old ones go afterwards. */
  private async stored(key: string, artifact: Artifact): Promise<void> {
    const named = namedOf(key);
    const replaces = named.kind === 'other' || (named.kind === 'part' && isLater(named.file));
    const older = replaces ? await this.catalog.find(key, true) : (this.known.get(key) ?? []);
    for (const { id, name } of older) if (id !== artifact.id) await this.api.remove(id, name);
    this.catalog.made(key, artifact);
    this.known.set(key, [artifact]);
    this.listed.clear();
  }

  async get(key: string): Promise<Readable> {
    const artifact = await this.newest(checkKey(key));
    if (artifact === undefined)
      throw new StoreError(`Could not read ${this.locate(key)}: there is no such artifact.`, {
        notFound: true,
      });
    const manifest = this.manifests.get(artifact.id);
    if (manifest !== undefined) {
      this.manifests.delete(artifact.id);
      return Readable.from([manifest], { objectMode: false });
    }
    try {
      return Readable.from(await download(this.api, artifact, this.retry), { objectMode: false });
    } catch (error) {
      if (isNotFound(error)) this.known.delete(key);
      throw error;
    }
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    const artifact = await this.newest(checkKey(key));
    return artifact === undefined ? undefined : infoOf(key, artifact);
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const found = await this.look(checkPrefix(prefix));
    for (const [key, [artifact]] of found)
      if (key.startsWith(prefix) && artifact !== undefined) yield infoOf(key, artifact);
  }

  async folders(prefix: string): Promise<string[]> {
    checkPrefix(prefix);
    const parent = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    const names = new Set<string>();
    for (const key of await this.lately(parent)) {
      const [name, ...below] = key.slice(parent.length).split('/');
      if (name !== undefined && below.length > 0) names.add(name);
    }
    return [...names];
  }

  /** The keys below `parent`; where all was looked at a moment ago, as they were then. */
  private async lately(parent: string): Promise<string[]> {
    const fresh = [...this.listed].find(
      ([listed, { at }]) => parent.startsWith(listed) && Date.now() - at < FRESH_MS,
    );
    const keys = fresh?.[1].keys ?? [...(await this.look(parent)).keys()];
    if (fresh === undefined) this.listed.set(parent, { at: Date.now(), keys });
    return keys.filter((key) => key.startsWith(parent));
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    const artifacts = this.known.get(key) ?? (await this.catalog.find(key, true));
    for (const { id, name } of artifacts) {
      await this.api.remove(id, name);
      this.manifests.delete(id);
    }
    this.known.delete(key);
    this.listed.clear();
  }

  locate(key: string): string {
    const path = checkKey(key).split('/').map(encodeURIComponent).join('/');
    return `artifact://${this.api.repository}/${path}`;
  }

  /** Asks for what may be under a prefix, by the cheapest way that sees it all. */
  private async look(prefix: string): Promise<Keyed> {
    const [family = '', folder = '', ...rest] = prefix.split('/');
    const inFamily = namedOf(`${family || '-'}/_log/x`).kind === 'log' && prefix.includes('/');
    const whole = rest.length > 0;
    const found = await (!inFamily
      ? this.catalog.all()
      : whole && folder === '_log'
        ? this.catalog.log(family)
        : whole && isIdName(folder)
          ? this.catalog.backup(family, folder)
          : this.catalog.family(family));
    for (const [key, artifacts] of found) this.known.set(key, artifacts);
    return found;
  }

  /** What a key stands for. Another run may have written a newer verdict since we looked; all else stays as it is. */
  private async newest(key: string): Promise<Artifact | undefined> {
    const named = namedOf(key);
    const changes = named.kind === 'part' && isLater(named.file);
    const known = changes ? undefined : this.known.get(key);
    const found = known ?? (await this.catalog.find(key));
    if (found.length > 0) this.known.set(key, found);
    return found[0];
  }

  private async idIn(manifest: Artifact): Promise<string | undefined> {
    try {
      const source = {
        get: async () => Readable.from(await download(this.api, manifest, this.retry), { objectMode: false }),
      };
      const bytes = this.manifests.get(manifest.id) ?? Buffer.from(await readObject(source, manifest.name));
      this.manifests.set(manifest.id, bytes);
      return idInManifest(bytes);
    } catch (error) {
      // It was deleted since it was listed.
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

function infoOf(key: string, { bytes, created }: Artifact): ObjectInfo {
  return { key, bytes, modified: created };
}
