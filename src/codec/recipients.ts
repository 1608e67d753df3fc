import { UserError } from '../base/errors.js';
import type { Encryption } from './types.js';

const EXAMPLE = '`age1...`, as `age-keygen` prints it';

/**
 * The encryption that the inputs ask for, with every recipient checked.
 * @throws UserError that says which recipient is wrong; a secret key is never repeated.
 */
export async function encryptionOf(
  recipients: readonly string[],
  passphrase: string | undefined,
): Promise<Encryption> {
  if (passphrase !== undefined) return { kind: 'age-passphrase', passphrase };
  if (recipients.length === 0) return { kind: 'none' };
  const unique = [...new Set(recipients)];
  for (const [index, recipient] of unique.entries()) await checkRecipient(recipient, index + 1);
  const quantum = unique.filter((recipient) => recipient.startsWith('age1pq1'));
  if (quantum.length > 0 && quantum.length < unique.length) {
    throw new UserError(
      'Input "recipients" mixes post-quantum (`age1pq1...`) with other recipients: the file would be only as strong as the weaker kind. Use one kind.',
    );
  }
  return { kind: 'age-recipients', recipients: unique };
}

async function checkRecipient(recipient: string, line: number): Promise<void> {
  const where = `Recipient ${line} of input "recipients"`;
  if (/AGE-SECRET-KEY-/i.test(recipient)) {
    throw new UserError(
      `${where} is a secret key. Whoever has it can read the backups: keep it out of this workflow, replace it if it was ever logged, and give its public key (\`age-keygen -y\`), ${EXAMPLE}.`,
    );
  }
  if (/^ssh-/.test(recipient)) {
    throw new UserError(
      `${where} is an SSH key, which pgkeep does not encrypt to. Make an age key with \`age-keygen\` and give ${EXAMPLE}.`,
    );
  }
  if (!/^age1[a-z0-9]+$/.test(recipient)) {
    throw new UserError(
      `${where} is not an age public key: ${JSON.stringify(recipient)}. It looks like ${EXAMPLE}.`,
    );
  }
  const { Encrypter } = await import('age-encryption');
  try {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    await encrypter.encrypt(new Uint8Array(0));
  } catch (error) {
    throw new UserError(
      `${where} is damaged: ${JSON.stringify(recipient)} fails its checksum or is of an unknown kind. Copy it again.`,
      { cause: error },
    );
  }
}
