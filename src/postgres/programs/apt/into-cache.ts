import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../../base/errors.js';
import type { ProgramSource } from '../../types.js';
import type { InstallOptions } from '../types.js';
import type { AptSession } from './session.js';
import type { AptSubject } from './subject.js';
import { unpackWith } from './unpack.js';

/**
 * Fetches packages, unpacks them into the tool cache and looks whether they run there. Where the cache cannot be
 * written, they stay in the folder for temporary files.
 */
export async function unpackIntoCache<T>(
  session: AptSession,
  packages: readonly string[],
  subject: AptSubject<T>,
  options: InstallOptions & { major: number; source: ProgramSource },
): Promise<T> {
  const { cache, major, source } = options;
  const folder = await mkdtemp(join(options.tempDir, 'pgkeep-programs-'));
  // A server runs as another user when we are root.
  await chmod(folder, 0o755);
  let keep = false;
  try {
    const { files } = await unpackWith(session, packages, folder, options.env);
    await subject.complete(folder, major);
    const { programs, problem } = await subject.unpacked(folder, major, source);
    if (programs === undefined) throw new UserError(`The unpacked programs cannot be used: ${problem}.`);
    let stored: string;
    try {
      stored = await cache.store(subject.cacheName, subject.cacheVersion(programs, files), folder);
    } catch (error) {
      options.reporter.info(`The programs could not be kept in the tool cache: ${messageOf(error)}`);
      keep = true;
      return programs;
    }
    const moved = await subject.unpacked(stored, major, source);
    if (moved.programs === undefined) throw new UserError(`The tool cache cannot be used: ${moved.problem}.`);
    return moved.programs;
  } finally {
    if (!keep) await rm(folder, { recursive: true, force: true });
  }
}
