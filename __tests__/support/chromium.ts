import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const program = ['chromium', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Whether there is a browser. Says so on standard error where there is none; decide with it at load time. */
export function chromiumIsHere(suite: string): boolean {
  if (program === undefined) process.stderr.write(`NOT RUN: ${suite}: not installed: chromium\n`);
  return program !== undefined;
}

/** A headless browser with one page, driven by the DevTools protocol through a pipe. */
export interface Browser {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  /** What the page said of itself so far: requests, exceptions, log entries. */
  events: { method: string; params: Record<string, unknown> }[];
  stop(): Promise<void>;
}

export async function startBrowser(): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-chromium-'));
  const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe'];
  const child = spawn(program ?? '', [...args, `--user-data-dir=${folder}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const [input, output] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const events: Browser['events'] = [];
  const waiting = new Map<
    number,
    { done: (result: Record<string, unknown>) => void; fail: (e: Error) => void }
  >();
  let [rest, last] = ['', 0];
  output.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const { id, method, params, result, error } = JSON.parse(message) as {
        id?: number;
        method: string;
        params: Record<string, unknown>;
        result: Record<string, unknown>;
        error?: { message: string };
      };
      if (id === undefined) events.push({ method, params });
      else if (error === undefined) waiting.get(id)?.done(result);
      else waiting.get(id)?.fail(new Error(error.message));
    }
  });
  const call = (method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> =>
    new Promise((done, fail) => {
      last += 1;
      waiting.set(last, { done, fail });
      input.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  return {
    events,
    send: (method, params = {}) => call(method, params, sessionId as string),
    stop: async () => {
      await call('Browser.close', {}).catch(() => child.kill('SIGKILL'));
      await exited;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
