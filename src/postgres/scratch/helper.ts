import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

const TAIL_LINES = 30;

/** A shell program of ours that lives until its standard input ends, and says in words how far it is. */
export class Helper {
  /** Resolves, never rejects, when it has ended. */
  readonly exit: Promise<void>;
  private readonly stderr: string[] = [];
  private readonly said = new Map<string, number>();
  private look: (() => void)[] = [];
  private done = false;

  constructor(private readonly child: ChildProcess) {
    // It has ended already: that is what counts.
    child.stdin?.on('error', () => undefined);
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (word) => {
        this.said.set(word, this.times(word) + 1);
        this.wake();
      });
    }
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        this.stderr.push(line);
        if (this.stderr.length > TAIL_LINES) this.stderr.shift();
      });
    }
    this.exit = new Promise((resolve) => {
      child.once('error', (error) => {
        this.stderr.push(error.message);
        resolve();
      });
      child.once('close', () => resolve());
    });
    void this.exit.then(() => {
      this.done = true;
      this.wake();
    });
  }

  get ended(): boolean {
    return this.done;
  }

  /** The last lines of its standard error. */
  get tail(): string {
    return this.stderr.join('\n');
  }

  /** How often it has said that word. */
  times(word: string): number {
    return this.said.get(word) ?? 0;
  }

  /** Waits until it has said a word that often. False when it ends before. */
  async hear(word: string, times = 1): Promise<boolean> {
    while (this.times(word) < times) {
      if (this.done) return false;
      await new Promise<void>((resolve) => this.look.push(resolve));
    }
    return true;
  }

  /** Gives it a line to read. */
  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Tells it to clean up and end. */
  close(): void {
    this.child.stdin?.end();
  }

  private wake(): void {
    for (const resolve of this.look.splice(0)) resolve();
  }
}
