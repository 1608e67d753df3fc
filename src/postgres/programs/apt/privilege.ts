import { run } from '../../../base/process.js';
import type { InstallOptions } from '../types.js';

/** Whether packages can be installed into the system, and how. */
export type Privilege = 'root' | 'sudo' | 'none';

/** What this process may do without being asked for a password. */
export async function privilege(options: InstallOptions): Promise<Privilege> {
  if (options.method === 'rootless') return 'none';
  if (process.getuid?.() === 0) return 'root';
  const { code } = await run('sudo', ['-n', 'true'], {
    env: options.env,
    timeoutMs: 20_000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return code === 0 ? 'sudo' : 'none';
}
