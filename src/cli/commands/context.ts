import type { Reporter } from '../../base/reporter.js';
import type { Style } from '../style.js';

/** What a command is run with. */
export interface CommandContext {
  env: NodeJS.ProcessEnv;
  reporter: Reporter;
  signal: AbortSignal;
  /** Columns of the terminal; undefined when standard output is none. */
  width: number | undefined;
  /** Colours text for standard output, where it takes colours. */
  paint: (text: string, style: Style) => string;
  /** Writes a result to standard output. */
  print: (text: string) => void;
}
