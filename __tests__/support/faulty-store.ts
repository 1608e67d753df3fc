import type { Readable } from 'node:stream';
import type { Digest, ObjectInfo, Receipt, Store, Upload } from '../../src/storage/store.js';

/** What a store does wrong. */
export interface Faults {
  /** `upload` rejects. */
  open?: Error;
  /** The part with this index rejects. */
  part?: { index: number; error: Error };
  /** `complete` rejects for keys that end in this. */
  complete?: { suffix: string; error: Error };
  /** Never answers: from this part on, or at `complete` of keys that end so. */
  hang?: { part: number } | { complete: string };
  /** Never answers again once this has aborted, whatever is asked. */
  hangAfter?: AbortSignal;
  /** Before each part. */
  beforePart?: (key: string, index: number) => Promise<void>;
  /** Before `complete`. */
  beforeComplete?: (key: string) => Promise<void>;
}

const never = new Promise<never>(() => undefined);

/** A store in memory that fails where it is told to. Real stores have suites of their own. */
export class FaultyStore implements Store {
  readonly objects = new Map<string, Buffer>();
  readonly open = new Set<string>();
  readonly removed: string[] = [];

  constructor(
    readonly url: string,
    readonly faults: Faults = {},
  ) {}

  upload(key: string): Promise<Upload> {
    const { faults, objects, open } = this;
    const hung = (): boolean => faults.hangAfter?.aborted === true;
    if (faults.open !== undefined) return Promise.reject(faults.open);
    const parts: Buffer[] = [];
    open.add(key);
    return Promise.resolve({
      parallel: 2,
      partBytes: () => 64 * 1024,
      part: async (index: number, bytes: Uint8Array): Promise<void> => {
        await faults.beforePart?.(key, index);
        if (hung()) await never;
        if (faults.part?.index === index) throw faults.part.error;
        if (faults.hang !== undefined && 'part' in faults.hang && index >= faults.hang.part) await never;
        parts[index] = Buffer.from(bytes);
      },
      complete: async ({ bytes }: Digest): Promise<Receipt> => {
        await faults.beforeComplete?.(key);
        if (hung()) await never;
        if (faults.complete !== undefined && key.endsWith(faults.complete.suffix))
          throw faults.complete.error;
        if (faults.hang !== undefined && 'complete' in faults.hang && key.endsWith(faults.hang.complete))
          await never;
        objects.set(key, Buffer.concat(parts));
        open.delete(key);
        return { bytes, readBack: 'read-again' };
      },
      abort: () => (hung() ? never : Promise.resolve(void open.delete(key))),
    });
  }

  get(): Promise<Readable> {
    return Promise.reject(new Error('not readable'));
  }

  stat(key: string): Promise<ObjectInfo | undefined> {
    const bytes = this.objects.get(key)?.length;
    return Promise.resolve(bytes === undefined ? undefined : { key, bytes, modified: new Date() });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- an empty listing
  async *list(): AsyncIterable<ObjectInfo> {
    yield* [];
  }

  folders(): Promise<string[]> {
    return Promise.resolve([]);
  }

  remove(key: string): Promise<void> {
    if (this.faults.hangAfter?.aborted === true) return never;
    this.removed.push(key);
    this.objects.delete(key);
    return Promise.resolve();
  }

  locate(key: string): string {
    return `${this.url}/${key}`;
  }
}
