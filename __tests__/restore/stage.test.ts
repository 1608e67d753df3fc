import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DecryptionKeys } from '../../src/codec/index.js';
import type { Encryption } from '../../src/codec/types.js';
import { hasPrograms } from '../codec/bytes.js';
import { Desk, FINGERPRINT, fingerprintFile, Shelf, tarOf, text, type Files } from './stage-rig.js';

const here = hasPrograms('staging of what a test made', ['zstd', 'lz4', 'gzip', 'tar']);

const DUMP = text(30_000);
const GLOBALS = Buffer.from('CREATE ROLE app;\n');
const FOLDER: Files = { 'toc.dat': Buffer.from('PGDMP'), '3001.dat.zst': DUMP, 'blobs.toc': Buffer.alloc(0) };

(here ? describe : describe.skip)('staging', () => {
  let desk: Desk;
  let identity: string;
  let recipient: string;
  const shelves: Shelf[] = [];
  const shelf = async (...args: Parameters<typeof Shelf.of>): Promise<Shelf> => {
    const made = await Shelf.of(...args);
    shelves.push(made);
    return made;
  };

  beforeAll(async () => {
    identity = await generateIdentity();
    recipient = await identityToRecipient(identity);
  });
  beforeEach(() => {
    desk = new Desk();
  });
  afterEach(() => {
    desk.end();
    for (const made of shelves.splice(0)) made.end();
  });

  const encryptions = (): [Encryption, DecryptionKeys][] => [
    [{ kind: 'none' }, {}],
    [{ kind: 'age-recipients', recipients: [recipient] }, { identities: [identity] }],
  ];

  it.each([
    ['database.dump', 'custom', 'database.dump'],
    ['database.dump.zst', 'custom', 'database.dump'],
    ['database.sql', 'plain', 'database.sql'],
    ['database.sql.zst', 'plain', 'database.sql'],
    ['database.sql.gz', 'plain', 'database.sql'],
    ['database.sql.lz4', 'plain', 'database.sql'],
  ])('puts %s there, decrypted and unpacked, for nobody else to read', async (stored, format, name) => {
    for (const [encryption, keys] of encryptions()) {
      const made = await shelf(
        { [stored]: DUMP, 'globals.sql.zst': GLOBALS, ...fingerprintFile() },
        encryption,
      );
      const staged = await desk.stage([made], keys);
      expect(staged).toMatchObject({ format, fingerprint: FINGERPRINT, manifest: made.manifest });
      expect(staged.path.endsWith(`/${name}`)).toBe(true);
      expect(readFileSync(staged.path).equals(DUMP)).toBe(true);
      expect(readFileSync(staged.globals ?? '').equals(GLOBALS)).toBe(true);
      expect(staged.bytes).toBe(made.manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0));
      for (const path of [staged.path, staged.globals ?? '']) expect(statSync(path).mode & 0o777).toBe(0o600);
      const folder = dirname(staged.path);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(dirname(folder)).toBe(desk.tempDir);
      await staged.remove();
      await staged.remove();
      desk.requireNothing();
    }
    expect(desk.said.warnings).toEqual([]);
  });

  it.each(['database.dir.tar', 'database.dir.tar.zst', 'database.dir.tar.gz'])(
    'makes a folder of %s',
    async (stored) => {
      for (const [encryption, keys] of encryptions()) {
        const made = await shelf({ [stored]: tarOf(FOLDER) }, encryption);
        const staged = await desk.stage([made], keys);
        expect(staged).toMatchObject({ format: 'directory', globals: undefined, fingerprint: undefined });
        expect(readdirSync(staged.path).sort()).toEqual(Object.keys(FOLDER).sort());
        for (const [name, bytes] of Object.entries(FOLDER)) {
          expect(readFileSync(join(staged.path, name)).equals(bytes)).toBe(true);
          expect(statSync(join(staged.path, name)).mode & 0o777).toBe(0o600);
        }
        await staged.remove();
        desk.requireNothing();
      }
    },
  );

  it('opens what a passphrase encrypts', async () => {
    const passphrase = 'open sesame';
    const made = await shelf(
      { 'database.sql.zst': DUMP, ...fingerprintFile() },
      { kind: 'age-passphrase', passphrase },
    );
    const staged = await desk.stage([made], { passphrase });
    expect(readFileSync(staged.path).equals(DUMP)).toBe(true);
    expect(staged.fingerprint).toEqual(FINGERPRINT);
    await staged.remove();
  });

  it('tells how far it is, in bytes of all the parts', async () => {
    const made = await shelf({ 'database.dump': DUMP, 'RECOVERY.md': GLOBALS, ...fingerprintFile() });
    await (await desk.stage([made], {}, { everyPart: true })).remove();
    const total = made.manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(desk.said.updates.at(-1)).toEqual({
      label: `Fetching ${made.manifest.id}`,
      bytes: total,
      share: 1,
    });
    const bytes = desk.said.updates.map((update) => update.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(bytes.length).toBeGreaterThan(10);
    expect(desk.said.text).toMatch(/unpacked to .*: up to 1\.\d MiB, and .* are free/);
  });

  it('looks at what no restore needs only when it is told to', async () => {
    const made = (await shelf({ 'database.dump': DUMP, 'RECOVERY.md': GLOBALS })).lose('RECOVERY');
    await (await desk.stage([made])).remove();
    await expect(desk.stage([made], {}, { everyPart: true })).rejects.toThrow(/RECOVERY\.md is missing/);
    desk.requireNothing();
  });

  it('says that a key is not needed', async () => {
    const made = await shelf({ 'database.dump': DUMP });
    await (await desk.stage([made], { passphrase: 'open sesame' })).remove();
    expect(desk.said.text).toMatch(/is not encrypted: the passphrase is not needed/);
    expect(desk.said.warnings).toEqual([]);
  });

  it('fetches what is small before what is large', async () => {
    const asked: string[] = [];
    const made = await shelf({ 'database.dump': DUMP, 'globals.sql': GLOBALS, ...fingerprintFile() });
    made.through((store) => ({
      get: (key) => {
        asked.push(key.split('/').at(-1) ?? '');
        return store.get(key);
      },
    }));
    await (await desk.stage([made])).remove();
    expect(asked).toEqual(['fingerprint.json', 'globals.sql', 'database.dump']);
  });
});
