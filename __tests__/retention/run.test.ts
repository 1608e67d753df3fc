import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '../../src/backup/history.js';
import { readInputs } from '../../src/inputs/read.js';
import { planText } from '../../src/retention/plan-text.js';
import { outputsOf, redReasons, runPrune, type PruneResult } from '../../src/retention/run.js';
import { pruneSummary } from '../../src/retention/summary.js';
import { FileStore } from '../../src/storage/file/store.js';
import { idsOf, putBackup } from '../support/family.js';
import { readInventory } from '../../src/backup/inventory.js';
import { Listener } from '../support/listener.js';
import { summaryMarkup } from '../../src/github/summary.js';

const root = mkdtempSync(join(tmpdir(), 'pgkeep-prune-'));
const DAYS = ['20260101T000000Z-aaaa', '20260102T000000Z-bbbb', '20260103T000000Z-cccc'];

describe('prune', () => {
  let folder: string;
  let store: FileStore;
  let said: Listener;

  beforeEach(async () => {
    folder = mkdtempSync(join(root, 'store-'));
    store = new FileStore(`file://${folder}`, folder);
    said = new Listener();
    for (const id of DAYS) await putBackup(store, { id });
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const prune = (inputs: Record<string, string> = {}): Promise<PruneResult> => {
    const all: Record<string, string> = { storage: store.url, 'keep-last': '1', ...inputs };
    return runPrune({
      inputs: readInputs('prune', (name) => all[name]),
      env: {},
      run: { runId: '7' },
      reporter: said,
      signal: new AbortController().signal,
    });
  };
  const left = async (): Promise<string[]> => idsOf(await readInventory(store, 'shop'));

  it('removes what the policy does not keep, and leaves a record', async () => {
    const result = await prune();
    expect(redReasons(result)).toEqual([]);
    expect(outputsOf(result)).toEqual({
      removed: expect.arrayContaining(DAYS.slice(0, 2)),
      'removed-bytes': expect.any(Number),
      kept: 1,
    });
    expect(await left()).toEqual(DAYS.slice(2));
    const { records } = await readHistory(store, 'shop');
    expect(records).toMatchObject([{ action: 'prune', outcome: 'success', backup: null }]);
  });

  it('removes nothing in a dry run, and says all the same', async () => {
    const result = await prune({ 'dry-run': 'true' });
    expect(outputsOf(result)).toMatchObject({ removed: [DAYS[1], DAYS[0]], kept: 1 });
    expect(await left()).toEqual(DAYS);
    expect((await readHistory(store, 'shop')).records).toEqual([]);
    expect(said.text).toContain('2 backups would be removed');
    const summary = pruneSummary(result, { dryRun: true }, summaryMarkup, String);
    expect(summary).toContain('dry run');
    expect(summary).toContain(DAYS[0]);
  });

  it('finds the only family, and asks which of several', async () => {
    await putBackup(store, { id: DAYS[0] ?? '' }, 'crm');
    const result = await prune();
    expect(redReasons(result)).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/crm, shop/) }),
    ]);
    expect(await left()).toEqual(DAYS);
    expect(redReasons(await prune({ name: 'crm' }))).toEqual([]);
    expect(await left()).toEqual(DAYS);
  });

  it('prunes one store although another holds nothing', async () => {
    const empty = mkdtempSync(join(root, 'empty-'));
    const result = await prune({ storage: `file://${empty}\n${store.url}` });
    expect(redReasons(result)).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/empty-.*There are no backups/) }),
    ]);
    expect(outputsOf(result)).toMatchObject({ removed: expect.arrayContaining([DAYS[0]]), kept: 1 });
    expect(await left()).toEqual(DAYS.slice(2));
  });

  it('looks only at the label that is given', async () => {
    await putBackup(store, { id: '20260104T000000Z-dddd', label: 'weekly' });
    await putBackup(store, { id: '20260105T000000Z-eeee', label: 'weekly' });
    const result = await prune({ label: 'weekly' });
    expect(outputsOf(result)).toMatchObject({ removed: ['20260104T000000Z-dddd'] });
    expect(await left()).toEqual([...DAYS, '20260105T000000Z-eeee']);
  });

  it('warns of a manifest that cannot be read, and keeps it', async () => {
    writeFileSync(join(folder, 'shop', DAYS[0] ?? '', 'manifest.json'), '{');
    await prune();
    expect(said.warnings).toEqual([expect.stringMatching(/20260101T000000Z-aaaa .* is kept: its manifest/)]);
  });

  it('refuses to do without a policy', async () => {
    await expect(async () => prune({ 'keep-last': '' })).rejects.toThrow(/None of the "keep-" inputs/);
  });

  it('says a plan in a table that fits', async () => {
    mkdirSync(join(folder, 'shop', 'notes'));
    writeFileSync(join(folder, 'shop', 'notes', 'a.txt'), 'mine');
    const { pruned } = await prune({ 'dry-run': 'true', 'keep-daily': '2' });
    const [first] = pruned;
    if (first === undefined) throw new Error('nothing was planned');
    const lines = planText(first, 60).split('\n');
    expect(lines[0]).toBe(`Backups of shop in ${store.url}: keep the last 1 and 2 daily backups`);
    expect(lines.slice(2, 5).map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
      ['keep', DAYS[2]],
      ['keep', DAYS[1]],
      ['remove', DAYS[0]],
    ]);
    expect(lines.at(-2)).toContain('left alone: shop/notes/a.txt');
    expect(lines.at(-1)).toContain('1 backup would be removed');
  });
});

it.each([
  ['keep-last', '-1', /"keep-last": "-1" is negative/],
  ['keep-daily', '0', /"keep-daily": 0 keeps nothing/],
  ['keep-weekly', '99999999999', /"keep-weekly": .* is more than/],
  ['keep-within', 'soon', /"keep-within": "soon" is not a span/],
])('the input %s refuses %s by name', (name, text, message) => {
  const all: Record<string, string> = { storage: 'file:///b', [name]: text };
  expect(() => readInputs('prune', (input) => all[input])).toThrow(message);
});

it.each(['50', 'half', '-5%', '0%', '1000000%'])('max-size-change refuses %s', (text) => {
  const all: Record<string, string> = { storage: 'file:///b', 'max-size-change': text };
  expect(() => readInputs('backup', (input) => all[input])).toThrow(/"max-size-change" is .* such as 50%/);
});
