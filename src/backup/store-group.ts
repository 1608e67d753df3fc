import { CancelledError, messageOf, UserError } from '../base/errors.js';
import type { Reporter } from '../base/reporter.js';
import { DigestMeter } from '../storage/digest.js';
import { putObject } from '../storage/put.js';
import { StoreSink } from '../storage/sink.js';
import type { Digest, ReadBack, Store } from '../storage/store.js';
import { MANIFEST } from './layout.js';

/** What one store holds of the backup so far. */
interface Member {
  store: Store;
  keys: string[];
  /** How the store proved each file, by file name. */
  readBack: Map<string, ReadBack>;
  /** The file that is being written. */
  sink?: StoreSink | undefined;
  /** Why the store is out, if it is. */
  failure?: unknown;
}

// A cancelled run has 6.5 seconds (base/stop.ts), and these follow one another: even beside a store that answers
// nothing any more, the others are cleaned in time.
/** How long work that is under way may still take when a run is cancelled. */
const GRACE_MS = 1500;
/** How long giving up an upload may take. */
const ABORT_MS = 1500;
/** How long removing what a store holds may take. */
const CLEANUP_MS = 2500;

/**
 * The stores of one backup. Everything is written to all of them in one pass. One that fails is dropped, named and
 * cleaned up; the others go on.
 */
export class StoreGroup {
  readonly #members: Member[];

  constructor(
    stores: readonly Store[],
    private readonly prefix: string,
    private readonly reporter: Reporter,
    private readonly signal: AbortSignal,
  ) {
    this.#members = stores.map((store) => ({ store, keys: [], readBack: new Map() }));
  }

  /** Stores that have everything so far. */
  get live(): Store[] {
    return this.#live().map(({ store }) => store);
  }

