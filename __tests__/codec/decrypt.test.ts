import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
  Stanza,
} from 'age-encryption';
import { passphraseKey, WRAP_NONCE } from '../../src/codec/age.js';
import { decryptStage, encryptStage, type DecryptionKeys } from '../../src/codec/index.js';
import type { Encryption } from '../../src/codec/types.js';
import { Random } from '../support/random.js';
import { noise, pieces, piped, through } from './bytes.js';

const CHUNK = 64 * 1024;
const SEALED = CHUNK + 16;
const SIZES = [0, 1, 65535, 65536, 65537, 131_071, 131_072, 131_073, 5_000_000];

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const stranger = await generateX25519Identity();
const toRecipient: Encryption = { kind: 'age-recipients', recipients: [recipient] };
const byIdentity: DecryptionKeys = { identities: [identity] };

async function encrypted(bytes: Uint8Array, encryption: Encryption = toRecipient): Promise<Buffer> {
  return through(await encryptStage(encryption), piped(bytes));
}

function decrypted(bytes: Uint8Array, keys: DecryptionKeys = byIdentity): Promise<Buffer> {
  return through(decryptStage(keys, 'a.age'), piped(bytes));
}

/** Where the payload's chunks begin. */
function headerEnd(file: Buffer): number {
  return file.indexOf('\n', file.indexOf('\n--- ') + 1) + 1 + 16;
}

/** What was released, and how it ended. */
async function outcome(file: Uint8Array, keys = byIdentity): Promise<{ released: Buffer; error: string }> {
  const chunks: Uint8Array[] = [];
  let error = '';
  try {
    for await (const chunk of decryptStage(keys, 'a.age')(piped(file))) chunks.push(chunk);
  } catch (thrown) {
    expect(thrown).toHaveProperty('name', 'UserError');
    error = (thrown as Error).message;
  }
  return { released: Buffer.concat(chunks), error };
}

describe('encryptStage and decryptStage', () => {
  it.each(SIZES)('bring back %i bytes', async (size) => {
    const plain = noise(size);
    const file = await encrypted(plain);
    expect(file.length).toBe(headerEnd(file) + size + 16 * Math.max(1, Math.ceil(size / CHUNK)));
    expect((await decrypted(file)).equals(plain)).toBe(true);
  });

  it('give the same whatever pieces the bytes come in', async () => {
    const plain = noise(3 * CHUNK + 100);
    const random = new Random(1);
    const sizes = [() => 1 + random.below(3000), () => CHUNK, () => SEALED, () => 1e6, () => 7001];
    for (const size of sizes) {
      const file = await through(await encryptStage(toRecipient), pieces(plain, size));
      expect((await decrypted(file)).equals(plain)).toBe(true);
      const again = await through(decryptStage(byIdentity, 'a.age'), pieces(file, size));
      expect(again.equals(plain)).toBe(true);
    }
    const small = noise(50);
    const bytewise = await through(
      await encryptStage(toRecipient),
      pieces(small, () => 1),
    );
    expect(
      await through(
        decryptStage(byIdentity, 'a.age'),
        pieces(bytewise, () => 1),
      ),
    ).toEqual(small);
  });

  it('do not keep what their source may use again', async () => {
    const shared = Buffer.alloc(1000);
    // eslint-disable-next-line @typescript-eslint/require-await -- a source with one buffer
    async function* source(): AsyncIterable<Uint8Array> {
      for (let index = 0; index < 200; index += 1) yield shared.fill(index);
    }
    const expected = Buffer.concat(Array.from({ length: 200 }, (_, index) => Buffer.alloc(1000, index)));
    const file = await through(await encryptStage(toRecipient), source());
    expect((await decrypted(file)).equals(expected)).toBe(true);
  });

  it('never use a key twice', async () => {
    const plain = Buffer.from('the same');
    const stage = await encryptStage(toRecipient);
    const files = [
      await through(stage, piped(plain)),
      await through(stage, piped(plain)),
      await encrypted(plain),
    ];
    const payloads = files.map((file) => file.subarray(headerEnd(file)).toString('hex'));
    expect(new Set(payloads).size).toBe(3);
    for (const file of files) expect(await decrypted(file)).toEqual(plain);
  });

  it('pass bytes on unchanged where there is no encryption', async () => {
    const plain = noise(100);
    expect(await encrypted(plain, { kind: 'none' })).toEqual(plain);
  });

  it('hand on the failure of their source, and close it when nobody reads on', async () => {
    // eslint-disable-next-line @typescript-eslint/require-await -- a source that fails
    async function* failing(): AsyncIterable<Uint8Array> {
      yield noise(CHUNK * 2);
      throw new Error('the dump failed');
    }
    await expect(through(await encryptStage(toRecipient), failing())).rejects.toThrow('the dump failed');
    let closed = 0;
    // eslint-disable-next-line @typescript-eslint/require-await -- a source that never ends
    async function* endless(piece: Uint8Array): AsyncIterable<Uint8Array> {
      try {
        for (;;) yield piece;
      } finally {
        closed += 1;
      }
    }
    const reader = (await encryptStage(toRecipient))(endless(noise(CHUNK)))[Symbol.asyncIterator]();
    for (let reads = 0; reads < 5; reads += 1) await reader.next();
    await reader.return?.();
    expect(closed).toBe(1);
    await expect(through(decryptStage(byIdentity, 'a.age'), endless(noise(10)))).rejects.toThrow();
    expect(closed).toBe(2);
  });
});

