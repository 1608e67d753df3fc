import { describe, expect, it } from '@jest/globals';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { failuresOf } from '../../src/base/failure.js';
import { describeEncryption, encryptionOf } from '../../src/codec/recipients.js';
import type { Encryption } from '../../src/codec/types.js';

const identity = await generateX25519Identity();
const first = await identityToRecipient(identity);
const second = await identityToRecipient(await generateX25519Identity());
const quantum = await identityToRecipient(await generateHybridIdentity());

/** All that a user would be shown of the refusal. */
async function refusal(recipients: string[], passphrase?: string): Promise<string> {
  try {
    await encryptionOf(recipients, passphrase);
  } catch (error) {
    expect(error).toHaveProperty('name', 'UserError');
    return failuresOf(error)
      .flatMap(({ message, details }) => [message, ...details])
      .join('\n');
  }
  throw new Error('was taken');
}

describe('encryptionOf', () => {
  it.each<[string, string[], string | undefined, object]>([
    ['nothing', [], undefined, { kind: 'none' }],
    ['a passphrase', [], 'six words', { kind: 'age-passphrase', passphrase: 'six words' }],
    ['one recipient', [first], undefined, { kind: 'age-recipients', recipients: [first] }],
    [
      'several, in order',
      [second, first],
      undefined,
      { kind: 'age-recipients', recipients: [second, first] },
    ],
    ['one twice', [first, second, first], undefined, { kind: 'age-recipients', recipients: [first, second] }],
    ['comments', ['# ops', first, '# cto'], undefined, { kind: 'age-recipients', recipients: [first] }],
    ['post-quantum', [quantum], undefined, { kind: 'age-recipients', recipients: [quantum] }],
  ])('takes %s', async (_what, recipients, passphrase, expected) => {
    expect(await encryptionOf(recipients, passphrase)).toEqual(expected);
  });

  it.each<[string, string[], RegExp]>([
    ['a secret key', [first, identity], /^Entry 2 of input "recipients" is a secret key.*age-keygen -y/],
    ['one in small letters', [identity.toLowerCase()], /^Entry 1 .* is a secret key/],
    ['one with its head cut off', [identity.slice(4)], /is a secret key/],
    ['an SSH private key', ['-----BEGIN OPENSSH PRIVATE KEY-----', 'b3BlbnNzaC1'], /^Entry 1 .* secret key/],
    ['an SSH key', ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@host'], /is an SSH key.*age-keygen/],
    ['junk', ['hunter2-the-password'], /^Entry 1 .* is not an age public key/],
    ['a key in capitals', [first.toUpperCase()], /is not an age public key/],
    ['two keys on a line', [`${first}, ${second}`], /is not an age public key/],
    ['only comments', ['# age1...'], /only comments/],
    ['two kinds', [first, quantum], /mixes post-quantum/],
  ])('refuses %s', async (_what, recipients, expected) => {
    const shown = await refusal(recipients);
    expect(shown).toMatch(expected);
    for (const each of recipients) expect(shown).not.toContain(each);
  });

  it('shows a public key that is damaged, shortened where it is long', async () => {
    const letter = first.endsWith('q') ? 'p' : 'q';
    const damaged = first.slice(0, -1) + letter;
    const shown = await refusal([first, damaged]);
    expect(shown).toMatch(/^Entry 2 .* is damaged or of a kind/);
    expect(shown).toContain(damaged);
    const long = quantum.slice(0, -1) + (quantum.endsWith('q') ? 'p' : 'q');
    expect((await refusal([long])).length).toBeLessThan(400);
  });

  it('refuses a recipient of a plugin', async () => {
    // The Yubikey plugin's example key; its prefix is another, so its checksum is right and it is still no X25519 key.
    const plugin = 'age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t';
    expect(await refusal([plugin])).toMatch(/a kind that only an age plugin knows/);
  });

  it('refuses an empty passphrase', async () => {
    expect(await refusal([], '')).toMatch(/"passphrase" is empty/);
  });
});

describe('describeEncryption', () => {
  it.each<[Encryption, RegExp]>([
    [{ kind: 'none' }, /^Backups are not encrypted: .*check that the secret or variable/],
    [{ kind: 'age-recipients', recipients: [first] }, /^Backups are encrypted with age to 1 recipient\.$/],
    [{ kind: 'age-recipients', recipients: [first, second] }, /to 2 recipients\.$/],
    [
      { kind: 'age-passphrase', passphrase: 'six words' },
      /^Backups are encrypted with age by the passphrase\.$/,
    ],
  ])('of %j', (encryption, expected) => {
    expect(describeEncryption(encryption)).toMatch(expected);
  });
});