  /** Stores that failed, and why. */
  get failures(): { store: Store; error: unknown }[] {
    return this.#members.flatMap(({ store, failure }) =>
      failure === undefined ? [] : [{ store, error: failure }],
    );
  }

  /** How a store proved to hold a file. */
  readBackOf(store: Store, file: string): ReadBack {
    const how = this.#members.find((member) => member.store === store)?.readBack.get(file);
    if (how === undefined) throw new Error(`${store.url} holds no ${file}`);
    return how;
  }

  /**
   * Writes one file to every live store and proves each copy.
   * @throws what the source threw, or the first store's error when none is left.
   */
  async write(
    file: string,
    source: AsyncIterable<Uint8Array>,
    estimatedBytes: number | undefined,
    onBytes?: (bytes: number) => void,
  ): Promise<Digest> {
    const meter = new DigestMeter();
    // A file that is written a second time is not proven by the first.
    for (const member of this.#members) member.readBack.delete(file);
    try {
      await this.#each(async (member) => {
        const key = this.prefix + file;
        member.keys.push(key);
        const opening = StoreSink.open(member.store, key, {
          signal: this.signal,
          ...(estimatedBytes === undefined ? {} : { estimatedBytes }),
        });
        // One that opens when nobody waits for it any more must not stay open.
        opening.then(
          (sink) => (this.signal.aborted ? sink.abort() : undefined),
          () => undefined,
        );
        member.sink = await opening;
      });
      for await (const chunk of source) {
        meter.update(chunk);
        await this.#each(async (member) => member.sink?.write(chunk));
        onBytes?.(chunk.length);
      }
      const digest = meter.digest();
      await this.#each(async (member) => {
        const receipt = await member.sink?.finish(digest);
        if (receipt !== undefined) member.readBack.set(file, receipt.readBack);
      });
      return digest;
    } finally {
      const unproven = this.#members.filter(({ readBack }) => !readBack.has(file));
      await Promise.all(unproven.map((member) => this.#giveUp(member)));
      for (const member of this.#members) member.sink = undefined;
    }
  }

  /** Writes a small file whose bytes differ from store to store, the manifest. */
  async writeEach(file: string, bytes: (store: Store) => Uint8Array): Promise<void> {
    await this.#each(async (member) => {
      const key = this.prefix + file;
      member.keys.push(key);
      await putObject(member.store, key, bytes(member.store), { signal: this.signal });
    });
  }

  /**
   * Asks every live store once more for what it was given. A prune that runs at the same time takes a folder without a
   * manifest for what a killed run left when its only object is a day old, and S3 dates an object by the *beginning* of its
   * upload: so after the manifest was written, from which on nobody removes the parts.
   * @throws when no store holds everything; one that does not is dropped, and its manifest removed.
   */
  async requireWhole(parts: readonly { file: string; bytes: number }[]): Promise<void> {
    await this.#each(async ({ store }) => {
      const found = await Promise.all(parts.map(({ file }) => store.stat(this.prefix + file)));
      const gone = parts.filter(({ bytes }, index) => found[index]?.bytes !== bytes);
      if (gone.length > 0)
        throw new UserError(
          `${gone.map(({ file }) => store.locate(this.prefix + file)).join(', ')} was removed or altered while the backup was made, so it was not published there. Look for what else writes to this storage: a lifecycle rule, or a prune that ran while this backup took more than a day.`,
        );
    });
  }

  /** Removes a file that will be written again, as far as that can be. */
  async forget(file: string): Promise<void> {
    await atMost(
      CLEANUP_MS,
      this.#live().map(({ store }) => store.remove(this.prefix + file)),
    );
  }

  /** Removes what was written to every live store. Never throws: what stays has no manifest and is pruned as an orphan. */
  async discard(): Promise<void> {
    await Promise.all(this.#live().map((member) => this.#clean(member)));
  }

  #live(): Member[] {
    return this.#members.filter(({ failure }) => failure === undefined);
  }

  /** Does the same at every live store; one that fails is dropped. @throws the failure when it was the last one. */
  async #each(work: (member: Member) => Promise<void>): Promise<void> {
    const live = this.#live();
    const results = await Promise.allSettled(live.map((member) => this.#unlessAborted(work(member))));
    let last: unknown;
    for (const [index, result] of results.entries()) {
      const member = live[index];
      if (result.status === 'fulfilled' || member === undefined) continue;
      last = result.reason;
      if (this.signal.aborted) continue;
      member.failure = result.reason;
      await this.#giveUp(member);
      await this.#clean(member);
      if (this.#live().length > 0) {
        this.reporter.info(
          `${member.store.url} failed and is left out of this backup; the other stores go on. ${messageOf(result.reason)}`,
        );
      }
    }
    if (last !== undefined && (this.signal.aborted || this.#live().length === 0)) throw last as Error;
  }

  /** Work that is under way is waited for, so that nothing appears after cleaning up; but a store may hang. */
  async #unlessAborted(work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let onAbort = (): void => undefined;
    const over = new Promise<never>((_, reject) => {
      onAbort = () => (timer = setTimeout(() => reject(new CancelledError()), GRACE_MS));
      if (this.signal.aborted) onAbort();
      else this.signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      await Promise.race([work, over]);
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', onAbort);
    }
    if (this.signal.aborted) throw new CancelledError();
  }

  /** Ends a member's upload now: what it still sends, and its buffers, would otherwise last as long as the file. */
  async #giveUp(member: Member): Promise<void> {
    const { sink } = member;
    member.sink = undefined;
    if (sink !== undefined) await atMost(ABORT_MS, [sink.abort()]);
  }

  /**
   * The manifest, which is written last, goes first; where it cannot be removed, what it names stays too: what is half
   * removed must not look whole.
   */
  async #clean({ store, keys }: Member): Promise<void> {
    const [last, ...others] = [...new Set(keys)].reverse();
    if (last === undefined) return;
    const removal = store
      .remove(last)
      .catch((error: unknown) => {
        if (last.endsWith(`/${MANIFEST}`)) throw error as Error;
      })
      .then(() => Promise.allSettled(others.map((key) => store.remove(key))));
    await atMost(CLEANUP_MS, [removal]);
  }
}

/** Waits until all have ended, however they did, but not for ever. */
async function atMost(ms: number, work: readonly Promise<unknown>[]): Promise<void> {
  if (work.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([Promise.allSettled(work), over]);
  clearTimeout(timer);
}
