import { UserError } from '../base/errors.js';
import type { Compression } from './types.js';

/** A program that compresses its standard input to its standard output. */
export interface CompressorProgram {
  path: string;
  args: readonly string[];
  env?: Record<string, string>;
}

/** Who compresses a dump, and how its file is then called. */
export interface CompressionPlan {
  /** The compression arguments of pg_dump. */
  pgDumpArgs: readonly string[];
  /** Compresses pg_dump's whole output, where pg_dump cannot do it itself. */
  program?: CompressorProgram;
  /** Of the stored file: empty where the compression is inside pg_dump's own format. */
  suffix: '' | '.zst' | '.gz' | '.lz4';
  /** What the bytes really are compressed with, after any fallback. */
  method: Compression['method'];
  /** Why it is not what was asked for. */
  note?: string;
}

/** What is to be had on this machine. */
export interface CompressionFacts {
  compression: Compression;
  format: 'custom' | 'directory' | 'plain';
  /** Of the pg_dump that runs. */
  pgDumpMajor: number;
  /** What this pg_dump was built with; before 16 it knows gzip alone. */
  pgDumpMethods: ReadonlySet<Compression['method']>;
  /** The `zstd` program, where there is one. */
  zstd?: { path: string; env?: Record<string, string> };
  cpus: number;
}

/** The program's own default. Measured on COPY text: as fast as level 1, and no larger than what gzip makes of it. */
const ZSTD_LEVEL = 3;
const GZIP_LEVEL = 6;
/**
 * One processor is left to pg_dump, or to a server beside it. Beyond a few threads pg_dump is what everything waits for;
 * and more threads compress a little worse.
 */
const MAX_THREADS = 4;

const SUFFIXES = { zstd: '.zst', gzip: '.gz', lz4: '.lz4', none: '' } as const;

/**
 * Decides who compresses: pg_dump where it can, the `zstd` program where it cannot. Never relies on pg_dump to refuse
 * what it does not know: pg_dump 13 takes `-Z zstd:3` in silence and compresses nothing.
 * @throws UserError when the method cannot be had.
 */
export function planCompression(facts: CompressionFacts): CompressionPlan {
  const { compression, format, pgDumpMajor, pgDumpMethods, zstd } = facts;
  const { method, level } = compression;
  const wholeFile = format === 'plain';
  const ownArgs = (spec: string): string[] => [`--compress=${spec}`];
  const own = (by: Compression['method'], args: string[]): CompressionPlan => ({
    pgDumpArgs: args,
    suffix: wholeFile ? SUFFIXES[by] : '',
    method: by,
  });
  switch (method) {
    case 'none':
      return { pgDumpArgs: ['--compress=0'], suffix: '', method };
    case 'gzip':
      // A bare level means gzip to every major.
      return own('gzip', ownArgs(String(level ?? GZIP_LEVEL)));
    case 'lz4':
      if (pgDumpMajor >= 16 && pgDumpMethods.has('lz4'))
        return own('lz4', ownArgs(level === undefined ? 'lz4' : `lz4:${level}`));
      throw new UserError(
        `compression: lz4 needs a pg_dump 16 or newer that was built with it; this is pg_dump ${pgDumpMajor}. Use zstd, gzip or none.`,
      );
    case 'zstd': {
      const grade = level ?? ZSTD_LEVEL;
      if (pgDumpMajor >= 16 && pgDumpMethods.has('zstd')) return own('zstd', ownArgs(`zstd:${grade}`));
      if (zstd === undefined) {
        return {
          ...own('gzip', ownArgs(String(GZIP_LEVEL))),
          note: `pg_dump ${pgDumpMajor} cannot compress with zstd and there is no zstd program, so it compresses with gzip, which takes several times as long. Install zstd.`,
        };
      }
      const threads = Math.max(1, Math.min(facts.cpus - 1, MAX_THREADS));
      return {
        pgDumpArgs: ['--compress=0'],
        // One frame with a checksum, which every decoder reads.
        program: { ...zstd, args: ['-q', '-c', '--check', `-${grade}`, `-T${threads}`] },
        suffix: '.zst',
        method,
      };
    }
  }
}

/** The name of a stored file: what it is, how it is compressed, whether it is encrypted. */
export function partName(base: string, options: { encrypted: boolean }): string {
  return options.encrypted ? `${base}.age` : base;
}
