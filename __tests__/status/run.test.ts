import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '../../src/backup/history.js';
import { newId } from '../../src/backup/id.js';
import { summaryMarkup } from '../../src/github/summary.js';
import { readInputs } from '../../src/inputs/read.js';
import { folderCache } from '../../src/postgres/programs/index.js';
import type { StatusOptions } from '../../src/status/options.js';
import { outputsOf, redReasons, type StatusResult } from '../../src/status/result.js';
import { runStatus } from '../../src/status/run.js';
import { statusSummary } from '../../src/status/summary.js';
import { statusText } from '../../src/status/text.js';
import { statusTold } from '../../src/status/told.js';
import { FileStore } from '../../src/storage/file/store.js';
import { keysOf, putBackup, type Made } from '../support/family.js';
import { startHook } from '../support/hook.js';
import { Listener } from '../support/listener.js';

const root = mkdtempSync(join(tmpdir(), 'pgkeep-status-'));
const HOUR_MS = 3_600_000;

/** An id of so many hours ago. */
const idOf = (hours: number): string => newId(new Date(Date.now() - hours * HOUR_MS));

describe('status', () => {
  let folder: string;
  let store: FileStore;
  let said: Listener;

  beforeEach(() => {
    folder = mkdtempSync(join(root, 'store-'));
    store = new FileStore(`file://${folder}`, folder);
    said = new Listener();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const put = async (hours: number, verdict?: Made['verdict'], name?: string): Promise<string> => {
    const id = idOf(hours);
    await putBackup(store, { id, ...(verdict === undefined ? {} : { verdict }) }, name);
    return id;
  };
  const options = (inputs: Record<string, string> = {}): StatusOptions => {
    const all: Record<string, string> = { storage: store.url, ...inputs };
    return {
      inputs: readInputs('status', (name) => all[name]),
      env: {},
      tempDir: root,
      cache: folderCache(() => join(root, 'cache')),
      method: 'rootless',
      run: { runId: '7' },
      reporter: said,
      signal: new AbortController().signal,
    };
  };
  const status = (inputs?: Record<string, string>): Promise<StatusResult> => runStatus(options(inputs));
  const kinds = ({ healths }: StatusResult): string[][] =>
    healths.map(({ problems }) => problems.map(({ kind }) => kind));
  const summaryOf = (result: StatusResult): string => statusSummary(result, summaryMarkup, String);
  const textOf = (result: StatusResult, width?: number): string =>
    statusText(result, { width, paint: (text) => text });

  it('is green for young and verified backups, and leaves a record', async () => {
    await put(30, 'passed');
    const id = await put(2, 'passed');
    const result = await status();
    expect(redReasons(result)).toEqual([]);
    expect(outputsOf(result)).toEqual({
      healthy: true,
      problems: [],
      'newest-backup-id': id,
      'age-seconds': expect.any(Number),
      count: 2,
      'total-bytes': expect.any(Number),
    });
    expect(outputsOf(result)['age-seconds']).toBeGreaterThanOrEqual(2 * 3600 - 1);
    const { records } = await readHistory(store, 'shop');
    expect(records).toMatchObject([{ action: 'status', outcome: 'success', backup: null }]);
    expect(textOf(result)).toMatch(/^HEALTHY shop in file:[^]*\nNewest backup +\S+, 2 h old\n/);
    expect(summaryOf(result)).toMatch(/^## ✅ Backups are healthy\n\n### shop in /);
    expect(summaryOf(result)).toContain('```mermaid\nxychart-beta\n');
  });

  it('is red for an old one, says so first, and is green again although it was red', async () => {
    await put(30, 'passed');
    const red = await status();
    expect(kinds(red)).toEqual([['too-old']]);
    expect(redReasons(red)).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/is 1 d 6 h old; at most 1 d 2 h/) }),
    ]);
    expect(summaryOf(red)).toMatch(/^## ❌ Backups need attention\n\n- shop in /);
    expect(textOf(red, 60)).toMatch(/^UNHEALTHY shop[^]*\n- shop in file/);
    await put(1);
    expect(kinds(await status())).toEqual([[]]);
    const { records } = await readHistory(store, 'shop');
    expect(records.map(({ outcome }) => outcome)).toEqual(['failure', 'success']);
    // The rules alone: what a message repeats of another run would be told once more by whoever reads this record.
    expect(records[0]?.error).toBe('Unhealthy: too-old; the log of that run says more.');
  });

  it('judges each storage by itself, and the worst decides', async () => {
    await put(1, 'passed');
    const other = mkdtempSync(join(root, 'other-'));
    const old = idOf(40);
    await putBackup(new FileStore(`file://${other}`, other), { id: old, verdict: 'passed' });
    // Outside of GitHub nothing says whose artifacts are meant.
    const closed = 'artifact://';
    const storage = [store.url, `file://${other}`, closed, `file://${root}/none`].join('\n');
    const result = await status({ storage });
    expect(kinds(result)).toEqual([[], ['too-old'], ['storage-unreadable'], ['no-backup']]);
    const outputs = outputsOf(result) as { problems: { kind: string; storage: string }[] };
    expect(outputs).toMatchObject({ healthy: false, count: 0, 'newest-backup-id': '' });
    expect(outputs.problems.map(({ kind, storage }) => [kind, storage])).toEqual([
      ['no-backup', `file://${root}/none`],
      ['storage-unreadable', closed],
      ['too-old', `file://${other}`],
    ]);
    const text = summaryOf(result);
    expect(text.match(/Newest backup/g)).toHaveLength(3);
  });

  it('says which storages hold nothing at all, with no family known', async () => {
    const result = await status();
    expect(kinds(result)).toEqual([['no-backup']]);
    expect(result.healths[0]?.name).toBeNull();
    expect(await keysOf(store)).toEqual([]);
  });

  it('asks which of several families, and takes the one that is named', async () => {
    await put(1, undefined, 'crm');
    await put(1, undefined, 'shop');
    await expect(status()).rejects.toThrow('Say which with name: crm, shop');
    expect(kinds(await status({ name: 'crm' }))).toEqual([[]]);
  });

  it('tells of a manifest that cannot be read beside the others', async () => {
    const id = await put(3);
    await put(1);
    writeFileSync(join(folder, 'shop', id, 'manifest.json'), '{');
    const result = await status();
    expect(kinds(result)).toEqual([['unreadable']]);
    expect(result.healths[0]).toMatchObject({ count: 1 });
  });

  it('tells whom it is to tell of the first red run and of the recovery, and of nothing between', async () => {
    const hook = await startHook();
    try {
      const tell = (): Promise<StatusResult> =>
        statusTold(options({ 'notify-webhook': hook.url, 'notify-on': 'change' }));
      await put(30, 'passed');
      await tell();
      await tell();
      await put(1);
      await tell();
      await tell();
      const told = hook.sent.map(({ body }) => JSON.parse(body) as { outcome: string; families: object[] });
      expect(told.map(({ outcome }) => outcome)).toEqual(['failure', 'success']);
      expect(told[0]?.families).toMatchObject([
        { name: 'shop', outcome: 'failure', reasons: [expect.stringContaining('max-age')] },
      ]);
    } finally {
      await hook.stop();
    }
  });

  it('writes a badge into folders that it makes, and fails by name where it cannot', async () => {
    await put(3, 'passed');
    const badge = join(folder, 'pages', 'deep', 'backup.json');
    await status({ badge });
    expect(JSON.parse(readFileSync(badge, 'utf8'))).toEqual({
      schemaVersion: 1,
      label: 'backup',
      message: 'verified 3 h ago',
      color: 'brightgreen',
    });
    mkdirSync(join(folder, 'taken'));
    const result = await status({ badge: join(folder, 'taken') });
    expect(outputsOf(result)).toMatchObject({ healthy: true });
    expect(redReasons(result)).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/badge cannot be written to .*taken \(EISDIR\)/),
      }),
    ]);
  });

  it('writes the page, also of a storage that cannot be read, and fails by name where it cannot', async () => {
    const id = await put(3, 'passed');
    const report = join(folder, 'pages', 'backup.html');
    await status({ report, 'keep-last': '1', storage: `${store.url}\nartifact://` });
    const page = readFileSync(report, 'utf8');
    expect(page).toContain(id);
    expect(page).toContain('Nothing is known of what lies here.');
    expect(page).toContain('1 backup kept');
    expect(redReasons(await status({ report: folder }))).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^The report cannot be written to .*EISDIR/),
      }),
    ]);
    expect(() => options({ 'keep-last': '1' })).toThrow('"report"');
  });
});
