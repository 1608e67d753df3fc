/** A place in the config file, counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/** Something in the config file that cannot be. The message begins in lower case and holds no secret. */
export interface Problem extends Position {
  message: string;
}

/** What stands behind a word of the config file, as the input would be given it. */
export interface Given extends Position {
  text: string;
}

/** One database of the fleet, with the defaults. */
export interface Member {
  /** What it is called in the file, and its family where `name` says nothing else. */
  database: string;
  at: Position;
  values: ReadonlyMap<string, Given>;
}

/** `pgkeep.yml:4:5: unknown key "keep-daly"`, as compilers say it. */
export function problemText(file: string, { line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}
