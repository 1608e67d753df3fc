import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { read, ROOT } from './files.js';

/** Of this repository, as others see it: a path into it may follow, and the major's tag. */
const OURS = /^pgkeep\/pgkeep(?:\/([\w./-]+))?@v1$/;

interface Input {
  description?: string;
  type?: string;
  required?: boolean;
  default?: unknown;
}

/** What may be given to an action or a reusable workflow, and what comes back. */
export interface Interface {
  inputs: Record<string, Input>;
  secrets: Record<string, { description?: string; required?: boolean }>;
  outputs: Record<string, { description?: string; value?: string }>;
}

export interface Step {
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, unknown>;
}

export interface AnyJob {
  name?: string;
  if?: string;
  needs?: string | string[];
  uses?: string;
  with?: Record<string, unknown>;
  secrets?: Record<string, string>;
  permissions?: Record<string, string>;
  environment?: string;
  concurrency?: Record<string, unknown>;
  outputs?: Record<string, string>;
  'runs-on'?: string;
  'timeout-minutes'?: number | string;
  container?: { image: string };
  services?: Record<string, { image: string }>;
  steps?: Step[];
}

export interface WorkflowFile {
  name: string;
  on: string | Record<string, unknown>;
  permissions?: Record<string, string>;
  concurrency?: Record<string, unknown>;
  jobs: Record<string, AnyJob>;
}

/** The project's own workflows, reusable ones among them. */
export const WORKFLOW_FILES = namesIn('.github/workflows');

/** What users paste. */
export const STARTER_FILES = namesIn('workflows-templates');

/** The folders of the actions; the root has one more, the same as `backup`. */
export const ACTION_FOLDERS = readdirSync(ROOT).filter((name) => existsSync(join(ROOT, name, 'action.yml')));

function namesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `${folder}/${name}`);
}

export function workflowIn(file: string): WorkflowFile {
  return parse(read(file)) as WorkflowFile;
}

/** What a workflow is called with; undefined for one that cannot be called. */
export function callInterface({ on }: WorkflowFile): Interface | undefined {
  if (typeof on === 'string' || !('workflow_call' in on)) return undefined;
  return { inputs: {}, secrets: {}, outputs: {}, ...(on['workflow_call'] as Partial<Interface> | null) };
}

/** The interface behind a `uses:` that names something of this project; undefined for what is somebody else's. */
export function interfaceOf(uses: string): Interface | undefined {
  const match = OURS.exec(uses);
  if (match === null) return undefined;
  const [, path = ''] = match;
  if (path.endsWith('.yml')) return callInterface(workflowIn(path));
  const file = path === '' ? 'action.yml' : `${path}/action.yml`;
  return { secrets: {}, ...(parse(read(file)) as Omit<Interface, 'secrets'>) };
}

/** The steps of all jobs. */
export function stepsOf({ jobs }: WorkflowFile): Step[] {
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
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

/** The `cron:` lines of a workflow. */
export function cronsOf({ on }: WorkflowFile): string[] {
  const { schedule = [] } = (typeof on === 'string' ? {} : on) as { schedule?: { cron: string }[] };
  return schedule.map(({ cron }) => cron);
}
