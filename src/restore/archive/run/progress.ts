import type { Reporter } from '../../../base/reporter.js';

/** Tells how far a restore is: by the tables whose rows it has begun with, or by what it has read. */
export class RestoreProgress {
  #tables = 0;

  /** @param tables how many there are; 0 where nobody knows */
  constructor(
    private readonly reporter: Reporter,
    private readonly label: string,
    private readonly tables: number,
    private readonly estimatedBytes: number | null,
  ) {}

  /** It begins with the rows of one more table. */
  table(): void {
    const share = this.tables === 0 ? undefined : Math.min(1, this.#tables / this.tables);
    this.#tables += 1;
    this.#report(Math.round((this.estimatedBytes ?? 0) * (share ?? 0)), share);
  }

  /** So much of a file was read. */
  read(bytes: number, size: number): void {
    this.#report(bytes, size === 0 ? undefined : Math.min(1, bytes / size));
  }

  #report(bytes: number, share: number | undefined): void {
    this.reporter.progress({ label: this.label, bytes, ...(share === undefined ? {} : { share }) });
  }
}
