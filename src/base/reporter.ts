/** How far a long piece of work is. Bytes are those of the dump as pg_dump or its compressor writes them. */
export interface Progress {
  /** What is going on, e.g. `dumping shop`. */
  label: string;
  /** Bytes done so far. */
  bytes: number;
  /** The share done, 0 to 1, where it can be estimated. */
  share?: number;
}

/**
 * Where a room says what it does. The GitHub room and the CLI each bring one; rooms never print by themselves,
 * so the same code runs in a workflow, on a terminal and in a test.
 */
export interface Reporter {
  info(message: string): void;
  /** Something the user should look at although the run goes on: an annotation on GitHub. */
  warn(message: string): void;
  /** A failure that does not end the run at once (one of two stores): an annotation on GitHub. */
  error(message: string): void;
  /** A line that another program printed. It is masked and can never act as a workflow command. */
  output(program: string, line: string): void;
  /** Runs `work` under a heading that a reader can fold away. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Called as often as one likes; the reporter decides how often it shows. */
  progress(update: Progress): void;
  /** Hides `secret` in everything printed from now on. Short and trivial values are ignored. */
  mask(secret: string): void;
}

/** A reporter that says nothing. */
export const silentReporter: Reporter = {
  info() {},
  warn() {},
  error() {},
  output() {},
  group: (_title, work) => work(),
  progress() {},
  mask() {},
};