describe('who can read', () => {
  it('any of several recipients, and nobody else', async () => {
    const others = [await generateX25519Identity(), await generateX25519Identity()];
    const recipients = [recipient, ...(await Promise.all(others.map(identityToRecipient)))];
    const file = await encrypted(Buffer.from('shop'), { kind: 'age-recipients', recipients });
    for (const each of [identity, ...others])
      expect((await decrypted(file, { identities: [stranger, each] })).toString()).toBe('shop');
    const { released, error } = await outcome(file, { identities: [stranger] });
    expect(error).toMatch(/^Wrong key: .*a\.age.*secret key of one of the recipients/);
    expect(released.length).toBe(0);
  });

  it('a post-quantum recipient', async () => {
    const hybrid = await generateHybridIdentity();
    const recipients = [await identityToRecipient(hybrid)];
    const file = await encrypted(Buffer.from('shop'), { kind: 'age-recipients', recipients });
    expect((await decrypted(file, { identities: [hybrid] })).toString()).toBe('shop');
    expect((await outcome(file)).error).toMatch(/^Wrong key/);
  });

  it('whoever knows the passphrase; the library agrees on the format both ways', async () => {
    const passphrase = 'ünder 6 words ☂';
    const file = await encrypted(Buffer.from('shop'), { kind: 'age-passphrase', passphrase });
    expect((await decrypted(file, { passphrase })).toString()).toBe('shop');
    const decrypter = new Decrypter();
    decrypter.addPassphrase(passphrase);
    expect(await decrypter.decrypt(file, 'text')).toBe('shop');
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(10);
    encrypter.setPassphrase(passphrase);
    const theirs = await encrypter.encrypt('theirs');
    expect((await decrypted(theirs, { passphrase })).toString()).toBe('theirs');
    expect((await outcome(theirs, { passphrase: 'other' })).error).toMatch(/^Wrong passphrase for a\.age/);
    expect((await outcome(theirs)).error).toMatch(/encrypted with a passphrase, and none was given/);
    expect((await outcome(await encrypted(noise(1)), { passphrase })).error).toMatch(/no identity was given/);
  });

  it('refuses to spend gigabytes on a passphrase', async () => {
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(10);
    encrypter.setPassphrase('x');
    const file = Buffer.from(await encrypter.encrypt('shop'));
    const text = file.toString('latin1').replace(/(-> scrypt \S+) 10\n/, '$1 30\n');
    const { error } = await outcome(Buffer.from(text, 'latin1'), { passphrase: 'x' });
    expect(error).toMatch(/a\.age asks for scrypt work factor 30/);
  });

  it('refuses a passphrase in the company of recipients, who could have put it there', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient({
      async wrapFileKey(key) {
        const salt = noise(16);
        const wrapKey = await passphraseKey('x', salt, 10);
        const cipher = createCipheriv('chacha20-poly1305', wrapKey, WRAP_NONCE, { authTagLength: 16 });
        const body = Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]);
        return [new Stanza(['scrypt', salt.toString('base64').slice(0, 22), '10'], body)];
      },
    });
    const alone = await encrypter.encrypt('shop');
    expect((await decrypted(alone, { passphrase: 'x' })).toString()).toBe('shop');
    encrypter.addRecipient(recipient);
    expect((await outcome(await encrypter.encrypt('shop'), { passphrase: 'x' })).error).toMatch(
      /header was altered/,
    );
  });
});

