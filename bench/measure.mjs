// Runs a command and measures it from outside: wall time, CPU of it and of all programs it started, the peak memory of
// its Node process, and the most disk that its temporary folder held.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SAMPLE_MS = 100;

/** Bytes of all files below a folder; what vanishes meanwhile does not count. */
function folderBytes(folder) {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true })) {
    try {
      const info = statSync(join(folder, name));
      if (info.isFile()) bytes += info.size;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return bytes;
}

/**
 * @param {string} script for bash; its exit code must be 0
 * @returns {Promise<{wall: number, cpu: number, nodePeak: number | undefined, tempPeak: number, output: string}>}
 * seconds and bytes
 */
export async function measure(script, env) {
  const work = mkdtempSync(join(tmpdir(), 'pgkeep-bench-run-'));
  const temp = join(work, 'temp');
  const peak = join(work, 'peak');
  const preload = join(work, 'peak.mjs');
  writeFileSync(
    preload,
    `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS * 1024)));\n`,
  );
  const child = spawn(
    'bash',
    ['-c', `set -o pipefail; mkdir -p "$RUNNER_TEMP"; TIMEFORMAT='%R %U %S'; time { ${script}\n}`],
    {
      env: { ...env, RUNNER_TEMP: temp, TMPDIR: temp, BENCH_PRELOAD: preload },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  let tempPeak = 0;
  const sampler = setInterval(() => {
    try {
      tempPeak = Math.max(tempPeak, folderBytes(temp));
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }, SAMPLE_MS);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(sampler);
  try {
    if (code !== 0) throw new Error(`exit ${code}: ${script}\n${errors}`);
    // bash's own `time` writes last.
    const [wall, user, system] = errors.trim().split('\n').at(-1).split(' ').map(Number);
    let nodePeak;
    try {
      nodePeak = Number(readFileSync(peak, 'utf8'));
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    return { wall, cpu: user + system, nodePeak, tempPeak, output };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
