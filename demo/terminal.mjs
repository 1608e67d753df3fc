// What the demo prints, and the commands that it runs before the reader's eyes.
import { spawn } from 'node:child_process';

const colours = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
const paint = (code) => (text) => (colours && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint('1');
export const dim = paint('2');
export const green = paint('32');
export const red = paint('31');

export function say(text = '') {
  process.stdout.write(`${text}\n`);
}

let steps = 0;

/** Begins a numbered step. */
export function step(title) {
  steps += 1;
  say(`\n${bold(`${steps}. ${title}`)}`);
}

/** A line below a step. */
export function note(text) {
  say(text === '' ? '' : `   ${text}`);
}

/** One that is not worth much attention. */
export function aside(text) {
  note(dim(text));
}

/** A command could not be run to a good end. */
export class CommandError extends Error {}

/**
 * Runs a command of the shell to its end; its output is shown indented, unless `quiet`.
 * @param {string} command
 * @param {{cwd: string, env: NodeJS.ProcessEnv, signal: AbortSignal, quiet?: boolean, shown?: string | false}} options
 * `shown` is what the reader sees instead of `command` (which may hold a secret); `false`: nothing.
 * @returns {Promise<string>} its standard output
 * @throws CommandError when it fails; the reason of the signal when that fires. It has ended by then.
 */
export async function shell(command, { cwd, env, signal, quiet = false, shown = command }) {
  signal.throwIfAborted();
  if (shown !== false) note(`${green('$')} ${shown}`);
  const child = spawn('sh', ['-c', command], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what the shell has started can be stopped with it.
    detached: true,
  });
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  signal.addEventListener('abort', stop);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  if (!quiet) for (const stream of [child.stdout, child.stderr]) stream.on('data', lines(aside));
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    if (code !== 0)
      throw new CommandError(
        `This command failed (exit ${code}): ${shown || command}\n${quiet ? stderr : ''}`,
      );
    return stdout;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Calls `print` for each line of what arrives in pieces. */
function lines(print) {
  let rest = '';
  return (text) => {
    const all = (rest + text).split('\n');
    rest = all.pop() ?? '';
    for (const line of all) print(line);
  };
}
