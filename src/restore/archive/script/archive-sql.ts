import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CancelledError, UserError } from '../../../base/errors.js';
import { start } from '../../../base/process.js';
import type { TocEntry } from '../../../postgres/toc.js';
import type { Programs } from '../../../postgres/types.js';

/**
 * What pg_restore writes to standard output when it turns an archive into SQL.
 * @throws UserError when it fails, after the last chunk; CancelledError
 */
export async function* archiveSql(
  programs: Programs,
  args: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const child = start(programs.path('pg_restore'), args, {
    env: { ...process.env, ...programs.env, LC_ALL: 'C' },
    signal,
  });
  try {
    for await (const chunk of child.process.stdout as Readable) yield chunk as Buffer;
    const exit = await child.exit;
    if (signal.aborted) throw new CancelledError();
    if (exit.code !== 0) throw unreadable(child.stderrTail());
  } finally {
    child.stop();
    await child.exit;
  }
}

/** The error of an archive that pg_restore cannot read. */
export function unreadable(said: string): UserError {
  const newer = /unsupported version \((1\.\d+)\) in file header/.exec(said);
  if (newer !== null)
    return new UserError(
      `The archive was made by a newer pg_dump (archive version ${newer[1]}). Set postgres-version to the major that made the backup.\n${said}`,
    );
  return new UserError(
    `pg_restore cannot read the archive: it is damaged. Choose another backup.${said === '' ? '' : `\n${said}`}`,
  );
}

/** Writes a list for `--use-list` and removes it when `work` is done. */
export async function withList<T>(
  entries: readonly TocEntry[],
  work: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgkeep-list-'));
  try {
    const path = join(folder, 'list');
    // pg_restore reads the number alone; a name in the line could only do harm.
    await writeFile(path, entries.map(({ dumpId }) => `${dumpId};\n`).join(''), { mode: 0o600 });
    return await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
