import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeRecord, lastRun, readHistory } from '../../src/backup/history.js';
import { writeLog, type LogEntry } from '../../src/backup/log.js';
import { silentReporter } from '../../src/base/reporter.js';
import { FileStore } from '../../src/storage/file/store.js';

describe('the history of a family', () => {
  let folder: string;
  let store: FileStore;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pgkeep-history-'));
    store = new FileStore(`file://${folder}`, folder);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const run = { runId: '7', runUrl: 'https://github.com/octo/shop/actions/runs/7', actor: 'mona' };
  const log = (name: string, time: string, entry: LogEntry): Promise<void> =>
    writeLog({ stores: [store], run, reporter: silentReporter }, name, new Date(time), entry);

  it('is what was logged, oldest first, of that family alone', async () => {
    await log('shop', '2026-11-20T03:00:00.500Z', { action: 'verify', backup: 'b' });
    await log('shop', '2026-11-19T02:00:00Z', {
      action: 'backup',
      backup: null,
      failure: new Error('Disk full.'),
    });
    await log('shop2', '2026-11-20T03:00:00Z', { action: 'backup', backup: 'c' });
    const { records, unreadable } = await readHistory(store, 'shop');
    expect(unreadable).toBe(0);
    expect(records).toEqual([
      {
        version: 1,
        action: 'backup',
        outcome: 'failure',
        startedAt: '2026-11-19T02:00:00.000Z',
        seconds: expect.any(Number),
        error: 'Disk full.',
        backup: null,
        runUrl: run.runUrl,
        actor: 'mona',
      },
      expect.objectContaining({ action: 'verify', outcome: 'success', error: null, backup: 'b' }),
    ]);
  });

  it('begins where it is asked to', async () => {
    for (const time of ['2026-11-19T02:00:00.999Z', '2026-11-20T02:00:00.400Z', '2026-11-21T02:00:00Z'])
      await log('shop', time, { action: 'backup', backup: null });
    const { records } = await readHistory(store, 'shop', new Date('2026-11-20T02:00:00.400Z'));
    expect(records.map(({ startedAt }) => startedAt.slice(8, 10))).toEqual(['20', '21']);
  });

  it('of a family without a log is empty', async () => {
    expect(await readHistory(store, 'shop')).toEqual({ records: [], unreadable: 0 });
  });

  it('counts what it does not understand', async () => {
    await log('shop', '2026-11-20T02:00:00Z', { action: 'backup', backup: null });
    writeFileSync(join(folder, 'shop/_log/notes.txt'), 'by hand');
    const { records, unreadable } = await readHistory(store, 'shop', new Date('2026-11-20T00:00:00Z'));
    expect([records.length, unreadable]).toEqual([1, 1]);
  });

  it('knows the last run of an action before a time', async () => {
    await log('shop', '2026-11-18T02:00:00Z', { action: 'verify', backup: 'old' });
    for (let hour = 0; hour < 20; hour += 1)
      await log('shop', `2026-11-19T${String(hour).padStart(2, '0')}:00:00Z`, {
        action: 'backup',
        backup: String(hour),
      });
    const last = async (action: string, time: string): Promise<string | null | undefined> =>
      (await lastRun(store, 'shop', action, new Date(time)))?.backup;
    expect(await last('backup', '2026-11-20T00:00:00Z')).toBe('19');
    expect(await last('backup', '2026-11-19T07:00:00Z')).toBe('6');
    expect(await last('verify', '2026-11-20T00:00:00Z')).toBe('old');
    expect(await last('restore', '2026-11-20T00:00:00Z')).toBeUndefined();
  });

  it.each([
    ['not JSON', '{'],
    ['null', 'null'],
    ['a newer format', JSON.stringify({ version: 2 })],
    [
      'a time that is none',
      JSON.stringify({
        ...{ version: 1, action: 'backup', outcome: 'success', startedAt: 'soon', seconds: 1 },
        ...{ error: null, backup: null, runUrl: null, actor: null },
      }),
    ],
  ])('does not take %s for an entry', (_what, text) => {
    expect(decodeRecord(Buffer.from(text))).toBeUndefined();
  });
});
