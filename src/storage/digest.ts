import { createHash } from 'node:crypto';
import type { Digest } from './store.js';

/** Reads a stream to its end and tells how much it was and its SHA-256. */
export async function digestOf(source: AsyncIterable<Uint8Array>): Promise<Digest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    bytes += chunk.byteLength;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The digest of bytes that are all there. */
export function digestOfBytes(bytes: Uint8Array): Digest {
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export function sameDigest(a: Digest, b: Digest): boolean {
  return a.bytes === b.bytes && a.sha256 === b.sha256;
}
