import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDump, type Dump } from '../../src/backup/dump.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { UserError } from '../../src/base/errors.js';
import { ChangedWhileDumpingError } from '../../src/backup/fingerprint/changed.js';
import type { Programs } from '../../src/postgres/types.js';
import { Listener } from '../support/listener.js';

const folder = mkdtempSync(join(tmpdir(), 'pgkeep-dump-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a shell script in the place of pg_dump. */
function dumpBy(script: string, compressor?: string): { dump: Dump; said: Listener } {
  const path = join(folder, `pg_dump-${Math.random()}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const programs: Programs = { major: 17, version: '17.0', source: 'system', path: () => path, env: {} };
  const said = new Listener();
  const dump = startDump({
    programs,
    connection: parseConnection('postgresql://u@h/d', process.env),
    args: [],
    reporter: said,
    signal: new AbortController().signal,
    ...(compressor === undefined ? {} : { compressor: { path: '/bin/sh', args: ['-c', compressor] } }),
  });
  return { dump, said };
}

async function bytesOf({ bytes }: Dump): Promise<number> {
  let count = 0;
  for await (const chunk of bytes) count += chunk.length;
  return count;
}

describe('startDump', () => {
  it.each([undefined, 'cat'])(
    'loses nothing when it is read only after pg_dump has ended (%s)',
    async (through) => {
      const { dump } = dumpBy('head -c 50000 /dev/zero', through);
      await dump.ended;
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await bytesOf(dump)).toBe(50_000);
    },
  );

  it('fails when pg_dump fails after it wrote everything', async () => {
    const { dump } = dumpBy('head -c 50000 /dev/zero; echo "pg_dump: error: no luck" >&2; exit 1');
    await expect(bytesOf(dump)).rejects.toThrow(/pg_dump failed \(exit code 1\)[^]*no luck/);
  });

  it('fails when the compressor fails', async () => {
    const { dump } = dumpBy('head -c 50000 /dev/zero', 'head -c 10; exit 3');
    await expect(bytesOf(dump)).rejects.toThrow(/exit code 3|SIGPIPE/);
  });

  it('sorts what pg_dump says: commentary is silent, warnings are kept, the rest is shown', async () => {
    const { dump, said } = dumpBy(
      [
        'echo "pg_dump: last built-in OID is 16383" >&2',
        'echo "pg_dump: dumping contents of table \\"public.a" >&2; echo "b\\"" >&2',
        'echo "pg_dump: warning: subscriptions not dumped" >&2',
        'echo "pg_dump: detail: something" >&2',
        'echo "pg_dump: hint: do this" >&2',
        'echo "pg_dump: warning: another" >&2',
        'echo x',
      ].join('\n'),
    );
    await bytesOf(dump);
    await dump.ended;
    const warnings = ['subscriptions not dumped detail: something hint: do this', 'another'];
    expect(dump.warnings).toEqual(warnings);
    expect(said.lines).toEqual(warnings.map((line) => `pg_dump: ${line}`));
  });

  it.each([
    [
      'error: query failed: ERROR:  relation "public.t" does not exist',
      'detail: Query was: LOCK TABLE public.t IN ACCESS SHARE MODE',
    ],
    [
      'error: query failed: ERROR:  relation "public.t" does not exist',
      'error: query was: LOCK TABLE public.t IN ACCESS SHARE MODE',
    ],
    [
      'error: Dumping the contents of table "t" failed: PQgetResult() failed.',
      'detail: Error message from server: ERROR:  column "a" does not exist',
      'detail: Command was: COPY public.t (a, b) TO stdout;',
    ],
    [
      'error: Error message from server: ERROR:  relation "public.t" does not exist',
      'error: The command was: COPY public.t (a, b) TO stdout;',
    ],
  ])('takes a table that is gone for a change: %s', async (...said) => {
    const lines = said.map((line) => `echo '${`pg_dump: ${line}`}' >&2`);
    const { dump } = dumpBy([...lines, 'exit 1'].join('\n'));
    await expect(bytesOf(dump)).rejects.toBeInstanceOf(ChangedWhileDumpingError);
  });

  it('takes a broken view for what it is', async () => {
    const { dump } = dumpBy(
      [
        `echo 'pg_dump: error: query failed: ERROR:  relation "app.gone" does not exist' >&2`,
        `echo 'pg_dump: detail: Query was: SELECT pg_catalog.pg_get_viewdef(16400)' >&2`,
        'exit 1',
      ].join('\n'),
    );
    await expect(bytesOf(dump)).rejects.toBeInstanceOf(UserError);
  });
});
