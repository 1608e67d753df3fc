import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { CancelledError } from '../../src/base/errors.js';
import { filesIn, requireNoSessions, Rig, rigMissing } from '../support/backup-rig.js';
import { BIG, freezeDump } from '../support/big.js';
import { childrenLike } from '../support/children.js';
import { Listener } from '../support/listener.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: cancelling a backup: ${rigMissing}\n`);

(rigMissing === undefined ? describe : describe.skip)('a backup that is cancelled', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(17);
    await (await rig.database('big', BIG)).close();
  });
  afterAll(() => rig.stop());

  type Stage = (stop: AbortController, said: Listener, folder: string) => void | Promise<void>;

  const onLine =
    (pattern: RegExp): Stage =>
    (stop, said) => {
      said.onLine = (line) => void (pattern.test(line) && stop.abort());
    };
  const onFile =
    (name: string): Stage =>
    async (stop, _said, folder) => {
      // Closely, for the rest of the run takes a few milliseconds only.
      while (!filesIn(folder).some((file) => file.endsWith(name)))
        await new Promise((resolve) => setImmediate(resolve));
      stop.abort();
    };
  const inDump: Stage = async (stop) => {
    const thaw = await freezeDump(rig, 'big');
    stop.abort();
    thaw();
  };

  const STAGES: [string, Stage, Record<string, string>][] = [
    ['before it connects', (stop) => stop.abort(), {}],
    ['when it knows the server', onLine(/^Server /), {}],
    ['when it knows the database', onLine(/^PostgreSQL 17/), {}],
    ['while it dumps', inDump, {}],
    ['while it dumps as plain text', inDump, { format: 'plain' }],
    ['while it dumps into a folder', inDump, { format: 'directory', jobs: '2' }],
    ['once the dump is written', onFile('database.dump'), {}],
    ['once the roles are written', onFile('globals.sql'), { globals: 'true' }],
  ];

  it.each(STAGES)('%s leaves nothing', async (_when, stage, inputs) => {
    const stop = new AbortController();
    const said = new Listener();
    const { folder, url } = rig.storage();
    const running = rig.backup(
      { 'database-url': rig.server.url('big'), storage: url, ...inputs },
      { signal: stop.signal, said },
    );
    await stage(stop, said, folder);
    const { error } = await running;
    expect(stop.signal.aborted).toBe(true);
    expect(error).toBeInstanceOf(CancelledError);
    expect(filesIn(folder)).toEqual([]);
    expect(childrenLike(/pg_dump|pg_restore|zstd|tar /)).toEqual([]);
    expect(readdirSync(rig.folder).filter((name) => name.startsWith('pgkeep-'))).toEqual([]);
    await requireNoSessions(rig);
  });
});
