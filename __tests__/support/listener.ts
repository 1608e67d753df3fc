import type { Reporter } from '../../src/base/reporter.js';

/** All that a run said. */
export class Listener implements Reporter {
  readonly lines: string[] = [];
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  /** Called with every line, so that a test can act at a certain moment. */
  onLine: (line: string) => void = () => undefined;

  info = (message: string): void => this.note(message);
  warn = (message: string): void => void (this.warnings.push(message), this.note(message));
  error = (message: string): void => void (this.errors.push(message), this.note(message));
  output = (program: string, line: string): void => this.note(`${program}: ${line}`);
  group = <T>(_title: string, work: () => Promise<T>): Promise<T> => work();
  progress = (): void => undefined;
  mask = (): void => undefined;

  get text(): string {
    return this.lines.join('\n');
  }

  private note(line: string): void {
    this.lines.push(line);
    this.onLine(line);
  }
}
