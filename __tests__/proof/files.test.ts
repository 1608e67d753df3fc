// What can happen to a backup's files in storage.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readFileSync } from 'node:fs';
import { Rig, rigMissing, type Published } from '../support/backup-rig.js';
import { verify } from '../support/verify-rig.js';
import { Forgery } from './forge.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: damaged files: ${rigMissing}\n`);

/** A chunk of an age file, and its tag. */
const AGE_CHUNK = 64 * 1024 + 16;

const flip = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

/** Where the first chunk of an age file ends: after its header and a nonce of 16 bytes. */
const firstBorder = (bytes: Buffer): number =>
  bytes.indexOf('\n', bytes.indexOf('\n--- ') + 1) + 1 + 16 + AGE_CHUNK;

(rigMissing === undefined ? describe : describe.skip)('a backup in storage of which', () => {
  let rig: Rig;
  let identity: string;
  let plain: Published;
  let later: Published;
  let sealed: Published;
  let other: Published;

  beforeAll(async () => {
    identity = await generateIdentity();
    const recipients = await identityToRecipient(identity);
    rig = await Rig.start(15);
    const base = await rig.database('base');
    const sql = readFileSync(new URL('base.sql', import.meta.url), 'utf8');
    await base.exec(...sql.split(/;\n/).filter((statement) => statement.trim() !== ''));
    plain = await rig.publish('base', { globals: 'true' });
    const encrypted = { recipients, compression: 'none' };
    sealed = await rig.publish('base', encrypted);
    await base.exec('DELETE FROM app.orders WHERE id < 100');
    later = await rig.publish('base');
    other = await rig.publish('base', encrypted);
  });
  afterAll(() => rig.stop());

  const all: Record<string, [() => Forgery, RegExp]> = {
    'the last byte is missing': [
      () => new Forgery(plain.folder, 'base').damage('database.', (bytes) => bytes.subarray(0, -1)),
      /database\.dump.* is truncated/,
    ],
    'half is missing': [
      () =>
        new Forgery(sealed.folder, 'base').damage('database.', (bytes) =>
          bytes.subarray(0, bytes.length / 2),
        ),
      /database\.dump\.age is truncated/,
    ],
    'everything after a border of chunks is missing': [
      () =>
        new Forgery(sealed.folder, 'base').damage('database.', (bytes) =>
          bytes.subarray(0, firstBorder(bytes)),
        ),
      /database\.dump\.age is truncated/,
    ],
    'everything after a border of chunks is missing, and the manifest says so too': [
      () =>
        new Forgery(sealed.folder, 'base').forge('database.', (bytes) =>
          bytes.subarray(0, firstBorder(bytes)),
        ),
      /the last part of its data is missing/,
    ],
    'a byte was added': [
      () =>
        new Forgery(plain.folder, 'base').damage('database.', (bytes) =>
          Buffer.concat([bytes, Buffer.from('x')]),
        ),
      /is longer than it should be/,
    ],
    'one bit flipped': [
      () => new Forgery(plain.folder, 'base').damage('database.', (bytes) => flip(bytes, bytes.length >> 1)),
      /was altered: its SHA-256/,
    ],
    'one bit flipped in an encrypted part, and the manifest says so too': [
      () => new Forgery(sealed.folder, 'base').forge('database.', (bytes) => flip(bytes, bytes.length >> 1)),
      /fails authentication/,
    ],
    'the header of the encryption was altered': [
      () => new Forgery(sealed.folder, 'base').damage('database.', (bytes) => flip(bytes, 5)),
      /was altered|is not an age file/,
    ],
    'a part is empty': [
      () => new Forgery(plain.folder, 'base').damage('database.', () => Buffer.alloc(0)),
      /is empty/,
    ],
    'a part is missing': [() => new Forgery(plain.folder, 'base').remove('globals.'), /is missing/],
    'the instructions were altered': [
      () => new Forgery(plain.folder, 'base').damage('RECOVERY', (bytes) => flip(bytes, 9)),
      /RECOVERY\.md.*was altered/,
    ],
    'the dump is that of another backup': [
      () =>
        new Forgery(sealed.folder, 'base').damage('database.', () =>
          new Forgery(other.folder, 'base').read('database.'),
        ),
      /was altered|is truncated|is longer/,
    ],
    'the dump is that of another backup, and the manifest says so too': [
      () =>
        new Forgery(plain.folder, 'base').forge('database.', () =>
          new Forgery(later.folder, 'base').read('database.'),
        ),
      /app\.orders/,
    ],
    'the fingerprint is that of another backup': [
      () =>
        new Forgery(plain.folder, 'base').forge('fingerprint', () =>
          new Forgery(later.folder, 'base').read('fingerprint'),
        ),
      /is that of another backup/,
    ],
    'the fingerprint was edited': [
      () =>
        new Forgery(plain.folder, 'base').damage('fingerprint', (bytes) =>
          Buffer.from(bytes.toString().replace('"rows": 5000', '"rows": 5001')),
        ),
      /was altered/,
    ],
    'the fingerprint was edited, and the manifest says so too': [
      () =>
        new Forgery(plain.folder, 'base')
          .forge('fingerprint', (bytes) =>
            Buffer.from(bytes.toString().replace('"rows": 5000', '"rows": 5001')),
          )
          .manifest((manifest) => {
            if (manifest.totals !== null) manifest.totals.rows += 1;
          }),
      /app\.orders/,
    ],
    'the manifest was edited': [
      () =>
        new Forgery(plain.folder, 'base').manifest((manifest) => {
          if (manifest.totals !== null) manifest.totals.rows += 1;
        }),
      /do not agree on how many rows/,
    ],
    'the manifest names no dump': [
      () =>
        new Forgery(plain.folder, 'base').manifest((manifest) => {
          manifest.parts = manifest.parts.filter(({ file }) => !file.startsWith('database'));
        }),
      /does not name exactly one file/,
    ],
    'the dump is of a pg_dump that failed': [
      () =>
        new Forgery(plain.folder, 'base').forge('database.', (bytes) =>
          bytes.subarray(0, bytes.length - 5000),
        ),
      /./,
    ],
  };

  it.each(Object.entries(all))('%s fails', async (_name, [make, message]) => {
    const forged = make();
    const { result, error } = await verify(15, { storage: forged.url, identity, control: 'false' });
    forged.end();
    expect(error).toBeUndefined();
    expect(result?.report.verdict).toBe('failed');
    const red = result?.report.findings.filter(
      ({ verdict, minor }) => verdict === 'different' && minor !== true,
    );
    expect(JSON.stringify(red)).toMatch(message);
  });

  it.each([
    ['the key is another', async () => generateIdentity(), /Wrong key/],
    ['the key is missing', async () => Promise.resolve(''), /is encrypted, and no key was given/],
  ])('%s is no verdict', async (_name, key, message) => {
    const copy = new Forgery(sealed.folder, 'base');
    const { result, error } = await verify(15, { storage: copy.url, identity: await key() });
    copy.end();
    expect(result).toBeUndefined();
    expect(String(error)).toMatch(message);
  });

  it('nothing happened to passes, encrypted or not', async () => {
    for (const { folder } of [plain, sealed]) {
      const copy = new Forgery(folder, 'base');
      const { result, error } = await verify(15, { storage: copy.url, identity });
      copy.end();
      expect(error).toBeUndefined();
      expect(result?.report).toMatchObject({ verdict: 'passed', control: { outcome: 'noticed' } });
    }
  });
});
