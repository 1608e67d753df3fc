import { UserError } from '../base/errors.js';

/**
 * The secret keys in the text of an age identity file: one a line, with blank lines and `#` comments.
 * @throws UserError that says which line is wrong. No line is ever repeated: any of them may be a secret.
 */
export async function identitiesOf(text: string): Promise<string[]> {
  const identities: string[] = [];
  for (const [index, raw] of text.split(/\r?\n|\r/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    await checkIdentity(line, `Line ${index + 1} of the age identity`);
    identities.push(line);
  }
  if (identities.length === 0) {
    throw new UserError(
      'The age identity holds no secret key. It is the text that `age-keygen` writes, with a line `AGE-SECRET-KEY-1...`.',
    );
  }
  return [...new Set(identities)];
}

async function checkIdentity(line: string, where: string): Promise<void> {
  if (/^age1/i.test(line)) {
    throw new UserError(
      `${where} is a public key, which only encrypts. Give the secret key that goes with it, \`AGE-SECRET-KEY-1...\`.`,
    );
  }
  if (/^AGE-PLUGIN-/i.test(line)) {
    throw new UserError(
      `${where} belongs to an age plugin, which pgkeep does not run. Decrypt with the \`age\` program as the backup's RECOVERY.md says, or use another recipient's secret key.`,
    );
  }
  if (/^(-----BEGIN|age-encryption\.org)/.test(line)) {
    throw new UserError(
      `${where} begins another kind of key, or an identity file that is itself encrypted. Give an age secret key in plain text, \`AGE-SECRET-KEY-1...\`.`,
    );
  }
  const { Decrypter } = await import('age-encryption');
  try {
    new Decrypter().addIdentity(line);
  } catch {
    // The library's message is left out on purpose: it could hold the line.
    throw new UserError(
      `${where} is not an age secret key, or is damaged. It looks like \`AGE-SECRET-KEY-1...\`, in capitals, as \`age-keygen\` prints it: copy the whole line again.`,
    );
  }
}
