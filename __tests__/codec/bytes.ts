import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import type { Stage } from '../../src/codec/types.js';

/** The bytes, handed on in pieces of the sizes that `size` gives. */
// eslint-disable-next-line @typescript-eslint/require-await -- a stream of what is there already
export async function* pieces(bytes: Uint8Array, size: () => number): AsyncIterable<Uint8Array> {
  for (let offset = 0; offset < bytes.length;) {
    const end = offset + size();
    yield bytes.subarray(offset, end);
    offset = end;
  }
}

/** The bytes as a pipe delivers them. */
export function piped(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return pieces(bytes, () => 64 * 1024);
}

/** All that comes out of a stage. */
export async function through(stage: Stage, source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stage(source)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes that no two parts of which are alike. */
export function noise(length: number): Buffer {
  return randomBytes(length);
}

/** Whether all the programs are installed; says NOT RUN where not. Decided when a suite is loaded. */
export function hasPrograms(suite: string, programs: readonly string[]): boolean {
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing.length > 0) {
    process.stderr.write(`NOT RUN: ${suite}: not installed: ${missing.join(', ')}\n`);
  }
  return missing.length === 0;
}
