import { listBackups } from '../backup/catalogue.js';
import type { Manifest } from '../backup/manifest.js';
import { otherSources } from '../backup/other-source.js';
import type { Reporter } from '../base/reporter.js';
import type { Store } from '../storage/store.js';

/** A file that a family has already, under this id. */
export interface Known {
  id: string;
  /** The stores that lack it. */
  lacking: Store[];
}

/** What the families that are imported into hold: each is listed once. */
export class Families {
  /** By family and store: the ids of what is there, by the SHA-256 of the stored file and of the one that was imported. */
  readonly #ids = new Map<string, Map<Store, Map<string, string>>>();
  /** By family: the newest backup that pgkeep made, in whatever store. */
  readonly #made = new Map<string, Manifest>();

  constructor(
    private readonly stores: readonly Store[],
    private readonly encrypted: boolean,
    private readonly reporter: Reporter,
  ) {}

  /** Looks for a file by its SHA-256; undefined where no store has it. */
  async find(name: string, sha256: string): Promise<Known | undefined> {
    const ids = await this.#family(name);
    const found = this.stores.map((store) => ids.get(store)?.get(sha256));
    const id = found.find((one) => one !== undefined);
    if (id === undefined) return undefined;
    return { id, lacking: this.stores.filter((_, index) => found[index] === undefined) };
  }

  /** The newest backup of a family that was made here, and not imported. */
  async newestMade(name: string): Promise<Manifest | undefined> {
    await this.#family(name);
    return this.#made.get(name);
  }

  /** Notes what was imported, or would be. */
  async note(name: string, sha256: string, id: string): Promise<void> {
    const ids = await this.#family(name);
    for (const store of this.stores) ids.get(store)?.set(sha256, id);
  }

  async #family(name: string): Promise<Map<Store, Map<string, string>>> {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    // It has no identity to compare, but a family whose backups are encrypted is not to get others by a slip.
    await otherSources(this.stores, name, null, this.encrypted, this.reporter);
    const ids = new Map<Store, Map<string, string>>();
    for (const store of this.stores) {
      const { backups } = await listBackups(store, name);
      for (const backup of backups) this.#see(name, backup);
      ids.set(store, new Map(backups.flatMap((backup) => digestsOf(backup).map((sha) => [sha, backup.id]))));
    }
    this.#ids.set(name, ids);
    return ids;
  }

  #see(name: string, backup: Manifest): void {
    const newest = this.#made.get(name);
    if (backup.source.imported !== undefined) return;
    if (newest === undefined || newest.snapshotAt < backup.snapshotAt) this.#made.set(name, backup);
  }
}

function digestsOf({ parts, source }: Manifest): string[] {
  const stored = parts.filter(({ file }) => file.startsWith('database.')).map(({ sha256 }) => sha256);
  return source.imported === undefined ? stored : [...stored, source.imported.sha256];
}
