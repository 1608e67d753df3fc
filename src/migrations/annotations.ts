import { relative, resolve, sep } from 'node:path';
import { UserError } from '../base/errors.js';
import { plural } from '../base/units.js';
import type { FileLine } from './judge/index.js';
import { KINDS } from './report/words.js';
import type { Fact, MigrationReport } from './types.js';

/** What is said at a line of the pull request's files. */
export interface Annotation {
  level: 'error' | 'warning';
  message: string;
  /** The path is from the root of the repository. */
  file: FileLine;
}

export interface AnnotationOptions {
  /** Absolute. */
  workspace: string;
  workingDirectory: string;
  /** False where everybody can read them: no name out of the database is in them then. */
  namesToo: boolean;
}

/** A lock that nobody notices is in each migration. Milliseconds, as for `fail-on: lock`. */
const NOTICED_MS = 1000;

/** What fails the check, and rewrites and long locks that do not, where their statements stand in the files. */
export function annotationsOf(report: MigrationReport, options: AnnotationOptions): Annotation[] {
  const { workspace, workingDirectory, namesToo } = options;
  return report.facts.flatMap((fact): Annotation[] => {
    const file = fileOf(report, fact);
    if (file === undefined || !(fact.fails || isNoticed(report, fact))) return [];
    const path = relative(workspace, resolve(workspace, workingDirectory, file.path)).replaceAll(sep, '/');
    const message = namesToo ? [fact.message, fact.advice ?? ''].join(' ').trim() : wordsOf(fact);
    const level = fact.fails && report.outcome === 'failed' ? 'error' : 'warning';
    return [{ level, message, file: { path, line: file.line } }];
  });
}

/** What else makes the run red: what stands in no file; at least one error for a red run, none for a green one. */
export function reasonsBeside(report: MigrationReport, namesToo: boolean): UserError[] {
  if (report.outcome !== 'failed') return [];
  const failing = report.facts.filter(({ fails }) => fails);
  const beside = failing.filter((fact) => fileOf(report, fact) === undefined);
  if (beside.length === 0)
    return [
      new UserError(`The migration check failed: ${plural(failing.length, 'thing')}, at the lines above.`),
    ];
  const texts = namesToo ? beside.map(({ message }) => message) : [...new Set(beside.map(wordsOf))];
  return texts.map((text) => new UserError(text));
}

function fileOf({ statements }: MigrationReport, { statement }: Fact): FileLine | undefined {
  return statement === undefined ? undefined : statements[statement]?.file;
}

function isNoticed({ locks }: MigrationReport, { kind, statement }: Fact): boolean {
  return (
    kind === 'rewrite' ||
    (kind === 'lock' && locks.some((lock) => lock.statement === statement && lock.longestMs >= NOTICED_MS))
  );
}

const wordsOf = ({ kind }: Fact): string =>
  `${KINDS[kind]}. Names are left out here, where everybody can read them: run pgkeep check-migrations on a machine of your own to see them.`;
