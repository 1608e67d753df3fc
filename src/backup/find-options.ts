import type { FindOptions } from '../postgres/programs/types.js';
import type { ProgramOptions } from './run-options.js';

/** How a run looks for PostgreSQL's programs, and installs them. */
export function findOptions({
  inputs: { postgresBin },
  cache,
  reporter,
  env,
  tempDir,
  signal,
  method,
}: Pick<ProgramOptions, 'cache' | 'reporter' | 'env' | 'tempDir' | 'signal' | 'method'> & {
  inputs: { postgresBin?: string | undefined };
}): FindOptions {
  const bin = postgresBin === undefined ? {} : { bin: postgresBin };
  return { cache, reporter, env, tempDir, signal, method, ...bin };
}
