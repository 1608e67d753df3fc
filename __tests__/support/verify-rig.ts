import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import { readInputs } from '../../src/inputs/read.js';
import { folderCache } from '../../src/postgres/programs/index.js';
import { runVerify } from '../../src/verify/run.js';
import type { VerifyOptions } from '../../src/verify/options.js';
import type { Finding, VerifyResult } from '../../src/verify/types.js';
import { provideClients } from './clients.js';
import { Listener } from './listener.js';
import { Random } from './random.js';
import { postgresBin } from './servers.js';

const clients = await provideClients();

export interface Verification {
  result: VerifyResult | undefined;
  /** What the run threw. */
  error: unknown;
  said: Listener;
}

/** The control's choices: others in every test, and the same ones whenever it runs. */
function seeded(): (below: number) => number {
  const test = expect.getState().currentTestName ?? '';
  const random = new Random(createHash('sha256').update(test).digest().readInt32LE());
  return (below) => random.below(below);
}

/** Runs a verification as an action or the command line does, with a scratch server of `major`. Never throws. */
export async function verify(
  major: number,
  inputs: Record<string, string>,
  options: Partial<Pick<VerifyOptions, 'signal' | 'env' | 'run' | 'tempDir' | 'random'>> & {
    said?: Listener;
  } = {},
): Promise<Verification> {
  if ('notRun' in clients) throw new Error(clients.notRun);
  const said = options.said ?? new Listener();
  const bin = await postgresBin(major);
  const all: Record<string, string> = { ...(bin === undefined ? {} : { 'postgres-bin': bin }), ...inputs };
  try {
    const result = await runVerify({
      inputs: readInputs('verify', (name) => all[name]),
      env: options.env ?? process.env,
      tempDir: options.tempDir ?? process.env['TMPDIR'] ?? '/tmp',
      cache: folderCache(() => clients.cacheDir),
      method: 'rootless',
      version: '0.0.0',
      run: options.run ?? {},
      reporter: said,
      signal: options.signal ?? new AbortController().signal,
      random: options.random ?? seeded(),
    });
    return { result, error: undefined, said };
  } catch (error) {
    return { result: undefined, error, said };
  }
}

/** The findings that are not equal, in short. */
export function unequal({ result }: Verification): string[] {
  return (result?.report.findings ?? [])
    .filter(({ verdict }) => verdict !== 'equal')
    .map(({ kind, name, verdict, expected, found, why }: Finding) =>
      [kind, name, verdict, expected, found, why].filter((text) => text !== undefined).join(' | '),
    );
}
