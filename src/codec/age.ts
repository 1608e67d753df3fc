import { hkdfSync, scrypt } from 'node:crypto';

/** Bytes of plaintext in a chunk of the payload, of the tag that follows each, and of the nonce before the first. */
export const CHUNK = 64 * 1024;
export const TAG = 16;
export const NONCE = 16;

/** How OpenSSL calls the one cipher of the age v1 format (age-encryption.org/v1). */
export const CIPHER = 'chacha20-poly1305';

/** The payload's key. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
}

/** 11 bytes of big-endian counter, one that marks the last chunk. */
export function chunkNonce(counter: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(counter, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** The nonce under which a file key is wrapped: a wrapping key is used only once. */
export const WRAP_NONCE = Buffer.alloc(12);

/**
 * The key that wraps the file key under a passphrase. By OpenSSL, on another thread: the library's own takes several
 * times as long and nothing else can run meanwhile. Takes 128 * 8 * 2^logN bytes of memory: 256 MiB for 18.
 */
export function passphraseKey(passphrase: string, salt: Uint8Array, logN: number): Promise<Buffer> {
  const N = 2 ** logN;
  const labelled = Buffer.concat([Buffer.from('age-encryption.org/v1/scrypt'), salt]);
  return new Promise((resolve, reject) => {
    scrypt(passphrase, labelled, 32, { N, r: 8, p: 1, maxmem: 129 * 8 * N }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
