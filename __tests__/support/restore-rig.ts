import { folderCache } from '../../src/postgres/programs/index.js';
import { readInputs } from '../../src/inputs/read.js';
import type { RestoreResult } from '../../src/restore/result.js';
import { runRestore } from '../../src/restore/run.js';
import type { RestoreOptions } from '../../src/restore/run-options.js';
import type { Rig } from './backup-rig.js';
import { provideClients } from './clients.js';
import { Listener } from './listener.js';

const clients = await provideClients();

export interface Restoring {
  result: RestoreResult | undefined;
  /** What the run threw. */
  error: unknown;
  said: Listener;
}

/** Runs a restore as an action or the command line does. Never throws. */
export async function restoring(
  rig: Rig,
  inputs: Record<string, string>,
  options: Partial<Pick<RestoreOptions, 'signal' | 'env' | 'isPublic'>> & { said?: Listener } = {},
): Promise<Restoring> {
  const said = options.said ?? new Listener();
  const all: Record<string, string> = { backup: 'latest', jobs: '2', ...inputs };
  try {
    const result = await runRestore({
      inputs: readInputs('restore', (name) => all[name]),
      env: options.env ?? process.env,
      tempDir: rig.folder,
      cache: folderCache(() => ('notRun' in clients ? '' : clients.cacheDir)),
      method: 'rootless',
      version: '0.0.0',
      run: {},
      isPublic: options.isPublic ?? false,
      reporter: said,
      signal: options.signal ?? new AbortController().signal,
    });
    return { result, error: undefined, said };
  } catch (error) {
    return { result: undefined, error, said };
  }
}

/** The message of an error, or those of several that were thrown together. */
export function messagesOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messagesOf).join('\n');
  return error instanceof Error ? error.message : String(error);
}

/** Databases of the server that nobody but the test made. */
export async function databasesOf(rig: Rig): Promise<string[]> {
  const psql = await rig.psql();
  try {
    return await psql.query<string[]>(
      `SELECT json_agg(datname ORDER BY datname) FROM pg_catalog.pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')`,
    );
  } finally {
    await psql.close();
  }
}
