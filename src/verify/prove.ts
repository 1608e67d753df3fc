import { performance } from 'node:perf_hooks';
import { messageOf } from '../base/errors.js';
import type { DecryptionKeys } from '../codec/index.js';
import type { ChosenBackup, StagedBackup } from '../restore/types.js';
import { stageBackup, DamagedPartError } from '../restore/stage/index.js';
import type { VerifyOptions } from './options.js';
import type { Finding, VerifyReport } from './types.js';
import { examine } from './examine.js';

/** What a proof found, and how long its steps took. */
export interface Proof {
  findings: Finding[];
  control: VerifyReport['control'];
  serverVersion: string;
  /** What the scratch copy was kept from reaching. */
  neutralised: string[];
  /** Whether the scratch server was cut off from the network; null where it was none of ours. */
  isolated: boolean | null;
  /** What else is to be known, without a name out of the database. */
  warnings: string[];
  /** Stored bytes that were read. */
  bytes: number;
  seconds: { fetch: number; restore: number; compare: number };
}

/** Fetches the backup and proves it. A part that is not what was stored is a finding, and the end of it. */
export async function prove(
  options: VerifyOptions,
  { chosen, keys }: { chosen: ChosenBackup; keys: DecryptionKeys },
): Promise<Proof> {
  const { reporter, signal, tempDir } = options;
  const started = performance.now();
  const fetchSeconds = (): number => (performance.now() - started) / 1000;
  let staged: StagedBackup;
  try {
    staged = await reporter.group('Fetching the backup', () =>
      stageBackup({
        chosen,
        keys,
        tempDir,
        tools: options,
        everyPart: true,
        fallback: false,
        reporter,
        signal,
      }),
    );
  } catch (error) {
    if (!(error instanceof DamagedPartError)) throw error;
    return {
      findings: [{ kind: 'part', name: error.file, verdict: 'different', why: messageOf(error) }],
      control: { outcome: 'not run', damage: null },
      serverVersion: '-',
      neutralised: [],
      isolated: null,
      warnings: [],
      bytes: 0,
      seconds: { fetch: fetchSeconds(), restore: 0, compare: 0 },
    };
  }
  const fetch = fetchSeconds();
  try {
    const parts = staged.manifest.parts.map(({ file }): Finding => ({
      kind: 'part',
      name: file,
      verdict: 'equal',
    }));
    const examined = await examine(options, staged);
    return {
      ...examined,
      findings: [...parts, ...examined.findings],
      bytes: staged.bytes,
      seconds: { ...examined.seconds, fetch },
    };
  } finally {
    await staged.remove();
  }
}
