import type { Reporter } from '../../base/reporter.js';

/** What a command is run with. */
export interface CommandContext {
  env: NodeJS.ProcessEnv;
  reporter: Reporter;
  signal: AbortSignal;
  /** Columns of the terminal; undefined when standard output is none. */
  width: number | undefined;
  /** Writes a result to standard output. */
  print(text: string): void;
}
