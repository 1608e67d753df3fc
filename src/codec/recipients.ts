import { UserError } from '../base/errors.js';
import { plural } from '../base/units.js';
import type { Encryption } from './types.js';

const EXAMPLE = '`age1...`, as `age-keygen` prints it';

/**
 * The encryption that the inputs ask for, with every recipient checked. Recipients may have `#` comments between them,
 * as in the files that `age -R` reads.
 * @throws UserError that says which recipient is wrong; what could be a secret is never repeated.
 */
export async function encryptionOf(
  recipients: readonly string[],
  passphrase: string | undefined,
): Promise<Encryption> {
  if (passphrase !== undefined) {
    if (passphrase === '') throw new UserError('Input "passphrase" is empty: anyone could read the backup.');
    return { kind: 'age-passphrase', passphrase };
  }
  if (recipients.length === 0) return { kind: 'none' };
  const keys: string[] = [];
  for (const [index, recipient] of recipients.entries()) {
    if (recipient.startsWith('#')) continue;
    await checkRecipient(recipient, `Entry ${index + 1} of input "recipients"`);
    keys.push(recipient);
  }
  // A backup must not end in plain text because the keys were commented out.
  if (keys.length === 0)
    throw new UserError(`Input "recipients" has only comments. Give an age public key, ${EXAMPLE}.`);
  const quantum = keys.filter((key) => /^age1(tag)?pq1/.test(key));
  if (quantum.length > 0 && quantum.length < keys.length) {
    throw new UserError(
      'Input "recipients" mixes post-quantum (`age1pq1...`) with other recipients: the file would be only as strong as the weaker kind. Use one kind.',
    );
  }
  return { kind: 'age-recipients', recipients: [...new Set(keys)] };
}

/** What becomes of the backup, for the log: that nothing encrypts it must be seen where a secret has gone missing. */
export function describeEncryption(encryption: Encryption): string {
  switch (encryption.kind) {
    case 'age-recipients':
      return `Backups are encrypted with age to ${plural(encryption.recipients.length, 'recipient')}.`;
    case 'age-passphrase':
      return 'Backups are encrypted with age by the passphrase.';
    case 'none':
      return 'Backups are not encrypted: recipients and passphrase are empty. If that is not meant, check that the secret or variable behind them exists.';
  }
}

async function checkRecipient(recipient: string, where: string): Promise<void> {
  if (/SECRET-KEY|PRIVATE KEY/i.test(recipient)) {
    throw new UserError(
      `${where} is a secret key. Whoever has it can read the backups: keep it out of this workflow, replace it if it was ever logged, and give its public key (\`age-keygen -y\`), ${EXAMPLE}.`,
    );
  }
  if (/^(ssh|ecdsa)-/.test(recipient)) {
    throw new UserError(
      `${where} is an SSH key, which pgkeep does not encrypt to. Make an age key with \`age-keygen\` and give ${EXAMPLE}.`,
    );
  }
  if (!/^age1[a-z0-9]+$/.test(recipient))
    throw new UserError(`${where} is not an age public key. It looks like ${EXAMPLE}.`);
  const { Encrypter } = await import('age-encryption');
  try {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    await encrypter.encrypt(new Uint8Array(0));
  } catch {
    // A post-quantum key has 1959 characters, and the library's own message holds all of them.
    const shown = recipient.length > 70 ? `${recipient.slice(0, 40)}...` : recipient;
    throw new UserError(
      `${where} is damaged or of a kind that only an age plugin knows: ${shown}. Copy it again, or make a key with \`age-keygen\`.`,
    );
  }
}
