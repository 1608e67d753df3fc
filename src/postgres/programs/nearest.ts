import { CancelledError, messageOf } from '../../base/errors.js';
import type { Installer, InstallOptions } from './types.js';

/** The first of the majors, from the wanted one up, that `obtain` can get; never an older one. */
export async function nearestMajor<T>(
  wanted: number,
  majors: readonly number[],
  obtain: (major: number) => Promise<T | undefined>,
): Promise<T | undefined> {
  const fitting = majors.filter((major) => major >= wanted).sort((a, b) => a - b);
  for (const major of new Set(fitting)) {
    const found = await obtain(major);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Installs a major; where that fails, says so, adds it to `tried`, and returns undefined. */
export async function attempt<T>(
  installer: Installer<T> | undefined,
  major: number,
  tried: string[],
  options: InstallOptions,
): Promise<T | undefined> {
  try {
    return await installer?.install(major);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    tried.push(messageOf(error));
    options.reporter.info(messageOf(error));
    return undefined;
  }
}
