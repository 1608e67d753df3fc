import * as core from '@actions/core';
import type { Reporter } from '../base/reporter.js';
import { formatBytes } from '../base/units.js';
import type {
  BackupOutput,
  CheckMigrationsOutput,
  FleetOutput,
  PruneOutput,
  RestoreOutput,
  StatusOutput,
  VerifyOutput,
} from '../inputs/outputs.js';

// A job's outputs may be 1 MB together, counted in UTF-16; a job that exceeds it fails although its work is done.
const LIMIT_BYTES = 1024 * 1024;
const RESERVED_BYTES = 16 * 1024;

/**
 * Sets outputs of the step; objects and lists as JSON. One that would exceed what GitHub takes is left empty, with
 * a warning. Short ones come first, so that the long one is what is left out.
 */
export function setOutputs(
  outputs: Partial<
    Record<
      | BackupOutput
      | RestoreOutput
      | VerifyOutput
      | CheckMigrationsOutput
      | PruneOutput
      | StatusOutput
      | FleetOutput,
      unknown
    >
  >,
  reporter: Reporter,
): void {
  const texts = Object.entries(outputs)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
    .sort(([, a], [, b]) => a.length - b.length);
  let free = LIMIT_BYTES - RESERVED_BYTES;
  for (const [name, text] of texts) {
    const bytes = text.length * 2;
    if (bytes > free) {
      core.setOutput(name, '');
      reporter.warn(
        `Output "${name}" would be ${formatBytes(bytes)}, and GitHub takes ${formatBytes(LIMIT_BYTES)} in all: it is left empty. The same is in storage.`,
      );
    } else {
      core.setOutput(name, text);
      free -= bytes;
    }
  }
}
