import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError } from '../../base/errors.js';

const PAUSE_MS = 1000;

/**
 * How long to come back to a table that others hold locked. While pg_dump runs it holds a lock of its own, so whoever
 * waits for the table waits for pg_dump, and the table cannot change: all that time, and for a while after it.
 */
export class Patience {
  #until = Infinity;

  /**
   * @param dumped resolves or rejects when pg_dump has ended
   * @param afterMs how long to go on after that
   */
  constructor(
    dumped: Promise<unknown>,
    afterMs: number,
    private readonly signal: AbortSignal,
  ) {
    const start = (): void => void (this.#until = Date.now() + afterMs);
    dumped.then(start, start);
  }

  /** False when it is over; else waits a second. @throws CancelledError. */
  async again(): Promise<boolean> {
    if (Date.now() > this.#until) return false;
    await sleep(PAUSE_MS, undefined, { signal: this.signal }).catch(() => {
      throw new CancelledError();
    });
    return true;
  }
}
