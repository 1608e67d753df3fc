/** What is read of a line of `act --json`. */
interface Entry {
  msg?: string;
  /** `<name of the calling job>/<name of the called workflow>/<name of the job>`, or `<workflow>/<job>`. */
  job?: string;
  jobResult?: string;
  /** A command in a step's output, or what act read from the step's files: `set-output`, `summary`. */
  command?: string;
  content?: string;
  name?: string;
  arg?: string;
}

/** How a run under act ended, and all that it left. */
export interface ActRun {
  code: number | null;
  /** Each job's result by its name; those that were skipped are not there. */
  jobs: Record<string, string>;
  /** The text of each error annotation. */
  errors: string[];
  warnings: string[];
  /** What steps put out; where several put out the same name, the last one's. */
  outputs: Record<string, string>;
  /** The summaries of all steps, in the order in which they ended. */
  summary: string;
  /** What a reader of the log sees, masked as act masks it: whole secrets, and what `::add-mask::` names. */
  log: string;
}

/** Reads what `act --json` printed. Lines that are not JSON are act's own complaints. */
export function readLog(text: string, code: number | null): ActRun {
  const entries = text
    .split('\n')
    .filter((line) => line !== '')
    .map(parsed);
  const of = (command: string): Entry[] => entries.filter((entry) => entry.command === command);
  return {
    code,
    jobs: Object.fromEntries(
      entries.flatMap(({ job = '', jobResult }) =>
        jobResult === undefined ? [] : [[job.trim(), jobResult]],
      ),
    ),
    errors: of('error').map(({ arg }) => arg ?? ''),
    warnings: of('warning').map(({ arg }) => arg ?? ''),
    outputs: Object.fromEntries(of('set-output').map(({ name, arg }) => [name ?? '', arg ?? ''])),
    summary: of('summary')
      .map(({ content }) => content)
      .join('\n'),
    log: entries.map(({ msg = '' }) => msg.trimEnd()).join('\n'),
  };
}

function parsed(line: string): Entry {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return { msg: line };
  }
}
