import { describe, expect, it } from '@jest/globals';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { failuresOf } from '../../src/base/failure.js';
import { identitiesOf } from '../../src/codec/identities.js';

const one = await generateX25519Identity();
const publicKey = await identityToRecipient(one);
const two = await generateHybridIdentity();

describe('identitiesOf', () => {
  it.each<[string, string, string[]]>([
    ['a bare key', one, [one]],
    ['what age-keygen writes', `# created: 2026-11-20\n# public key: age1x\n${one}\n`, [one]],
    ['several, with space and Windows line ends', `${one}\r\n\r\n  ${two} \r\n`, [one, two]],
    ['one twice', `${one}\n${one}`, [one]],
  ])('reads %s', async (_what, text, expected) => {
    expect(await identitiesOf(text)).toEqual(expected);
  });

  it.each<[string, string, RegExp]>([
    ['nothing', '', /holds no secret key/],
    ['comments alone', '# a\n#b', /holds no secret key/],
    ['a public key', `${one}\n${publicKey}`, /^Line 2 .* public key/],
    ['a damaged key', `# x\n${one.slice(0, -1)}`, /^Line 2 .* is not an age secret key, or is damaged/],
    ['a key in small letters', one.toLowerCase(), /in capitals/],
    ['a plugin', 'AGE-PLUGIN-YUBIKEY-1QYQSZQGZ', /^Line 1 .* belongs to an age plugin/],
    ['an SSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', /another kind of key/],
    ['an encrypted identity file', 'age-encryption.org/v1\n-> scrypt', /itself encrypted/],
    ['anything else', 'hunter2', /is not an age secret key/],
  ])('refuses %s', async (_what, text, expected) => {
    const error: unknown = await identitiesOf(text).catch((thrown: unknown) => thrown);
    expect(error).toHaveProperty('name', 'UserError');
    const [failure] = failuresOf(error);
    expect(failure?.message).toMatch(expected);
    expect(failure?.details).toEqual([]);
    const secrets = text.split('\n').filter((line) => line.length > 6 && !line.startsWith('age'));
    for (const secret of secrets) expect(failure?.message).not.toContain(secret);
  });
});
