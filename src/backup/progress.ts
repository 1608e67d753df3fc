import type { Reporter } from '../base/reporter.js';

/** Until a table is done, its share is guessed from how well the ones before it compressed. */
const FIRST_GUESS = 4;

/**
 * How far a dump is, from the sizes of the tables that pg_dump has reached: the stored bytes alone tell nothing, since
 * nobody knows how well the rest compresses.
 */
export class DumpProgress {
  #bytes = 0;
  #done = 0;
  #bytesWhenDone = 0;
  #current = 0;
  readonly #total: number;

  /** @param sizes bytes on disk by the name of a table in pg_dump's messages, without their quotes: `public.orders` */
  constructor(
    private readonly reporter: Reporter,
    private readonly label: string,
    private readonly sizes: ReadonlyMap<string, number>,
  ) {
    this.#total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** pg_dump begins with the rows of this table. */
  table(name: string): void {
    this.#done += this.#current;
    this.#bytesWhenDone = this.#bytes;
    this.#current = this.sizes.get(name) ?? 0;
  }

  /** So many more bytes were written. */
  wrote(bytes: number): void {
    this.#bytes += bytes;
    const share = this.share();
    this.reporter.progress({
      label: this.label,
      bytes: this.#bytes,
      ...(share === undefined ? {} : { share }),
    });
  }

  /** 0 to 1; undefined where nothing is known of the sizes. */
  share(): number | undefined {
    if (this.#total === 0) return undefined;
    const ratio = this.#done > 0 && this.#bytesWhenDone > 0 ? this.#done / this.#bytesWhenDone : FIRST_GUESS;
    const inTable = Math.min(this.#current, (this.#bytes - this.#bytesWhenDone) * ratio);
    return Math.min(1, (this.#done + inTable) / this.#total);
  }
}
