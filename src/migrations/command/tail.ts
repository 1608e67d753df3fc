import { GONE } from './redact.js';

const LINES = 40;

/** How psql, drivers and tools begin to tell of an error. */
const TELLS = /(?:error|fatal|panic|exception)['"]?:\s+\S/i;

/**
 * The last lines of an output. Where none of them tells of an error (some tools print a whole object after its message), the
 * last line that did stands before them.
 */
export class Tail {
  private readonly last: string[] = [];
  private told: string | undefined;

  push(line: string): void {
    // Of a value that has many lines one such is enough.
    if (line === GONE && this.last.at(-1) === GONE) return;
    this.last.push(line);
    if (this.last.length <= LINES) return;
    const gone = this.last.shift() ?? '';
    if (TELLS.test(gone)) this.told = gone;
  }

  lines(): string[] {
    const { last, told } = this;
    if (told === undefined || last.some((line) => TELLS.test(line))) return [...last];
    return [told, GONE, ...last.slice(2)];
  }
}
