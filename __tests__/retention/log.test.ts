import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { logKey } from '../../src/backup/layout.js';
import { summaryMarkup } from '../../src/github/summary.js';
import { planLog } from '../../src/retention/log.js';
import { planMarkdown } from '../../src/retention/plan-text.js';
import { pruneFamily, pruneProblems, type Pruned } from '../../src/retention/prune.js';
import { FileStore } from '../../src/storage/file/store.js';
import type { Store } from '../../src/storage/store.js';
import { keysOf, putBackup } from '../support/family.js';
import { Listener } from '../support/listener.js';
import { WatchedStore } from '../support/watched-store.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const DAY_MS = 24 * 3_600_000;

/** Keys of runs that began so many days ago. */
const keysAt = (...days: number[]): string[] =>
  days.map((ago, at) => logKey('shop', new Date(NOW.getTime() - ago * DAY_MS), `7-${at}`));
/** So many runs on one day, in the order of their keys. */
const runs = (count: number, days: number): string[] =>
  Array.from({ length: count }, (_, at) =>
    logKey('shop', new Date(NOW.getTime() - days * DAY_MS + at * 1000), 'abcd'),
  );

describe('which records of the log go', () => {
  const young = runs(100, 1);
  const odd = [
    'shop/_log/notes.txt',
    'shop/_log/20200101T000000Z.json',
    'shop/_log/20200101T000000Z-7.txt',
    'shop/_log/old/20200101T000000Z-7.json',
    'shop/_log/2020-01-01T00:00:00Z-7.json',
  ];
  it.each<[string, string[], string[]]>([
    ['none', [], []],
    ['young ones', runs(500, 399), []],
    ['old ones before a hundred others', [...keysAt(900, 401), ...young], keysAt(900, 401)],
    ['just too old', [...keysAt(400.001), ...young], keysAt(400.001)],
    ['just not', [...keysAt(400, 399.999), ...young], []],
    ['a hundred old ones', runs(100, 900), []],
    ['a hundred and two', runs(102, 900), runs(2, 900)],
    ['very many', [...runs(1500, 900), ...young], runs(1000, 900)],
    ['what has other names', [...odd, ...young], []],
    ['other names, which do not count', [...runs(1, 900), ...runs(100, 800), ...odd], runs(1, 900)],
  ])('%s', (_, keys, gone) => {
    expect(planLog({ name: 'shop', log: [...keys].sort() }, NOW)).toEqual(gone);
  });
});

describe('pruning the log', () => {
  const root = mkdtempSync(join(tmpdir(), 'pgkeep-log-'));
  const newest = '20261119T000000Z-bbbb';
  const old = runs(3, 500);
  let folder: string;
  let store: FileStore;
  let said: Listener;
  let before: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(root, 'store-'));
    store = new FileStore(`file://${folder}`, folder);
    said = new Listener();
    await putBackup(store, { id: '20261118T000000Z-aaaa' });
    await putBackup(store, { id: newest });
    write([...old, ...runs(100, 1), 'shop/_log/mine.txt', ...old.map((key) => `x${key}`)]);
    before = await keysOf(store);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function write(keys: readonly string[]): void {
    for (const key of keys) {
      mkdirSync(join(folder, dirname(key)), { recursive: true });
      writeFileSync(join(folder, key), '{}');
    }
  }
  const prune = (from: Store = store, more: { dryRun?: boolean } = {}): Promise<Pruned> => {
    const request = { name: 'shop', policy: { last: 2 }, dryRun: false, now: NOW, ...more };
    return pruneFamily(from, request, { reporter: said, signal: new AbortController().signal });
  };
  const gone = async (): Promise<string[]> => {
    const left = await keysOf(store);
    return before.filter((key) => !left.includes(key));
  };

  it('removes the old records of the family alone, says how many, and reads none', async () => {
    const read: string[] = [];
    const watched = new WatchedStore(store, (what, key) => {
      if (what === 'get' && key.includes('/_log/')) read.push(key);
    });
    const pruned = await prune(watched);
    expect(await gone()).toEqual(old);
    expect(read).toEqual([]);
    expect(pruned.done).toMatchObject({ removed: [], bytes: 0, records: 3, failed: [] });
    expect(said.text).toContain('Records of runs older than 400 days in the log to be removed: 3.');
    expect(said.lines).toHaveLength(1);
    expect(planMarkdown(pruned, summaryMarkup)).toContain(
      '- Records of runs older than 400 days in the log removed&#58; 3.\n',
    );
    const again = await prune();
    expect(planMarkdown(again, summaryMarkup)).not.toContain('Records');
  });

  it('only says so in a dry run', async () => {
    const pruned = await prune(store, { dryRun: true });
    expect(await gone()).toEqual([]);
    expect(said.text).toContain('in the log that would be removed: 3.');
    expect(planMarkdown(pruned, summaryMarkup)).toContain('that would be removed&#58; 3.');
  });

  it('is red when a record cannot be removed', async () => {
    const refusing = new WatchedStore(store, (what, key) => {
      if (what === 'remove' && key === old[1]) throw new Error('Access denied.');
    });
    const pruned = await prune(refusing);
    const [, second = ''] = old;
    expect(pruneProblems(pruned)).toEqual([
      `${second} could not be removed from ${store.url}. Access denied.`,
    ]);
    expect(said.warnings).toHaveLength(1);
    expect(await gone()).not.toContain(second);
    expect(pruned.done?.records).toBe((await gone()).length);
  });

  it('does not ask for each of many that are refused', async () => {
    write(runs(50, 600));
    let asked = 0;
    const refusing = new WatchedStore(store, (what) => {
      if (what !== 'remove') return;
      asked += 1;
      throw new Error('Access denied.');
    });
    expect((await prune(refusing)).done?.failed).toHaveLength(asked);
    expect(asked).toBeLessThanOrEqual(4);
    expect(asked).toBeGreaterThan(0);
  });

  it('removes none where no backup may be removed', async () => {
    const torn = new WatchedStore(store, (what) => {
      if (what === 'list') throw new Error('The listing broke off.');
    });
    await expect(prune(torn)).rejects.toThrow('broke off');
    const robbed = new WatchedStore(store, () => undefined);
    let lists = 0;
    robbed.get = async (key) => {
      // Gone between the listing and the removal.
      if (key.includes(newest) && (lists += 1) > 1) await store.remove(key);
      return store.get(key);
    };
    await expect(prune(robbed)).rejects.toThrow('Nothing was removed');
    expect(await gone()).toEqual([`shop/${newest}/manifest.json`]);
  });

  it('leaves those of artifacts to GitHub', async () => {
    const pruned = await prune(new FileStore('artifact://', folder));
    expect(pruned.oldRecords).toBe(0);
    expect(await gone()).toEqual([]);
  });
});
