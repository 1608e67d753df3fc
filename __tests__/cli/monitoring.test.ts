import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../src/backup/id.js';
import { writeLog } from '../../src/backup/log.js';
import type { CommandContext } from '../../src/cli/commands/context.js';
import { logCommand } from '../../src/cli/commands/log.js';
import { statsCommand } from '../../src/cli/commands/stats.js';
import { statusCommand } from '../../src/cli/commands/status.js';
import { readInputs } from '../../src/inputs/read.js';
import { putObject } from '../../src/storage/put.js';
import { openStore } from '../../src/storage/registry.js';
import type { Store } from '../../src/storage/store.js';
import { putBackup } from '../support/family.js';
import { Listener } from '../support/listener.js';

describe('status, stats and log', () => {
  let folder: string;
  let store: Store;
  let said: Listener;
  let printed: string;
  let id: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pgkeep-monitoring-'));
    store = await openStore(`file://${folder}`, { env: {} });
    said = new Listener();
    printed = '';
    id = newId(new Date(Date.now() - 3_600_000));
    await putBackup(store, { id, verdict: 'passed' });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const context = (width?: number): CommandContext => ({
    env: {},
    reporter: said,
    signal: new AbortController().signal,
    width,
    paint: (text) => text,
    print: (text) => (printed += text),
  });
  const source =
    (inputs: Record<string, string> = {}) =>
    (name: string): string | undefined =>
      ({ storage: store.url, ...inputs })[name];
  const ran = (hours: number, failure?: Error): Promise<void> =>
    writeLog(
      {
        stores: [store],
        run: { actor: 'ada', runUrl: 'https://github.com/o/r/actions/runs/7' },
        reporter: said,
      },
      'shop',
      new Date(Date.now() - hours * 3_600_000),
      {
        action: 'backup',
        backup: failure === undefined ? id : null,
        ...(failure === undefined ? {} : { failure }),
      },
    );

  it('status prints the facts, and as JSON the health of each storage', async () => {
    await statusCommand(readInputs('status', source()), false, context());
    expect(printed).toMatch(/^HEALTHY shop in file:[^]*Newest backup +\S+, 1 h old\n[^]*Backups +1, /);
    printed = '';
    await statusCommand(readInputs('status', source()), true, context());
    expect(JSON.parse(printed)).toMatchObject({
      healths: [{ name: 'shop', healthy: true, newest: { id }, problems: [] }],
      database: null,
    });
  });

  it('status prints what is wrong, then fails', async () => {
    const inputs = readInputs('status', source({ 'max-age': '30m' }));
    await expect(statusCommand(inputs, false, context(60))).rejects.toMatchObject({
      errors: [{ message: 'Not healthy: 1 problem.' }],
    });
    expect(printed).toMatch(/^UNHEALTHY shop[^]*\n- shop in file:[^]*is 1 h/);
    const widths = printed.split('\n').map((line) => line.length);
    // The storage's URL is one word.
    expect(widths.filter((width) => width > 60 + store.url.length)).toEqual([]);
  });

  it('log lists the runs, the newest last, in as much room as there is', async () => {
    await ran(50, new Error('The disk is full.'));
    await ran(2);
    await logCommand(readInputs('log', source()), false, context());
    const [head, first, second] = printed.split('\n');
    expect(head).toMatch(/^STARTED \(UTC\) +ACTION +OUTCOME +TIME +BY +BACKUP, ERROR +RUN$/);
    expect(first).toMatch(/ backup +failure .* ada +The disk is full\. +https:.*runs\/7$/);
    expect(second).toMatch(new RegExp(` backup +success .* ada +${id} +https:`));
    printed = '';
    await logCommand(readInputs('log', source()), false, context(80));
    expect(printed).not.toContain('https:');
    expect(printed).toContain(id);
    for (const line of printed.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    printed = '';
    await logCommand(readInputs('log', source({ since: '1d' })), true, context());
    expect(JSON.parse(printed)).toMatchObject([
      { name: 'shop', storage: store.url, action: 'backup', outcome: 'success', backup: id, actor: 'ada' },
    ]);
  });

  it('log says that there is nothing, and that entries are damaged', async () => {
    await putObject(store, 'shop/_log/20261120T000000Z-7.json', Buffer.from('{'));
    await logCommand(readInputs('log', source()), false, context());
    expect(printed).toBe('');
    expect(said.warnings).toEqual([
      expect.stringMatching(/^1 entry in the log of shop in file:.* cannot be understood/),
    ]);
    expect(said.text).toMatch(/The log of shop in file:.* has no runs\.$/);
  });

  it('stats counts runs and backups of each storage', async () => {
    await ran(50, new Error('The disk is full.'));
    await ran(2);
    await statsCommand(readInputs('stats', source()), false, context());
    expect(printed).toMatch(/^ACTION[^]*\nbackup +30 +2 +1 +50 % [^]*\n +1 +30 +4 B/);
    printed = '';
    await statsCommand(readInputs('stats', source()), true, context());
    expect(JSON.parse(printed)).toMatchObject([
      {
        name: 'shop',
        storage: store.url,
        actions: [{ runs: 2 }, { runs: 2 }],
        backups: [{ count: 1 }, { count: 1 }],
      },
    ]);
  });
});
