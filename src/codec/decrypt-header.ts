import { createDecipheriv } from 'node:crypto';
import type { Identity, Stanza } from 'age-encryption';
import { UserError } from '../base/errors.js';
import { CIPHER, passphraseKey, TAG, WRAP_NONCE } from './age.js';

/** What may open a file: identities as `identitiesOf` returns them, a passphrase, or both. */
export interface DecryptionKeys {
  identities?: readonly string[];
  passphrase?: string;
}

/** A file that the keys at hand do not open; it may be perfectly sound. */
export class KeyError extends UserError {}

const VERSION = Buffer.from('age-encryption.org/v1\n');
const ARMOR = Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----');
/** Far more than hundreds of recipients need. */
const LONGEST = 1024 * 1024;
/** 1 GiB of memory. */
const HIGHEST_WORK_FACTOR = 20;

/**
 * The length of the age header that `head` begins with, or undefined while more of the file is needed to tell.
 * @throws UserError when this is no age file.
 */
export function headerLength(head: Buffer, file: string): number | undefined {
  const begins = (magic: Buffer): boolean => {
    const length = Math.min(magic.length, head.length);
    return head.subarray(0, length).equals(magic.subarray(0, length));
  };
  if (begins(ARMOR) && head.length >= ARMOR.length) {
    throw new UserError(
      `${file} is an armored age file (text), which pgkeep neither writes nor reads. Decrypt it with the \`age\` program.`,
    );
  }
  if (!begins(VERSION) && !begins(ARMOR)) {
    throw new UserError(`${file} is not an age file: it is not encrypted, or its beginning is damaged.`);
  }
  const last = head.indexOf('\n--- ');
  const end = last < 0 ? -1 : head.indexOf('\n', last + 1);
  if (end >= 0) return end + 1;
  if (head.length > LONGEST) throw damaged(file);
  return undefined;
}

function damaged(file: string, cause?: unknown): UserError {
  return new UserError(
    `${file} is damaged: its age header was altered. Use another copy of the backup, or another backup.`,
    cause === undefined ? {} : { cause },
  );
}

/**
 * Unwraps the file key and authenticates the header, all by the library but for the passphrase.
 * @throws UserError when no key fits, or the header was altered.
 */
export async function fileKeyOf(header: Uint8Array, keys: DecryptionKeys, file: string): Promise<Uint8Array> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of keys.identities ?? []) decrypter.addIdentity(identity);
  if (keys.passphrase !== undefined) decrypter.addIdentity(passphraseIdentity(keys.passphrase, file));
  // Asked only when all others had no answer.
  decrypter.addIdentity({
    unwrapFileKey: (stanzas: Stanza[]) => {
      throw new KeyError(whyNoKeyFits(stanzas, keys, file));
    },
  });
  try {
    return await decrypter.decryptHeader(header);
  } catch (error) {
    throw error instanceof UserError ? error : damaged(file, error);
  }
}

function whyNoKeyFits(stanzas: Stanza[], keys: DecryptionKeys, file: string): string {
  const byPassphrase = stanzas.some(({ args }) => args[0] === 'scrypt');
  if (byPassphrase && keys.passphrase === undefined)
    return `${file} is encrypted with a passphrase, and none was given. Give the passphrase.`;
  if (byPassphrase) return `Wrong passphrase for ${file} (or its age header is damaged).`;
  if ((keys.identities ?? []).length === 0)
    return `${file} is encrypted to recipients, and no identity was given. Give the secret key of one of them.`;
  return `Wrong key: no identity that was given can decrypt ${file} (or its age header is damaged). It takes the secret key of one of the recipients that it was encrypted to.`;
}

function passphraseIdentity(passphrase: string, file: string): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const stanza = stanzas.find(({ args }) => args[0] === 'scrypt');
      if (stanza === undefined) return null;
      const [, salt = '', factor = ''] = stanza.args;
      const logN = /^[1-9]\d?$/.test(factor) ? Number(factor) : NaN;
      const bytes = Buffer.from(salt, 'base64');
      // The format allows a passphrase no company: whoever can add a stanza could otherwise replace the key.
      if (stanzas.length > 1 || bytes.length !== 16 || stanza.body.length !== 32 || Number.isNaN(logN))
        throw new Error('malformed scrypt stanza');
      if (logN > HIGHEST_WORK_FACTOR) {
        throw new UserError(
          `${file} asks for scrypt work factor ${logN}, which takes more than 1 GiB of memory; pgkeep goes up to ${HIGHEST_WORK_FACTOR} and writes 18. Decrypt it with the \`age\` program if you trust where it came from.`,
        );
      }
      const decipher = createDecipheriv(CIPHER, await passphraseKey(passphrase, bytes, logN), WRAP_NONCE, {
        authTagLength: TAG,
      });
      decipher.setAuthTag(stanza.body.subarray(TAG));
      const fileKey = decipher.update(stanza.body.subarray(0, TAG));
      try {
        decipher.final();
      } catch {
        return null;
      }
      return fileKey;
    },
  };
}
