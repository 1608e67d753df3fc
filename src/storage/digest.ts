import { createHash } from 'node:crypto';
import type { Digest } from './store.js';

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

/** Reads a stream to its end and tells how much it was and its SHA-256. */
export async function digestOf(source: AsyncIterable<Uint8Array>): Promise<Digest> {
  const meter = new DigestMeter();
  for await (const chunk of source) meter.update(chunk);
  return meter.digest();
}

/** The digest of bytes that are all there. */
export function digestOfBytes(bytes: Uint8Array): Digest {
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export function sameDigest(a: Digest, b: Digest): boolean {
  return a.bytes === b.bytes && a.sha256 === b.sha256;
}
