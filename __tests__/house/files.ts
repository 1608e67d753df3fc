import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Every file that belongs to the project, also before its first commit; undefined without git or a checkout. */
export function projectFiles(): string[] | undefined {
  // A checkout of another user's (a container's root in a runner's folder) is no risk to a mere listing.
  const args = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) return undefined;
  return stdout.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
}

/** The fenced blocks of a Markdown text in one of the languages. */
export function blocks(markdown: string, ...languages: string[]): string[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, language = '']) => languages.includes(language))
    .map(([, , text = '']) => text);
}

export interface Step {
  id?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, unknown>;
}

export interface Job {
  needs?: string[];
  container?: { image: string };
  environment?: string;
  services?: Record<string, { image: string }>;
  permissions?: Record<string, string>;
  steps: Step[];
  'timeout-minutes'?: number;
}

export interface Workflow {
  permissions?: Record<string, string>;
  concurrency?: { group: string; 'cancel-in-progress': boolean };
  jobs: Record<string, Job>;
}

/** Every step in YAML of whatever shape: a workflow, a list of steps, or a piece of one. */
export function stepsIn(yaml: string): Step[] {
  const found: Step[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('uses' in value && typeof value.uses === 'string') found.push(value as Step);
    Object.values(value).forEach(visit);
  };
  visit(parse(yaml));
  return found;
}