describe('decryptStage on a file that is not as it was written', () => {
  const plain = noise(3 * CHUNK);

  it('notices that it was cut off, wherever', async () => {
    const file = await encrypted(plain);
    const start = headerEnd(file);
    const cuts: [number, RegExp, number][] = [
      [0, /is truncated: its age header is not complete/, 0],
      [10, /is truncated: its age header/, 0],
      [start - 20, /is truncated: its age header/, 0],
      [start - 1, /is truncated: its age header/, 0],
      [start, /is truncated: it ends in the middle/, 0],
      [start + 5, /is truncated: it ends in the middle/, 0],
      [start + 16, /was altered: .*cut off/, 0],
      [start + 1000, /was altered: .*cut off/, 0],
      [start + SEALED - 1, /was altered: .*cut off/, 0],
      [start + SEALED, /is truncated: the last part/, 0],
      [start + SEALED + 1, /is truncated: it ends in the middle/, 1],
      [start + SEALED + 16, /is truncated: it ends in the middle/, 1],
      [start + 2 * SEALED, /is truncated: the last part/, 1],
      [start + 3 * SEALED - 1, /was altered: .*after byte 131072 .*cut off/, 2],
    ];
    for (const [length, expected, whole] of cuts) {
      const { released, error } = await outcome(file.subarray(0, length));
      expect([length - start, error]).toEqual([length - start, expect.stringMatching(expected)]);
      expect(released.equals(plain.subarray(0, whole * CHUNK))).toBe(true);
    }
    expect((await outcome(file)).error).toBe('');
  });

  it('notices every altered byte of header, nonce, data and tag, and releases nothing of that chunk', async () => {
    const file = await encrypted(plain.subarray(0, CHUNK + 100));
    const start = headerEnd(file);
    const places = [
      ...Array(start).keys(),
      start,
      start + 40_000,
      start + SEALED - 1,
      start + SEALED,
      file.length - 1,
    ];
    for (const place of places) {
      const altered = Buffer.from(file);
      altered[place] = (altered[place] ?? 0) ^ 1;
      const { released, error } = await outcome(altered);
      expect([place, error]).toEqual([
        place,
        expect.stringMatching(/altered|Wrong key|not an age file|truncated/),
      ]);
      expect(released.length).toBe(place < start + SEALED ? 0 : CHUNK);
    }
  });

  it('notices chunks that are missing, moved or added', async () => {
    const file = await encrypted(plain);
    const start = headerEnd(file);
    const head = file.subarray(0, start);
    const [one, two, three] = [0, 1, 2].map((index) =>
      file.subarray(start + index * SEALED, start + (index + 1) * SEALED),
    ) as [Buffer, Buffer, Buffer];
    for (const chunks of [[two, one, three], [one, three], [two, three], [one, two, three, three], [three]]) {
      expect((await outcome(Buffer.concat([head, ...chunks]))).error).toMatch(/was altered/);
    }
    for (const rest of [Buffer.from('\n'), noise(100), noise(SEALED)])
      expect((await outcome(Buffer.concat([file, rest]))).error).toMatch(/altered|truncated/);
  });

  it.each<[string, Buffer, RegExp]>([
    ['a dump in plain text', Buffer.from('PGDMP\x01\x0e'), /is not an age file: it is not encrypted/],
    ['something long', noise(100_000), /is not an age file/],
    ['a later version', Buffer.from('age-encryption.org/v2\n-> x\n'), /is not an age file/],
    ['armor', Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n'), /is an armored age file/],
    [
      'a header without an end',
      Buffer.from(`age-encryption.org/v1\n${'a'.repeat(2e6)}`),
      /header was altered/,
    ],
    [
      'a header of junk',
      Buffer.from(`age-encryption.org/v1\njunk\n--- x\n${'a'.repeat(40)}`),
      /header was altered/,
    ],
  ])('refuses %s', async (_what, file, expected) => {
    const { released, error } = await outcome(file);
    expect(error).toMatch(expected);
    expect(released.length).toBe(0);
  });
});
