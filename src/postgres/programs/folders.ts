import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from './machine.js';

/** A place where versioned folders stand: `parent/<name>/below`, for every name that matches. */
export interface Place {
  parent: string;
  name: RegExp;
  below: string;
}

/** Where the packages of each system put the programs of one major, by their own conventions. */
export function places(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Place[] {
  if (platform === 'win32') {
    const files = [env['ProgramFiles'], env['ProgramW6432'], 'C:\\Program Files'].filter(
      (folder) => folder !== undefined && folder !== '',
    );
    return [...new Set(files)].map((folder) => ({
      parent: `${folder}\\PostgreSQL`,
      name: /^\d+$/,
      below: 'bin',
    }));
  }
  const formulae = (prefix: string): Place => ({
    parent: `${prefix}/opt`,
    name: /^(?:postgresql@\d+|libpq)$/,
    below: 'bin',
  });
  const brew = [env['HOMEBREW_PREFIX'], '/opt/homebrew', '/usr/local', '/home/linuxbrew/.linuxbrew'];
  const prefixes = [...new Set(brew.filter((prefix) => prefix !== undefined && prefix !== ''))] as string[];
  if (platform === 'darwin')
    return [
      ...prefixes.map(formulae),
      { parent: '/Applications/Postgres.app/Contents/Versions', name: /^\d+$/, below: 'bin' },
      { parent: '/Library/PostgreSQL', name: /^\d+$/, below: 'bin' },
    ];
  return [
    // Debian and Ubuntu, PostgreSQL's own RPMs, Alpine, SUSE.
    { parent: '/usr/lib/postgresql', name: /^\d+$/, below: 'bin' },
    { parent: '/usr', name: /^pgsql-\d+$/, below: 'bin' },
    { parent: '/usr/libexec', name: /^postgresql\d+$/, below: '' },
    { parent: '/usr/lib', name: /^postgresql\d+$/, below: 'bin' },
    ...prefixes.map(formulae),
  ];
}

/**
 * The folders that may hold PostgreSQL's programs, without looking into them: the versioned ones, then those of the
 * `PATH` (distributions with one version only keep it there).
 */
export async function candidateFolders(machine: Machine, env: NodeJS.ProcessEnv): Promise<string[]> {
  const folders: string[] = [];
  for (const { parent, name, below } of places(machine.platform, env)) {
    const inside = `${machine.root}${parent}`;
    const names = (await readdir(inside).catch(() => [])).filter((entry) => name.test(entry));
    folders.push(...names.map((entry) => join(inside, entry, below)));
  }
  const separator = machine.platform === 'win32' ? ';' : ':';
  const path = (env['PATH'] ?? env['Path'] ?? '').split(separator).filter((entry) => entry !== '');
  return [...new Set([...folders, ...path])];
}
