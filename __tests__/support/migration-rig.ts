import { mkdtempSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { readInputs } from '../../src/inputs/read.js';
import type { MigrationOptions } from '../../src/migrations/options.js';
import { checkMigrations } from '../../src/migrations/run.js';
import type { MigrationReport } from '../../src/migrations/types.js';
import { shell } from '../../src/base/text.js';
import type { Programs } from '../../src/postgres/types.js';
import { folderCache } from '../../src/postgres/programs/index.js';
import type { Rig } from './backup-rig.js';
import { provideClients } from './clients.js';
import { Listener } from './listener.js';
import { postgresBin } from './servers.js';

const clients = await provideClients();

export interface Check {
  report: MigrationReport | undefined;
  /** What the run threw. */
  error: unknown;
  said: Listener;
}

/** A folder with a psql that needs nothing in its environment. */
export function psqlFolder(folder: string, programs: Programs): string {
  const bin = mkdtempSync(join(folder, 'bin-'));
  const env = Object.entries(programs.env).map(([name, value]) => `export ${name}=${shell(value)}\n`);
  const exec = `exec ${shell(programs.path('psql'))} "$@"\n`;
  writeFileSync(join(bin, 'psql'), `#!/bin/sh\n${env.join('')}${exec}`, { mode: 0o755 });
  return bin;
}

/** Tries a command as the action does, on a scratch server of the rig's major; the command finds the rig's psql. Never throws. */
export async function check(
  { server, programs, folder }: Pick<Rig, 'server' | 'programs' | 'folder'>,
  inputs: Record<string, string>,
  options: Partial<Pick<MigrationOptions, 'signal' | 'env' | 'approval' | 'tempDir'>> = {},
): Promise<Check> {
  if ('notRun' in clients) throw new Error(clients.notRun);
  const said = new Listener();
  const bin = await postgresBin(server.major);
  const all: Record<string, string> = {
    backup: 'latest',
    'working-directory': folder,
    ...(bin === undefined ? {} : { 'postgres-bin': bin }),
    ...inputs,
  };
  const path = [psqlFolder(folder, programs), process.env['PATH'] ?? ''].join(delimiter);
  try {
    const report = await checkMigrations({
      inputs: readInputs('check-migrations', (name) => all[name]),
      env: { ...process.env, PATH: path, ...options.env },
      tempDir: options.tempDir ?? folder,
      cache: folderCache(() => clients.cacheDir),
      method: 'rootless',
      version: '0.0.0',
      run: {},
      reporter: said,
      signal: options.signal ?? new AbortController().signal,
      ...(options.approval === undefined ? {} : { approval: options.approval }),
    });
    return { report, error: undefined, said };
  } catch (error) {
    return { report: undefined, error, said };
  }
}
