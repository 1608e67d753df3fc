import { createCipheriv, randomBytes } from 'node:crypto';
import { CHUNK, chunkNonce, CIPHER, NONCE, passphraseKey, payloadKey, TAG, WRAP_NONCE } from './age.js';
import type { Encryption, Stage } from './types.js';

/**
 * A stage that encrypts to the age v1 format, which the `age` program opens; the identity stage where nothing is to be
 * encrypted. The library wraps the keys and makes the header; the payload is encrypted by OpenSSL, several times
 * as fast as by JavaScript.
 */
export async function encryptStage(encryption: Encryption): Promise<Stage> {
  if (encryption.kind === 'none') return (source) => source;
  const keys = await makeHeader(encryption);
  return (source) => encrypt(source, keys);
}

type KeyPair = { header: Buffer; fileKey: Buffer };

async function makeHeader(encryption: Exclude<Encryption, { kind: 'none' }>): Promise<KeyPair> {
  const { Encrypter, Stanza } = await import('age-encryption');
  const encrypter = new Encrypter();
  let fileKey: Buffer | undefined;
  if (encryption.kind === 'age-passphrase') {
    const { passphrase } = encryption;
    encrypter.addRecipient({
      wrapFileKey: async (key) => {
        fileKey = Buffer.from(key);
        const { args, body } = await wrapWithPassphrase(key, passphrase);
        return [new Stanza(args, body)];
      },
    });
  } else {
    for (const recipient of encryption.recipients) encrypter.addRecipient(recipient);
    // Adds nothing to the header, and tells the key of the payload.
    encrypter.addRecipient({
      wrapFileKey: (key) => {
        fileKey = Buffer.from(key);
        return [];
      },
    });
  }
  const empty = Buffer.from(await encrypter.encrypt(new Uint8Array(0)));
  if (fileKey === undefined) throw new Error('the age library made no file key');
  // What follows the header is the empty payload: a nonce of 16 bytes and one tag.
  return { header: empty.subarray(0, empty.length - NONCE - TAG), fileKey };
}

/** 2^18 steps: what the `age` program itself writes. */
const WORK_FACTOR = 18;

async function wrapWithPassphrase(
  key: Uint8Array,
  passphrase: string,
): Promise<{ args: string[]; body: Uint8Array }> {
  const salt = randomBytes(16);
  const wrapKey = await passphraseKey(passphrase, salt, WORK_FACTOR);
  const cipher = createCipheriv(CIPHER, wrapKey, WRAP_NONCE, { authTagLength: TAG });
  const body = Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  return { args: ['scrypt', salt.toString('base64').replace(/=+$/, ''), String(WORK_FACTOR)], body };
}

async function* encrypt(
  source: AsyncIterable<Uint8Array>,
  { header, fileKey }: KeyPair,
): AsyncIterable<Uint8Array> {
  const nonce = randomBytes(NONCE);
  const key = payloadKey(fileKey, nonce);
  yield Buffer.concat([header, nonce]);
  let counter = 0;
  // Tags pass on by themselves: joined to their chunks they cost a quarter more time, and garbage of the same size.
  function* seal(chunk: Uint8Array, last: boolean): Iterable<Buffer> {
    const cipher = createCipheriv(CIPHER, key, chunkNonce(counter, last), { authTagLength: TAG });
    counter += 1;
    yield cipher.update(chunk);
    cipher.final();
    yield cipher.getAuthTag();
  }
  const pending = Buffer.allocUnsafe(CHUNK);
  let filled = 0;
  for await (const bytes of source) {
    for (let offset = 0; offset < bytes.length;) {
      // A full chunk is sealed only when more follows: the last one is marked as such.
      if (filled === CHUNK) {
        yield* seal(pending, false);
        filled = 0;
      }
      const taken = Math.min(CHUNK - filled, bytes.length - offset);
      pending.set(bytes.subarray(offset, offset + taken), filled);
      filled += taken;
      offset += taken;
    }
  }
  yield* seal(pending.subarray(0, filled), true);
}
