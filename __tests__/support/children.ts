import { readdirSync, readFileSync } from 'node:fs';

/** The children of this process whose command line matches, by their ids. Needs /proc. */
export function childrenLike(pattern: RegExp): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isChild(pid, pattern));
}

function isChild(pid: number, pattern: RegExp): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return state !== 'Z' && Number(parent) === process.pid && pattern.test(command);
  } catch {
    return false;
  }
}

/** Waits until something is there: for long enough that nothing but its absence can be the reason. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
