import { Mask } from '../base/mask.js';
import { describeReading, Meter, ProgressLog, type Reading } from '../base/meter.js';
import type { Progress, Reporter } from '../base/reporter.js';
import { cutTo, printable, printableLine } from '../base/text.js';
import { isCapable, styled, usesColor, type Style } from './style.js';

/** What the reporter needs of standard error. */
export interface Terminal {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface TerminalOptions {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** False when the user wants none. */
  color?: boolean;
  /** Only warnings and errors. */
  quiet?: boolean;
}

const REDRAW_MS = 100;
const BAR_COLUMNS = 24;
const CLEAR_LINE = '\r\u001b[2K';

/**
 * Reports to people at a terminal, on standard error, so that standard output holds results alone.
 * Progress is a bar that is drawn over and over on a terminal, and a line every 15 seconds elsewhere.
 */
export class TerminalReporter implements Reporter {
  private readonly secrets = new Mask();
  private readonly meter = new Meter();
  private readonly log = new ProgressLog();
  private readonly colors: boolean;
  private readonly interactive: boolean;
  private lastDrawn = -Infinity;
  private barShown = false;

  constructor(private readonly options: TerminalOptions) {
    const output = { stream: options.terminal, env: options.env, color: options.color };
    this.interactive = isCapable(output);
    this.colors = usesColor(output);
  }

  info(message: string): void {
    if (this.options.quiet !== true) this.line(this.safe(message));
  }

  warn(message: string): void {
    this.line(`${this.styled('warning:', 'yellow')} ${this.safe(message)}`);
  }

  error(message: string): void {
    this.line(`${this.styled('error:', 'red')} ${this.safe(message)}`);
  }

  output(program: string, line: string): void {
    if (this.options.quiet !== true) this.line(this.styled(`${program}: ${this.safeLine(line)}`, 'dim'));
  }

  async group<T>(title: string, work: () => Promise<T>): Promise<T> {
    if (this.options.quiet !== true) this.line(this.styled(this.safeLine(title), 'bold'));
    try {
      return await work();
    } finally {
      this.clear();
    }
  }

  progress(update: Progress): void {
    if (this.options.quiet === true) return;
    const now = this.options.now();
    if (!this.interactive) {
      const line = this.log.line(update, now);
      if (line !== undefined) this.line(this.safeLine(line));
      return;
    }
    const { started, reading } = this.meter.update(update, now);
    if (!started && now - this.lastDrawn < REDRAW_MS) return;
    this.lastDrawn = now;
    this.draw(reading);
  }

  mask(secret: string): void {
    this.secrets.add(secret);
  }

  /** Takes the bar away; whoever writes to standard output or ends the program calls this first. */
  clear(): void {
    if (this.barShown) this.options.terminal.write(CLEAR_LINE);
    this.barShown = false;
  }

  // Masked first: a secret with a control character in it would no longer be found afterwards.
  private safe(text: string): string {
    return printable(this.secrets.apply(text));
  }

  private safeLine(text: string): string {
    return printableLine(this.secrets.apply(text));
  }

  private line(text: string): void {
    this.clear();
    this.options.terminal.write(`${text}\n`);
  }

  private draw(reading: Reading): void {
    const { share } = reading;
    const filled = share === undefined ? 0 : Math.round(share * BAR_COLUMNS);
    const bar = share === undefined ? '' : ` [${'#'.repeat(filled)}${'.'.repeat(BAR_COLUMNS - filled)}]`;
    const text = this.safeLine(`${reading.label}${bar} ${describeReading(reading)}`);
    // One column stays free: many terminals wrap as soon as the last one is written to.
    this.options.terminal.write(CLEAR_LINE + cutTo(text, (this.options.terminal.columns ?? 80) - 1));
    this.barShown = true;
  }

  private styled(text: string, style: Style): string {
    return this.colors ? styled(text, style) : text;
  }
}
