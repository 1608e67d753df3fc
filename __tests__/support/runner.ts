import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installServers } from '../servers/install.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How a step ended, and all that it left. */
export interface StepResult {
  code: number | null;
  log: string;
  outputs: Record<string, string>;
  summary: string;
}

/** A step that is running. */
export interface Step {
  process: ChildProcess;
  /** What it printed so far. */
  log(): string;
  result: Promise<StepResult>;
}

export interface StepOptions {
  inputs: Record<string, string>;
  env?: Record<string, string>;
  /** RUNNER_TOOL_CACHE: where programs of other majors are found. */
  toolCache?: string;
  /** `payload` of the event that started the workflow. */
  event?: unknown;
}

/** Outputs as the runner reads them from the file: `name<<delimiter`, lines, `delimiter`. */
function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const match of text.matchAll(/^([^\n<]+)<<(\S+)\n([\s\S]*?)\n?\2\n/gm)) {
    if (match[1] !== undefined) outputs[match[1]] = match[3] ?? '';
  }
  return outputs;
}

/** Starts the committed bundle as a runner starts a JavaScript action: Node 24, `INPUT_*`, files for outputs and summary. */
export async function startStep(action: string, options: StepOptions): Promise<Step> {
  const node = join(await installServers(), 'node_modules', 'node24', 'bin', 'node');
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-step-'));
  const file = (name: string, text = ''): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const temp = join(folder, 'temp');
  mkdirSync(temp);
  const inputs = Object.entries(options.inputs).map(([name, text]): [string, string] => [
    `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
    text,
  ]);
  const [output, summary] = [file('output'), file('summary')];
  const child = spawn(node, [join(root, 'dist', `${action}.js`)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_REPOSITORY: 'octo/shop',
      GITHUB_WORKFLOW: 'Backup',
      GITHUB_RUN_ID: '4711',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_ACTOR: 'mona',
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(options.event ?? {})),
      RUNNER_TEMP: temp,
      RUNNER_TOOL_CACHE: options.toolCache ?? join(folder, 'tools'),
      ...Object.fromEntries(inputs),
      ...options.env,
    },
  });
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const result = new Promise<StepResult>((resolve) => {
    child.once('close', (code) => {
      const outputs = parseOutputs(readFileSync(output, 'utf8'));
      const text = existsSync(summary) ? readFileSync(summary, 'utf8') : '';
      rmSync(folder, { recursive: true, force: true });
      resolve({ code, log, outputs, summary: text });
    });
  });
  return { process: child, log: () => log, result };
}

/** Runs a step to its end. */
export async function runStep(action: string, options: StepOptions): Promise<StepResult> {
  return (await startStep(action, options)).result;
}
