import { execFileSync } from 'node:child_process';

/** Whether this process may mount a small file system of its own, to fill it. */
export function canMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}
