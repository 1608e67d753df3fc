import { availableParallelism } from 'node:os';
import { UserError } from '../base/errors.js';
import { run } from '../base/process.js';
import { planCompression, type CompressionPlan } from '../codec/compression.js';
import type { Compression } from '../codec/types.js';
import { installTools, type Tool } from '../postgres/programs/index.js';
import type { Programs } from '../postgres/types.js';
import type { RunOptions } from './run-options.js';

/** Plans how this run's dumps are compressed, with what pg_dump and this machine can do; installs `zstd` where it is needed. */
export async function planForMachine(options: RunOptions, programs: Programs): Promise<CompressionPlan> {
  const { compression, format } = options.inputs;
  const pgDumpMethods = await builtInMethods(programs, compression.method, options.env);
  const needed = compression.method === 'zstd' && !pgDumpMethods.has('zstd');
  const zstd = needed ? await findZstd(options) : undefined;
  const plan = planCompression({
    compression,
    format,
    pgDumpMajor: programs.major,
    pgDumpMethods,
    cpus: availableParallelism(),
    ...(zstd === undefined ? {} : { zstd }),
  });
  if (plan.note !== undefined) options.reporter.warn(plan.note);
  return plan;
}

/** Asks pg_dump for a dump that cannot connect: a method that it was not built with is refused before that. */
async function builtInMethods(
  programs: Programs,
  method: Compression['method'],
  env: NodeJS.ProcessEnv,
): Promise<Set<Compression['method']>> {
  const known = new Set<Compression['method']>(['none', 'gzip']);
  if (programs.major < 16 || known.has(method)) return known;
  const args = [
    '--format=custom',
    `--compress=${method}`,
    '--no-password',
    '--file=/dev/null',
    // The user's own PGHOSTADDR would win over the host.
    "--dbname=host=/nonexistent hostaddr=''",
  ];
  const { stderr } = await run(programs.path('pg_dump'), args, {
    env: { ...env, ...programs.env, LC_ALL: 'C' },
  });
  if (!/compress/.test(stderr)) known.add(method);
  return known;
}

async function findZstd(options: RunOptions): Promise<Tool | undefined> {
  try {
    return (await installTools(['zstd'], options)).zstd;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    options.reporter.info(error.message);
    return undefined;
  }
}
