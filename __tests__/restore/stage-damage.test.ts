// Copies of a backup that are not what was stored.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { existsSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../src/backup/manifest.js';
import { KeyError, type DecryptionKeys } from '../../src/codec/index.js';
import type { Encryption } from '../../src/codec/types.js';
import { DamagedPartError } from '../../src/restore/stage/index.js';
import { hasPrograms } from '../codec/bytes.js';
import { Desk, failure, fingerprintFile, Shelf, tarOf, text, type Files } from './stage-rig.js';

const here = hasPrograms('staging of damaged backups', ['zstd', 'lz4', 'gzip', 'tar']);

const DUMP = text(10_000);
const FILES: Files = { 'database.dump': DUMP, 'globals.sql': Buffer.from('--\n'), ...fingerprintFile() };
/** A chunk of an age file, and its tag. */
const AGE_CHUNK = 64 * 1024 + 16;

type Change = (bytes: Buffer) => Uint8Array;

const flip =
  (at: (bytes: Buffer) => number): Change =>
  (bytes) => {
    const copy = Buffer.from(bytes);
    const index = at(bytes);
    copy[index] = (copy[index] ?? 0) ^ 1;
    return copy;
  };
/** Where the first chunk of an age file ends: after its header and a nonce of 16 bytes. */
const border = (bytes: Buffer): number =>
  bytes.indexOf('\n', bytes.indexOf('\n--- ') + 1) + 1 + 16 + AGE_CHUNK;
const cut =
  (at: (bytes: Buffer) => number): Change =>
  (bytes) =>
    bytes.subarray(0, at(bytes));
const nothing: Change = () => Buffer.alloc(0);
const more: Change = (bytes) => Buffer.concat([bytes, Buffer.from('x')]);

