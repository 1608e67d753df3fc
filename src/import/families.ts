import { listBackups } from '../backup/catalogue.js';
import { isEncrypted, type Manifest } from '../backup/manifest.js';
import { otherSources } from '../backup/other-source.js';
import type { Reporter } from '../base/reporter.js';
import type { Store } from '../storage/store.js';

/** A file that a family has already, under this id. */
export interface Known {
  id: string;
  /** The stores that lack it. */
  lacking: Store[];
  /** Whether it is encrypted in each of the others. */
  encrypted: boolean;
}

type Copy = Pick<Known, 'id' | 'encrypted'>;

/** What the families that are imported into hold: each is listed once. */
export class Families {
  /** By family and store: what is there, by the SHA-256 of the stored file and of the one that was imported. */
  readonly #copies = new Map<string, Map<Store, Map<string, Copy>>>();
  /** By family: the newest backup that pgkeep made, in whatever store. */
  readonly #made = new Map<string, Manifest>();

  constructor(
    private readonly stores: readonly Store[],
    private readonly encrypted: boolean,
    private readonly reporter: Reporter,
  ) {}

  /** Looks for a file by its SHA-256; undefined where no store has it. */
  async find(name: string, sha256: string): Promise<Known | undefined> {
    const copies = await this.#family(name);
    const found = this.stores.map((store) => copies.get(store)?.get(sha256));
    const [first, ...others] = found.filter((one) => one !== undefined);
    if (first === undefined) return undefined;
    return {
      id: first.id,
      lacking: this.stores.filter((_, index) => found[index] === undefined),
      encrypted: [first, ...others].every(({ encrypted }) => encrypted),
    };
  }

  /** The newest backup of a family that was made here, and not imported. */
  async newestMade(name: string): Promise<Manifest | undefined> {
    await this.#family(name);
    return this.#made.get(name);
  }

  /** Notes what was imported, or would be. */
  async note(name: string, sha256: string, id: string): Promise<void> {
    const copies = await this.#family(name);
    for (const store of this.stores) copies.get(store)?.set(sha256, { id, encrypted: this.encrypted });
  }

  async #family(name: string): Promise<Map<Store, Map<string, Copy>>> {
    const known = this.#copies.get(name);
    if (known !== undefined) return known;
    // It has no identity to compare, but a family whose backups are encrypted is not to get others by a slip.
    await otherSources(this.stores, name, null, this.encrypted, this.reporter);
    const copies = new Map<Store, Map<string, Copy>>();
    for (const store of this.stores) {
      const { backups } = await listBackups(store, name);
      for (const backup of backups) this.#see(name, backup);
      copies.set(store, new Map(backups.flatMap(copiesOf)));
    }
    this.#copies.set(name, copies);
    return copies;
  }

  #see(name: string, backup: Manifest): void {
    const newest = this.#made.get(name);
    if (backup.source.imported !== undefined) return;
    if (newest === undefined || newest.snapshotAt < backup.snapshotAt) this.#made.set(name, backup);
  }
}

function copiesOf(backup: Manifest): [sha256: string, Copy][] {
  const { id, parts, source } = backup;
  const stored = parts.filter(({ file }) => file.startsWith('database.')).map(({ sha256 }) => sha256);
  const digests = source.imported === undefined ? stored : [...stored, source.imported.sha256];
  return digests.map((sha256) => [sha256, { id, encrypted: isEncrypted(backup) }]);
}
