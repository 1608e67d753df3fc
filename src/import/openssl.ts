import { createDecipheriv, createHash, pbkdf2, type Decipheriv } from 'node:crypto';
import { promisify } from 'node:util';
import { UserError } from '../base/errors.js';
import type { Stage } from '../codec/types.js';
import { kindOf } from './magic.js';

const SALTED = 8;
/** The word `Salted__`, and the salt. */
const HEADER = 16;
const IV = 16;
const CIPHERS = { 'aes-256-cbc': 32, 'aes-128-cbc': 16, 'aes-192-cbc': 24 } as const;
/** OpenSSL's own digest since 1.1.0, that of before, and those that `-md` is given most. */
const DIGESTS = ['sha256', 'md5', 'sha512', 'sha1'] as const;
/** So much decrypted tells what it is, a tar archive too. */
const PROBE = 512;

/** How a file was encrypted: all that stands nowhere in it. */
interface Way {
  cipher: keyof typeof CIPHERS;
  key: Buffer;
  iv: Buffer;
}

/**
 * Finds out how `openssl enc` made a file: the cipher, the digest and whether the key is PBKDF2's or the old one of
 * `EVP_BytesToKey` stand nowhere in it, so each is tried until what comes out is something that is known.
 * @param head the file's beginning, 528 bytes where it has so many
 * @param iterations of PBKDF2
 * @returns a stage that decrypts the whole file
 * @throws UserError when nothing fits
 */
export async function opensslStage(
  head: Buffer,
  { passphrase, iterations, file }: { passphrase: string; iterations: number; file: string },
): Promise<Stage> {
  const probe = head.subarray(HEADER, HEADER + PROBE);
  const whole = probe.subarray(0, probe.length - (probe.length % IV));
  for await (const way of ways(passphrase, head.subarray(SALTED, HEADER), iterations)) {
    const decipher = decipherOf(way).setAutoPadding(false);
    if (kindOf(decipher.update(whole)) !== undefined) return (source) => decrypt(source, way, file);
  }
  throw new UserError(
    `${file} does not open with this passphrase. If the passphrase is right, it was made with \`openssl enc -pbkdf2 -iter N\` for another N than ${iterations} (give --openssl-iterations), or with another cipher than AES in CBC mode: decrypt it with \`openssl\` then, and import the result with --recipients.`,
  );
}

/** Every way that is tried, the most usual first. */
async function* ways(passphrase: string, salt: Buffer, iterations: number): AsyncGenerator<Way> {
  const password = Buffer.from(passphrase);
  for (const digest of DIGESTS)
    for (const material of [
      await promisify(pbkdf2)(password, salt, iterations, 32 + IV, digest),
      bytesToKey(password, salt, digest),
    ])
      for (const [cipher, length] of Object.entries(CIPHERS) as [keyof typeof CIPHERS, number][])
        yield { cipher, key: material.subarray(0, length), iv: material.subarray(length, length + IV) };
}

/** `EVP_BytesToKey` with one round: each block is the digest of the one before it, the password and the salt. */
function bytesToKey(password: Buffer, salt: Buffer, digest: string): Buffer {
  let block = Buffer.alloc(0);
  const blocks: Buffer[] = [];
  while (Buffer.concat(blocks).length < 32 + IV) {
    block = createHash(digest).update(block).update(password).update(salt).digest();
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

const decipherOf = ({ cipher, key, iv }: Way): Decipheriv => createDecipheriv(cipher, key, iv);

async function* decrypt(
  source: AsyncIterable<Uint8Array>,
  way: Way,
  file: string,
): AsyncIterable<Uint8Array> {
  const decipher = decipherOf(way);
  let skipped = 0;
  for await (const chunk of source) {
    const from = Math.min(HEADER - skipped, chunk.length);
    skipped += from;
    const plain = decipher.update(chunk.subarray(from));
    if (plain.length > 0) yield plain;
  }
  let last: Buffer;
  try {
    last = decipher.final();
  } catch (error) {
    throw new UserError(
      `${file} is cut off or altered: its encryption has no proper end. Import another copy.`,
      {
        cause: error,
      },
    );
  }
  if (last.length > 0) yield last;
}