(here ? describe : describe.skip)('staging refuses', () => {
  let desk: Desk;
  let identity: string;
  let sealed: Encryption;
  let keys: DecryptionKeys;
  const shelves: Shelf[] = [];
  const shelf = async (...args: Parameters<typeof Shelf.of>): Promise<Shelf> => {
    const made = await Shelf.of(...args);
    shelves.push(made);
    return made;
  };

  beforeAll(async () => {
    identity = await generateIdentity();
    sealed = { kind: 'age-recipients', recipients: [await identityToRecipient(identity)] };
    keys = { identities: [identity] };
  });
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => {
    desk.end();
    for (const made of shelves.splice(0)) made.end();
  });

  /** Stages what cannot be staged. @returns the message, and the file that is damaged */
  async function refusal(made: Shelf, own: DecryptionKeys = keys): Promise<[string, string]> {
    const error = await failure(desk.stage([made], own, { everyPart: true }));
    desk.requireNothing();
    if (!(error instanceof DamagedPartError)) throw error;
    return [error.message, error.file];
  }

  const OTHER = /Use another copy of the backup, or another backup\.$/;

  describe('stored bytes that are not those of the manifest:', () => {
    const damages: [string, Change, RegExp][] = [
      ['the last byte is missing', cut((bytes) => bytes.length - 1), /is truncated: [\d,]+ of [\d,]+ bytes/],
      ['half is missing', cut((bytes) => bytes.length >> 1), /is truncated/],
      ['cut where the store hands out chunks', cut(() => 4 * 65_536), /is truncated: 262,144 of/],
      ['only the first byte', cut(() => 1), /is truncated: 1 of/],
      ['empty', nothing, /is empty; it should have [\d,]+ bytes/],
      ['a byte more', more, /is longer than it should be: more than [\d,]+ bytes/],
      ['twice as long', (bytes) => Buffer.concat([bytes, bytes]), /is longer than it should be/],
      ['a flipped bit at its start', flip(() => 0), /was altered: its SHA-256 is [0-9a-f]{64}, and/],
      ['a flipped bit within', flip((bytes) => bytes.length >> 1), /was altered: its SHA-256/],
      ['a flipped bit at its end', flip((bytes) => bytes.length - 1), /was altered: its SHA-256/],
      ['zeroes', (bytes) => Buffer.alloc(bytes.length), /was altered: its SHA-256/],
    ];
    it.each(damages)('%s', async (_what, change, message) => {
      for (const encryption of [{ kind: 'none' } as const, sealed]) {
        const made = (await shelf(FILES, encryption)).damage('database.', change);
        const [said, file] = await refusal(made);
        expect(said).toMatch(message);
        expect(said).toContain(made.store.locate(`shop/${made.manifest.id}/${file}`));
        expect(said).toMatch(OTHER);
        expect(file).toBe(made.file('database.'));
      }
    });

    it.each([
      ['after the header of the encryption', (bytes: Buffer) => border(bytes) - AGE_CHUNK],
      ['after the first chunk of the encryption', border],
      ['within its header', () => 30],
    ])('cut %s', async (_where, at) => {
      expect(await refusal((await shelf(FILES, sealed)).damage('database.', cut(at)))).toEqual([
        expect.stringContaining('is truncated'),
        'database.dump.age',
      ]);
    });

    it.each(['globals.', 'fingerprint.', 'RECOVERY'])('a small one: %s', async (start) => {
      const all = { ...FILES, 'RECOVERY.md': Buffer.from('# how') };
      const made = (await shelf(all, sealed)).damage(
        start,
        flip(() => 2),
      );
      expect(await refusal(made)).toEqual([
        expect.stringContaining('was altered: its SHA-256'),
        made.file(start),
      ]);
    });

    it('compressed ones, whatever the program says of them', async () => {
      for (const end of ['zst', 'gz', 'lz4']) {
        const made = (await shelf({ [`database.sql.${end}`]: DUMP })).damage(
          'database.',
          flip((bytes) => bytes.length >> 1),
        );
        expect((await refusal(made))[0]).toMatch(/was altered: its SHA-256/);
      }
    });

    it.each(['database.', 'globals.', 'fingerprint.'])('missing: %s', async (start) => {
      const made = await shelf(FILES);
      const file = made.file(start);
      expect(await refusal(made.lose(start))).toEqual([expect.stringMatching(`${file} is missing.`), file]);
    });

    it('those of another backup', async () => {
      const other = await shelf({ ...FILES, 'database.dump': text(9_999) }, sealed);
      const swapped = (await shelf(FILES, sealed)).damage('database.', () => other.read('database.'));
      expect((await refusal(swapped))[0]).toMatch(/is truncated/);
      const strange = await Shelf.of(FILES, {
        kind: 'age-recipients',
        recipients: [await identityToRecipient(await generateIdentity())],
      });
      shelves.push(strange);
      // The key that opened the fingerprint must open the dump too.
      const foreign = (await shelf(FILES, sealed)).damage('database.', () => strange.read('database.'));
      expect((await refusal(foreign))[0]).toMatch(/was altered: its SHA-256/);
    });

    it('a header that was altered is no wrong key', async () => {
      const made = await shelf(FILES, sealed);
      made.damage(
        'fingerprint.',
        flip((bytes) => bytes.indexOf('\n--- ') - 5),
      );
      expect(await refusal(made)).toEqual([
        expect.stringContaining('was altered: its SHA-256'),
        'fingerprint.json.age',
      ]);
    });
  });

  describe('stored bytes that the manifest was made to fit:', () => {
    it.each<[string, Change, RegExp]>([
      ['cut after the first chunk', cut(border), /the last part of its data is missing/],
      ['cut within a chunk', cut((bytes) => border(bytes) + 1000), /was altered.*may also be cut off/],
      ['cut within the header', cut(() => 30), /its age header is not complete/],
      ['a flipped bit', flip((bytes) => bytes.length >> 1), /fails authentication/],
      ['a flipped bit at the end', flip((bytes) => bytes.length - 1), /fails authentication/],
      ['more at the end', more, /fails authentication/],
      ['not encrypted', () => DUMP, /is not an age file/],
    ])('%s, encrypted', async (_what, change, message) => {
      const [said, file] = await refusal((await shelf(FILES, sealed)).forge('database.', change));
      expect(said).toMatch(message);
      expect(file).toBe('database.dump.age');
    });

    it.each<[string, Change]>([
      ['half is missing', cut((bytes) => bytes.length >> 1)],
      ['a flipped bit', flip((bytes) => bytes.length >> 1)],
      ['not compressed', () => DUMP],
      ['more than a little at the end', (bytes) => Buffer.concat([bytes, DUMP])],
    ])('%s, compressed', async (_what, change) => {
      for (const end of ['zst', 'gz', 'lz4']) {
        for (const encryption of [{ kind: 'none' } as const, sealed]) {
          const made = await shelf({ [`database.sql.${end}`]: DUMP }, encryption);
          if (encryption.kind === 'none') made.forge('database.', change);
          else {
            const inside = await shelf({ [`database.sql.${end}`]: DUMP });
            const bytes = change(inside.read('database.'));
            const resealed = await shelf({ 'database.sql': bytes }, sealed);
            made.forge('database.', () => resealed.read('database.'));
          }
          expect((await refusal(made))[0]).toMatch(
            /cannot be unpacked: .*(zstd|gzip|lz4) ended with exit code/,
          );
        }
      }
    });
  });

  describe('a dump that is a folder', () => {
    const FOLDER: Files = { 'toc.dat': Buffer.from('PGDMP'), '1.dat': DUMP };
    it.each<[string, (parent: string) => readonly string[], RegExp]>([
      [
        'with a link in it',
        (parent) => {
          symlinkSync('/etc/passwd', join(parent, 'database.dir', '2.dat'));
          return ['database.dir'];
        },
        /was altered: "2\.dat" in it is no plain file/,
      ],
      [
        'with the same file under two names',
        (parent) => {
          linkSync(join(parent, 'database.dir', '1.dat'), join(parent, 'database.dir', '2.dat'));
          return ['database.dir'];
        },
        /was altered: "[12]\.dat" in it is no plain file/,
      ],
      [
        'with a folder in it',
        (parent) => {
          mkdirSync(join(parent, 'database.dir', 'sub'));
          return ['database.dir'];
        },
        /was altered: "sub" in it is no plain file/,
      ],
      [
        'that is a link itself',
        (parent) => {
          mkdirSync(join(parent, 'x'));
          symlinkSync('/etc', join(parent, 'x', 'database.dir'));
          return ['-C', join(parent, 'x'), 'database.dir'];
        },
        /is no dump in the directory format/,
      ],
      [
        'without a table of contents',
        () => ['--exclude=toc.dat', 'database.dir'],
        /is no dump in the directory format: it has no toc.dat/,
      ],
      [
        'of another name',
        (parent) => {
          mkdirSync(join(parent, 'other'));
          return ['other'];
        },
        /cannot be unpacked: tar ended with exit code 2.*database\.dir: Not found/,
      ],
    ])('%s', async (_what, change, message) => {
      for (const end of ['', '.zst']) {
        const made = await shelf({ [`database.dir.tar${end}`]: tarOf(FOLDER, change) });
        expect((await refusal(made))[0]).toMatch(message);
      }
    });

    it('is not all that is in the archive: the rest is left there', async () => {
      const outside = join(desk.tempDir, '..', `pgkeep-outside-${process.pid}`);
      const archive = tarOf(FOLDER, (parent) => {
        writeFileSync(join(parent, 'evil'), 'x');
        return ['database.dir', `--transform=s,^evil$,${outside},`, 'evil'];
      });
      const staged = await desk.stage([await shelf({ 'database.dir.tar': archive })]);
      expect(existsSync(outside)).toBe(false);
      await staged.remove();
      desk.requireNothing();
    });

    it('whose archive is cut off, though the manifest fits', async () => {
      const cutOff = tarOf(FOLDER).subarray(0, 100_000);
      const made = await shelf({ 'database.dir.tar': cutOff });
      expect((await refusal(made))[0]).toMatch(/cannot be unpacked: tar ended .*Unexpected EOF/);
      expect((await refusal(await shelf({ 'database.dir.tar.zst': cutOff })))[0]).toMatch(/Unexpected EOF/);
    });
  });

  describe('a manifest that', () => {
    it.each<[string, (made: Shelf) => unknown, RegExp]>([
      [
        'names no dump',
        (made) => (made.manifest.parts = made.manifest.parts.slice(1)),
        /does not name exactly one file with the database/,
      ],
      [
        'names two dumps',
        (made) =>
          made.manifest.parts.push({
            ...(made.manifest.parts[0] as Manifest['parts'][0]),
            file: 'database.sql',
          }),
        /does not name exactly one file with the database/,
      ],
      [
        'names a dump of no known kind',
        (made) => made.part('database.', { file: 'database.dump.xz' }),
        /does not name exactly one file/,
      ],
      [
        'names a file twice',
        (made) => made.manifest.parts.push(made.manifest.parts[1] as Manifest['parts'][0]),
        /names a file twice/,
      ],
      ['has no SHA-256', (made) => made.part('globals.', { sha256: '' }), /has no SHA-256 of globals\.sql/],
      [
        'knows of no bytes',
        (made) => made.part('globals.', { bytes: 0 }),
        /says that globals\.sql has no bytes/,
      ],
      [
        'says it is encrypted when it is not',
        (made) => made.part('database.', { encryption: 'age-recipients' }),
        /says that the encryption of database\.dump is "age-recipients"/,
      ],
      [
        'names no fingerprint though it counts rows',
        (made) => (made.manifest.parts = made.manifest.parts.slice(0, 2)),
        /says how many rows there are, but names no fingerprint/,
      ],
      [
        'counts other rows',
        (made) => (made.manifest.totals = { tables: 2, rows: 41 }),
        /do not agree on how many rows/,
      ],
      [
        'counts other tables',
        (made) => (made.manifest.totals = { tables: 3, rows: 42 }),
        /do not agree on how many/,
      ],
    ])('%s', async (_what, change, message) => {
      const made = await shelf(FILES);
      change(made);
      const [said, file] = await refusal(made);
      expect(said).toMatch(message);
      expect(file).toBe('manifest.json');
    });

    it('leads out of its folder', async () => {
      const made = await shelf(FILES);
      made.part('globals.', { file: '../../../etc/globals.sql' });
      const error = await failure(desk.stage([made], {}, { everyPart: true }));
      expect(error.message).toMatch(/cannot name a stored object/);
      desk.requireNothing();
    });
  });

  describe('a fingerprint that', () => {
    it.each<[string, Record<string, unknown>, RegExp]>([
      [
        'is of another moment',
        { snapshotAt: '2026-11-19T02:00:01.120Z' },
        /is that of another backup.*different backups/,
      ],
      ['is of another database', { database: 'crm' }, /is that of another backup/],
      ['lacks its tables', { tables: undefined }, /is no fingerprint of a backup/],
      ['has a table that is none', { tables: [null] }, /is no fingerprint/],
      ['counts no rows', { tables: [{ schema: 'a', name: 'b', rows: null }] }, /is no fingerprint/],
      ['lacks what is needed', { requires: undefined }, /is no fingerprint/],
      ['has no version', { version: undefined }, /is no fingerprint/],
      ['has version 0', { version: 0 }, /is no fingerprint/],
    ])('%s', async (_what, changes, message) => {
      expect((await refusal(await shelf({ ...FILES, ...fingerprintFile(changes) })))[0]).toMatch(message);
    });

    it('is no JSON', async () => {
      const made = await shelf({ ...FILES, 'fingerprint.json': Buffer.from('{ "version": 1,') });
      expect(await refusal(made)).toEqual([
        'fingerprint.json is not JSON, so it is damaged.',
        'fingerprint.json',
      ]);
    });

    it('a newer pgkeep wrote, which is no damage', async () => {
      const made = await shelf({ ...FILES, ...fingerprintFile({ version: 2 }) });
      const error = await failure(desk.stage([made]));
      expect(error).not.toBeInstanceOf(DamagedPartError);
      expect(error.message).toMatch(/has format 2; this pgkeep reads format 1. Use a newer pgkeep/);
      desk.requireNothing();
    });
  });

  describe('a key that', () => {
    it('is another, by the small files alone', async () => {
      const made = await shelf(FILES, sealed);
      const asked: string[] = [];
      made.through((store) => ({ get: (key) => (asked.push(key), store.get(key)) }));
      const error = await failure(desk.stage([made], { identities: [await generateIdentity()] }));
      expect(error).toBeInstanceOf(KeyError);
      expect(error.message).toMatch(/Wrong key: .*fingerprint\.json\.age/);
      expect(asked).toHaveLength(1);
      desk.requireNothing();
    });

    it('is missing or of the wrong kind, before anything is fetched', async () => {
      const never = { get: () => Promise.reject(new Error('was asked for')) };
      const toRecipients = (await shelf(FILES, sealed)).through(() => never);
      const byPassphrase = (await shelf(FILES, { kind: 'age-passphrase', passphrase: 'x' })).through(
        () => never,
      );
      const said = async (made: Shelf, own: DecryptionKeys): Promise<string> => {
        const error = await failure(desk.stage([made], own));
        expect(error).toBeInstanceOf(KeyError);
        return error.message;
      };
      expect(await said(toRecipients, {})).toMatch(
        /is encrypted, and no key was given. Give the input identity: /,
      );
      expect(await said(byPassphrase, {})).toMatch(/no key was given. Give the input passphrase: /);
      expect(await said(toRecipients, { passphrase: 'x' })).toMatch(
        /does not open with the input passphrase. Give the input identity instead/,
      );
      expect(await said(byPassphrase, keys)).toMatch(
        /does not open with the input identity. Give the input passphrase instead/,
      );
      desk.requireNothing();
    });

    it('is another passphrase', async () => {
      const made = await shelf(FILES, { kind: 'age-passphrase', passphrase: 'open sesame' });
      const error = await failure(desk.stage([made], { passphrase: 'open barley' }));
      expect(error).toBeInstanceOf(KeyError);
      expect(error.message).toMatch(/Wrong passphrase for fingerprint\.json\.age/);
      expect(error.message).not.toMatch(/sesame|barley/);
      desk.requireNothing();
    });
  });
});
