import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramSource, ServerPrograms } from '../../types.js';
import { probeFolder, type Probe, type ProbeOptions } from '../probe.js';
import type { InstallOptions } from '../types.js';
import { unpackedEnv } from './unpacked-env.js';

/** Looks whether `folder` holds `postgres` and `initdb`, of one major, and that they run. */
export async function probeServer(folder: string, options: ProbeOptions): Promise<Probe<ServerPrograms>> {
  const { programs, problem } = await probeFolder(folder, ['postgres', 'initdb'], options);
  if (programs === undefined) return { problem };
  const { major, version } = programs;
  return {
    programs: {
      major,
      version,
      source: options.source,
      initdb: programs.path('initdb'),
      postgres: programs.path('postgres'),
      env: options.programEnv ?? {},
    },
  };
}

/** Debian's servers read the time zones there and nowhere else. */
const ZONES = '/usr/share/zoneinfo';

/** Looks at a server that Debian packages were unpacked into `root` for. */
export async function probeUnpackedServer(
  root: string,
  major: number,
  source: ProgramSource,
  options: InstallOptions,
): Promise<Probe<ServerPrograms>> {
  const zones = await access(ZONES).then(
    () => true,
    () => false,
  );
  if (!zones)
    return { problem: `an unpacked server needs this machine's time zones (${ZONES}, package tzdata)` };
  return probeServer(join(root, 'usr', 'lib', 'postgresql', String(major), 'bin'), {
    source,
    env: options.env,
    programEnv: await unpackedEnv(root, options.env),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}
