import { createHash } from 'node:crypto';
import type { Digest } from '../storage/store.js';

/** Counts and hashes bytes as they pass. */
export class DigestMeter {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  update(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    this.#hash.update(chunk);
  }

  /** Only once. */
  digest(): Digest {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
