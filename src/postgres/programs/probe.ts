import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '../../base/process.js';
import type { ProgramName, Programs, ProgramSource } from '../types.js';

const NAMES: readonly ProgramName[] = ['pg_dump', 'psql', 'pg_restore', 'pg_dumpall'];

export interface Version {
  major: number;
  /** `17.11`, `18beta1` */
  version: string;
}

/** Reads `pg_dump (PostgreSQL) 17.11 (Debian 17.11-1)`; undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const match = /\) (\d+)((?:\.\d+)*(?:(?:devel|alpha|beta|rc)\d*)?)(?:\s|$)/.exec(text);
  if (match === null) return undefined;
  return { major: Number(match[1]), version: `${match[1]}${match[2]}` };
}

/** The version as the tool cache wants it: `17.11` -> `17.11.0`, `18beta1` -> `18.0.0-beta1`. */
export function toSemver(version: string): string {
  const [, numbers = '0', pre = ''] = /^([\d.]+)(.*)$/.exec(version) ?? [];
  const parts = [...numbers.split('.'), '0', '0'].slice(0, 3).join('.');
  return pre === '' ? parts : `${parts}-${pre}`;
}

export interface ProbeOptions {
  source: ProgramSource;
  /** The environment to run the programs in. */
  env: NodeJS.ProcessEnv;
  /** What the programs need beside it. */
  programEnv?: Record<string, string>;
  windows?: boolean;
  signal?: AbortSignal;
}

/** Either the programs of a folder, or why they are of no use. */
export type Probe<T = Programs> =
  { programs: T; problem?: undefined } | { programs?: undefined; problem: string };

/** Looks whether `folder` holds all four client programs; see `probeFolder`. */
export async function probe(folder: string, options: ProbeOptions): Promise<Probe> {
  const { programs, problem } = await probeFolder(folder, NAMES, options);
  if (programs === undefined) return { problem };
  return { programs: { ...programs, source: options.source, env: options.programEnv ?? {} } };
}

/**
 * Looks whether `folder` holds all these programs, of one major, and runs each: a folder's name says nothing, and a
 * missing shared library shows only now. Debian's `pg_wrapper` is refused: it runs whatever major it likes.
 */
export async function probeFolder<Name extends string>(
  folder: string,
  names: readonly Name[],
  options: ProbeOptions,
): Promise<Probe<Version & { path(name: Name): string }>> {
  const path = (name: Name): string => join(folder, options.windows === true ? `${name}.exe` : name);
  for (const name of names) {
    const real = await realpath(path(name)).catch(() => undefined);
    if (real === undefined) return { problem: `${folder} has no ${name}` };
    if (basename(real) === 'pg_wrapper')
      return { problem: `${path(name)} is pg_wrapper, which chooses a version by itself` };
    const executable = await access(real, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!executable) return { problem: `${path(name)} may not be executed` };
  }
  const env = { ...options.env, ...options.programEnv };
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const results = await Promise.all(
    names.map(async (name) => ({
      name,
      ...(await run(path(name), ['--version'], { env, timeoutMs: 30_000, ...signal })),
    })),
  );
  let version: Version | undefined;
  for (const { name, code, stdout, stderr } of results) {
    const own = code === 0 ? parseVersion(stdout.toString('utf8')) : undefined;
    if (own === undefined)
      return { problem: `${path(name)} does not run${stderr === '' ? '' : `: ${stderr.split('\n')[0]}`}` };
    version ??= own;
    if (own.major !== version.major)
      return { problem: `${folder} mixes majors: ${names[0]} ${version.version}, ${name} ${own.version}` };
  }
  if (version === undefined) return { problem: `${folder} has no programs` };
  return { programs: { ...version, path } };
}
