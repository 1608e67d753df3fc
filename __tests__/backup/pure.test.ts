import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { SchemaHash } from '../../src/backup/fingerprint/schema-hash.js';
import { batches } from '../../src/backup/fingerprint/queries.js';
import type { CountedTable } from '../../src/backup/fingerprint/tables.js';
import { idTime, isId, newId } from '../../src/backup/id.js';
import { backupKey, logKey } from '../../src/backup/layout.js';
import { decodeManifest, ManifestError } from '../../src/backup/manifest.js';
import { DumpProgress } from '../../src/backup/progress.js';
import { silentReporter, type Progress } from '../../src/base/reporter.js';

describe('ids', () => {
  const at = new Date('2026-11-20T02:00:00.987Z');

  it('hold the second of their start, sort by it, and differ in the rest', () => {
    expect(newId(at, Uint8Array.of(0, 25, 26, 63))).toBe('20261120T020000Z-az27');
    expect(idTime('20261120T020000Z-k3fd')).toEqual(new Date('2026-11-20T02:00:00Z'));
    expect(newId(at) < newId(new Date(at.getTime() + 1000))).toBe(true);
    expect(new Set(Array.from({ length: 200 }, () => newId(at))).size).toBeGreaterThan(190);
    expect(isId(newId(at))).toBe(true);
  });

  it.each([
    '',
    '_log',
    '20261120T020000Z',
    '20261120T020000Z-k3f',
    '20261120T020000Z-K3FD',
    '../20261120T020000Z-k3fd',
    '20261120T020000Z-k3fd\n',
  ])('%j is none', (text) => expect(isId(text)).toBe(false));
});

describe('keys', () => {
  it('are a family, an id and a file', () => {
    expect(backupKey('shop', '20261120T020000Z-k3fd', 'manifest.json')).toBe(
      'shop/20261120T020000Z-k3fd/manifest.json',
    );
    expect(logKey('shop', new Date('2026-11-20T02:00:00.5Z'), '77')).toBe(
      'shop/_log/20261120T020000Z-77.json',
    );
  });
});

describe('manifests', () => {
  const good = {
    version: 1,
    id: 'x',
    name: 'n',
    database: 'd',
    startedAt: 's',
    snapshotAt: 't',
    parts: [],
    new: 1,
  };
  const decode = (value: unknown): unknown => decodeManifest(Buffer.from(JSON.stringify(value)), 'here');

  it('of this format are read, unknown fields and all', () => {
    expect(decode(good)).toEqual(good);
    expect(decode({ ...good, version: 1.4 })).toMatchObject({ version: 1.4 });
  });

  it.each([
    [{ ...good, version: 2 }, /Use pgkeep v2 or newer/],
    [{ ...good, version: '1' }, /no "version"/],
    [null, /no "version"/],
    [{ ...good, parts: undefined }, /damaged/],
    [{ ...good, id: 7 }, /damaged/],
  ])('%j is refused', (value, message) => {
    expect(() => decode(value)).toThrow(ManifestError);
    expect(() => decode(value)).toThrow(message);
  });

  it('that are cut short are refused', () => {
    expect(() => decodeManifest(Buffer.from('{"version": 1'), 'here')).toThrow(/here is not JSON/);
  });
});

describe('the hash of definitions', () => {
  const text =
    'SET x;\n\\restrict abc123\n\nCREATE TABLE "\\restrict" ();\n-- \\restrict no\n\\unrestrict abc123\n\\restricted\nlast';
  const kept = 'SET x;\n\nCREATE TABLE "\\restrict" ();\n-- \\restrict no\n\\restricted\nlast';

  it('leaves out the random lines and nothing else, however the text is cut', () => {
    const expected = createHash('sha256').update(kept).digest('hex');
    for (const size of [1, 2, 3, 7, 11, 13, 1000]) {
      const hash = new SchemaHash();
      for (let at = 0; at < text.length; at += size) hash.update(Buffer.from(text.slice(at, at + size)));
      expect({ size, hash: hash.digest() }).toEqual({ size, hash: expected });
    }
  });
});

describe('batches', () => {
  const table = (bytes: number | null): CountedTable => ({ bytes }) as CountedTable;
  const MIB = 1024 * 1024;

  it('hold small tables together, large and unknown ones alone, and lose none', () => {
    const sizes = [1, 1, 100 * MIB, 1, null, 40 * MIB, 30 * MIB, ...Array.from({ length: 150 }, () => 0)];
    const result = batches(sizes.map(table));
    expect(result.flat().map(({ bytes }) => bytes)).toEqual(sizes);
    expect(result.map((batch) => batch.length)).toEqual([2, 1, 1, 1, 1, 100, 51]);
  });
});

describe('progress', () => {
  it('goes by the tables that are done, and guesses within one', () => {
    const seen: Progress[] = [];
    const progress = new DumpProgress(
      { ...silentReporter, progress: (update) => void seen.push(update) },
      'Dumping',
      new Map([
        ['a.x', 600],
        ['a.y', 400],
      ]),
    );
    progress.wrote(10);
    expect(progress.share()).toBe(0);
    progress.table('a.x');
    progress.wrote(100);
    progress.wrote(40);
    expect(progress.share()).toBeGreaterThan(0.3);
    progress.table('a.y');
    expect(progress.share()).toBeCloseTo(0.6);
    progress.wrote(1000);
    expect(progress.share()).toBe(1);
    expect(seen.map(({ bytes }) => bytes)).toEqual([10, 110, 150, 1150]);
  });

  it('has no share where no size is known', () => {
    expect(new DumpProgress(silentReporter, 'x', new Map()).share()).toBeUndefined();
  });
});
