import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planForMachine } from '../../src/backup/compression.js';
import type { RunOptions } from '../../src/backup/run-options.js';
import { silentReporter } from '../../src/base/reporter.js';
import { readInputs } from '../../src/inputs/read.js';
import { folderCache } from '../../src/postgres/programs/index.js';
import type { Programs } from '../../src/postgres/types.js';
import { clientMajors, clientsOf, rigMissing } from '../support/backup-rig.js';

const recent = clientMajors.find((major) => major >= 16);
if (recent === undefined)
  process.stderr.write(
    `NOT RUN: how a real pg_dump is asked what it can compress: ${rigMissing ?? 'none of 16 or newer'}\n`,
  );

describe('planForMachine', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pgkeep-plan-'));
    // Stands for a `zstd` that is installed.
    writeFileSync(join(folder, 'zstd'), '#!/bin/sh\n', { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A pg_dump that says what one says that cannot connect or cannot compress, and fails. */
  function pgDump(major: number, says: string): Programs {
    const path = join(folder, 'pg_dump');
    writeFileSync(path, `#!/bin/sh\necho 'pg_dump: error: ${says}' >&2\nexit 1\n`, { mode: 0o755 });
    return { major, version: String(major), source: 'postgres-bin', path: () => path, env: {} };
  }

  function plan(programs: Programs, compression: string, env: Record<string, string> = {}) {
    const inputs: Record<string, string> = { storage: 'file:///backups', compression };
    const options: RunOptions = {
      inputs: readInputs('backup', (name) => inputs[name]),
      env: { PATH: `${folder}:/usr/bin:/bin`, ...env },
      tempDir: folder,
      cache: folderCache(() => join(folder, 'cache')),
      method: 'rootless',
      version: '0.0.0',
      run: {},
      reporter: silentReporter,
      signal: new AbortController().signal,
    };
    return planForMachine(options, programs);
  }

  // What pg_dump 17 prints for a build with it and one without (compress_io.c, supports_compression).
  const CONNECTS =
    'connection to server on socket "/nonexistent/.s.PGSQL.5432" failed: No such file or directory';
  const BUILT_WITHOUT = 'this build does not support compression with ZSTD';

  it('lets a pg_dump compress that was built to', async () => {
    const found = await plan(pgDump(17, CONNECTS), 'zstd');
    expect(found.pgDumpArgs).toEqual(['--compress=zstd:3']);
    expect(found.program).toBeUndefined();
  });

  it.each([
    [17, BUILT_WITHOUT],
    [13, CONNECTS],
  ])('hands the output of pg_dump %i to zstd where it says: %s', async (major, says) => {
    const found = await plan(pgDump(major, says), 'zstd');
    expect(found.pgDumpArgs).toEqual(['--compress=0']);
    expect(found.program?.path).toBe(join(folder, 'zstd'));
  });

  it('takes lz4 from a pg_dump that has it, and refuses it from one that has not', async () => {
    expect((await plan(pgDump(16, CONNECTS), 'lz4')).pgDumpArgs).toEqual(['--compress=lz4']);
    const without = plan(pgDump(16, 'this build does not support compression with LZ4'), 'lz4');
    await expect(without).rejects.toThrow(/lz4 needs a pg_dump 16 or newer that was built with it/);
  });

  (recent === undefined ? it.skip : it)('asks a real pg_dump without reaching any server', async () => {
    let reached = 0;
    const server = createServer((socket) => {
      reached += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const env = { PGHOST: 'localhost', PGHOSTADDR: '127.0.0.1', PGPORT: String(port) };
      const found = await plan(await clientsOf(recent ?? 0), 'zstd', env);
      expect(found.pgDumpArgs).toEqual(['--compress=zstd:3']);
      expect(reached).toBe(0);
    } finally {
      server.close();
    }
  });
});
