import { createDecipheriv } from 'node:crypto';
import { UserError } from '../base/errors.js';
import { CHUNK, chunkNonce, CIPHER, NONCE, payloadKey, TAG } from './age.js';
import { fileKeyOf, headerLength, type DecryptionKeys } from './decrypt-header.js';
import type { Stage } from './types.js';

/**
 * A stage that decrypts an age v1 file, ours or the `age` program's. Each chunk passes on only once it authenticated.
 * That the file is whole is known only when the stage ends normally: nothing may be made of its output before that
 * could not be undone.
 * @param file the name for messages.
 * @throws UserError, as it runs: not an age file, wrong key, altered, truncated.
 */
export function decryptStage(keys: DecryptionKeys, file: string): Stage {
  return (source) => decrypt(source, keys, file);
}

async function* decrypt(
  source: AsyncIterable<Uint8Array>,
  keys: DecryptionKeys,
  file: string,
): AsyncIterable<Uint8Array> {
  let head = Buffer.alloc(0);
  let payload: Payload | undefined;
  for await (const bytes of source) {
    if (payload !== undefined) {
      yield* payload.push(bytes);
      continue;
    }
    head = Buffer.concat([head, bytes]);
    const length = headerLength(head, file);
    if (length === undefined || head.length < length + NONCE) continue;
    const fileKey = await fileKeyOf(head.subarray(0, length), keys, file);
    const nonce = head.subarray(length, length + NONCE);
    payload = new Payload(payloadKey(fileKey, nonce), file);
    yield* payload.push(head.subarray(length + NONCE));
  }
  if (payload === undefined) throw truncated(file, 'its age header is not complete');
  yield payload.end();
}

function truncated(file: string, why: string): UserError {
  return new UserError(`${file} is truncated: ${why}. Use another copy of the backup, or another backup.`);
}

/** The encrypted chunks of a file, as they come in. */
class Payload {
  readonly #pending = Buffer.allocUnsafe(CHUNK + TAG);
  #filled = 0;
  #counter = 0;

  constructor(
    private readonly key: Buffer,
    private readonly file: string,
  ) {}

  *push(bytes: Uint8Array): Iterable<Buffer> {
    for (let offset = 0; offset < bytes.length;) {
      // A full chunk is opened only when more follows: the last one is marked as such.
      if (this.#filled === this.#pending.length) yield this.#next();
      const taken = Math.min(this.#pending.length - this.#filled, bytes.length - offset);
      this.#pending.set(bytes.subarray(offset, offset + taken), this.#filled);
      this.#filled += taken;
      offset += taken;
    }
  }

  /** The last chunk. @throws UserError when the file does not end here. */
  end(): Buffer {
    const chunk = this.#pending.subarray(0, this.#filled);
    if (chunk.length < TAG || (chunk.length === TAG && this.#counter > 0))
      throw truncated(this.file, 'it ends in the middle of its data');
    const plain = this.#open(chunk, true);
    if (plain !== undefined) return plain;
    if (this.#open(chunk, false) !== undefined)
      throw truncated(this.file, 'the last part of its data is missing');
    throw this.#altered('It may also be cut off there.');
  }

  #next(): Buffer {
    const plain = this.#open(this.#pending, false);
    if (plain === undefined) throw this.#altered();
    this.#filled = 0;
    this.#counter += 1;
    return plain;
  }

  #open(chunk: Buffer, last: boolean): Buffer | undefined {
    const decipher = createDecipheriv(CIPHER, this.key, chunkNonce(this.#counter, last), {
      authTagLength: TAG,
    });
    decipher.setAuthTag(chunk.subarray(-TAG));
    const plain = decipher.update(chunk.subarray(0, -TAG));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plain;
  }

  #altered(more = ''): UserError {
    const at = this.#counter * CHUNK;
    return new UserError(
      `${this.file} was altered: its data fails authentication in the ${CHUNK / 1024} KiB after byte ${at} of the plaintext. ${more === '' ? '' : `${more} `}Use another copy of the backup, or another backup.`,
    );
  }
}
