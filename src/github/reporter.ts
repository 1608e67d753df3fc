import * as core from '@actions/core';
import { hidden, Mask } from '../base/mask.js';
import { ProgressLog } from '../base/meter.js';
import type { Progress, Reporter } from '../base/reporter.js';
import { printableLine } from '../base/text.js';
import { ANNOTATION_LENGTH, annotationText, logText, programLine } from './text.js';

// The runner shows ten annotations of each kind for a step. The last one is kept for what ends the run.
const ANNOTATIONS = 9;

type Level = 'warning' | 'error';

/** Reports to a workflow's log: foldable groups, annotations, and secrets registered with the runner. */
export class GithubReporter implements Reporter {
  private readonly secrets = new Mask();
  private readonly log = new ProgressLog();
  private readonly annotated: Record<Level, number> = { warning: 0, error: 0 };
  private depth = 0;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  info(message: string): void {
    core.info(logText(this.secrets.apply(message)));
  }

  /** Details for whoever looks into a failure, in a quieter colour. */
  detail(message: string): void {
    for (const line of logText(this.secrets.apply(message)).split('\n'))
      core.info(`\u001b[2m${line}\u001b[0m`);
  }

  warn(message: string): void {
    this.annotate('warning', message);
  }

  error(message: string): void {
    this.annotate('error', message);
  }

  /** At a line of a file of the repository, where a pull request shows it. */
  annotateAt(level: Level, message: string, { path, line }: { path: string; line: number }): void {
    this.annotate(level, message, { file: path, startLine: line });
  }

  /** The failure that ends the run: always an annotation, and the step is red. */
  fail(message: string): void {
    const text = this.secrets.apply(message);
    core.setFailed(annotationText(text));
    if (text.length > ANNOTATION_LENGTH) core.info(logText(text));
  }

  /** Text for a place that the runner hides nothing in, such as an output. */
  masked(text: string): string {
    return this.secrets.apply(text);
  }

  output(program: string, line: string): void {
    core.info(programLine(program, this.secrets.apply(line)));
  }

  async group<T>(title: string, work: () => Promise<T>): Promise<T> {
    // Groups do not nest in a log: a group within a group is a heading.
    if (this.depth > 0) {
      this.info(title);
      return work();
    }
    core.startGroup(printableLine(this.secrets.apply(title)));
    this.depth += 1;
    try {
      return await work();
    } finally {
      this.depth -= 1;
      core.endGroup();
    }
  }

  progress(update: Progress): void {
    const line = this.log.line(update, this.now());
    if (line !== undefined) this.info(line);
  }

  mask(secret: string): void {
    // The runner would mask each line of a value, a brace on a line of its own included; so it gets the lines
    // that are worth it, one by one.
    for (const text of hidden(secret)) core.setSecret(text);
    this.secrets.add(secret);
  }

  private annotate(level: Level, message: string, at: core.AnnotationProperties = {}): void {
    const text = this.secrets.apply(message);
    this.annotated[level] += 1;
    const shown = this.annotated[level] <= ANNOTATIONS;
    if (shown) core[level](annotationText(text), at);
    if (!shown || text.length > ANNOTATION_LENGTH) {
      core.info(logText(`${level === 'error' ? 'Error' : 'Warning'}: ${text}`));
    }
  }
}
