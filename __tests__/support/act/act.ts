import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { installServers } from '../../servers/install.mjs';
import { freePort } from '../../servers/postgres.mjs';
import { readLog, type ActRun } from './log.js';

/*
 * What is not as on GitHub, all of act 0.2.89. Found by running it:
 * - It knows no `uses: $/x` and no `concurrency.queue` (see `forAct`), and fetches actions of steps that are skipped too,
 *   from github.com, which is not reached here (see `standIns`). actions/checkout it does itself, by copying.
 * - Its artifact server refuses what @actions/artifact 6 sends for a raw file (`unknown field "mime_type"`), and has no
 *   REST and no digests: a fake of GitHub's services takes its place, which act's variables let us name.
 * - All jobs of a matrix have one result, which stays red: those of single ones are only in what they put out. An
 *   expression for `max-parallel` is not understood, so they run one after the other.
 * - `GITHUB_WORKFLOW` of a called workflow is that workflow's own name, not the caller's.
 * - Queueing, permissions, environments, and that forks have no secrets are not enforced, and inputs that a called
 *   workflow does not have are not refused: that is asserted on the files, in `__tests__/house`.
 */

const program = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'act'))
  .find((path) => existsSync(path));

/** Whether act is installed here. Says so on standard error where it is not; decide with it at load time. */
export function actIsHere(suite: string): boolean {
  if (program === undefined)
    process.stderr.write(`NOT RUN: ${suite}: not installed: act (.ci/tools installs it)\n`);
  return program !== undefined;
}

/** The repository of somebody who uses pgkeep, and the machine that its workflows run on. */
export interface Checkout {
  /** Holds everything that is made here; the repository is in `repository`. */
  folder: string;
  /** Where programs of PostgreSQL are found that were installed before. */
  toolCache: string;
  /** What act must not fetch from github.com: `owner/repository@ref` and the folder that stands in for it. */
  repositories: Record<string, string>;
}

export interface RunOptions {
  event: string;
  /** `github.event`, beside a private repository. */
  payload?: object;
  secrets?: Record<string, string>;
  /** Variables of the machine. */
  env?: Record<string, string>;
  /** GitHub's services for a run of this number, in place of act's own artifact server: it has no REST and no digests. */
  github?: { env(runId: number): NodeJS.ProcessEnv };
}

/** Writes files into the user's repository and commits them; act reads branch and commit from it. */
export function commit(folder: string, files: Record<string, string>): void {
  const root = join(folder, 'repository');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const config = ['user.name=Mona', 'user.email=mona@example.com', 'commit.gpgsign=false'];
  const git = (...args: string[]): unknown =>
    execFileSync('git', [...config.flatMap((set) => ['-c', set]), ...args], { cwd: root });
  if (!existsSync(join(root, '.git'))) {
    git('init', '--quiet', '--initial-branch=main');
    git('remote', 'add', 'origin', 'https://github.com/octo/shop.git');
  }
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message=Change');
}

/** How many runs there were: artifacts and logs of runs go by their number. */
let runs = 0;

/** Runs one workflow file of the user's repository, on this machine, as GitHub would for that event. */
export async function runAct(checkout: Checkout, workflow: string, options: RunOptions): Promise<ActRun> {
  const { folder } = checkout;
  const { ACTIONS_RESULTS_URL: results = '', ...env } = options.github?.env((runs += 1)) ?? {};
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const dotenv = (values: NodeJS.ProcessEnv): string =>
    Object.entries(values)
      .map(([name, value = '']) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}\n`)
      .join('');
  // act gives every job RUNNER_TOOL_CACHE in its own cache.
  const cache = join(folder, 'cache');
  mkdirSync(cache, { recursive: true });
  if (!existsSync(join(cache, 'tool_cache'))) symlinkSync(checkout.toolCache, join(cache, 'tool_cache'));
  const args = [
    options.event,
    '--json',
    '--rm',
    `--workflows=.github/workflows/${workflow}.yml`,
    '--platform=ubuntu-latest=-self-hosted', // this machine, without a container
    ...Object.entries(checkout.repositories).map(([ref, path]) => `--local-repository=${ref}=${path}`),
    `--action-cache-path=${cache}`,
    `--eventpath=${file('event.json', JSON.stringify({ repository: { private: true }, ...options.payload }))}`,
    `--secret-file=${file('secrets', dotenv({ GITHUB_TOKEN: env['GITHUB_TOKEN'] ?? '', ...options.secrets }))}`,
    `--env-file=${file('env', dotenv({ ...env, ...options.env }))}`,
    '--no-cache-server',
    `--artifact-server-path=${join(folder, 'artifacts')}`,
    '--artifact-server-addr=127.0.0.1',
    `--artifact-server-port=${await freePort()}`,
  ];
  // In host mode act runs JavaScript actions with the `node` that it finds, whatever `using` says.
  const node = join(await installServers(), 'node_modules', 'node24', 'bin');
  const child = spawn(program ?? 'act', args, {
    cwd: join(folder, 'repository'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: [node, process.env['PATH']].join(delimiter),
      HOME: folder,
      // act gives them to every step, as those of the results service too.
      ACTIONS_RUNTIME_URL: results,
      ACTIONS_RUNTIME_TOKEN: env['ACTIONS_RUNTIME_TOKEN'],
    },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(readLog(text, code));
    });
  });
}
