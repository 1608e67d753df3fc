import type { Target } from '../connection/target.js';

export interface ExplainContext {
  /** Who was meant to answer, where it is known. */
  target?: Target | undefined;
}

/** A failure that we know by what PostgreSQL's programs print about it (in English, majors 13 to 18). */
export interface Cause {
  pattern: RegExp;
  /** What happened, to what, and what to do next. `stderr` is everything that was printed. */
  say: (match: RegExpExecArray, context: ExplainContext, stderr: string) => string;
}

/** `the server db.example.com on port 5432`, as far as it is known. */
export function serverName({ target }: ExplainContext): string {
  if (target?.host === undefined) return 'the server';
  return `the server ${target.host}${target.port === undefined ? '' : ` on port ${target.port}`}`;
}
