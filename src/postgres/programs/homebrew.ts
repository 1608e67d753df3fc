import { join } from 'node:path';
import { UserError } from '../../base/errors.js';
import { run } from '../../base/process.js';
import type { Programs, ProgramSource } from '../types.js';
import { probe, type Probe } from './probe.js';
import type { Installer, InstallOptions } from './types.js';

/** Homebrew's environment: no update of everything first, no clean-up after, no questions. */
export function brewEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...env,
    HOMEBREW_NO_AUTO_UPDATE: '1',
    HOMEBREW_NO_INSTALL_CLEANUP: '1',
    HOMEBREW_NO_INSTALLED_DEPENDENTS_CHECK: '1',
    HOMEBREW_NO_ENV_HINTS: '1',
    HOMEBREW_NO_ANALYTICS: '1',
    NONINTERACTIVE: '1',
  };
}

/** The majors among the names that `brew formulae` prints. */
export function formulaMajors(text: string): number[] {
  return text.split('\n').flatMap((line) => {
    const match = /^postgresql@(\d+)$/.exec(line.trim());
    return match === null ? [] : [Number(match[1])];
  });
}

/** The major of the libpq formula, as `brew info --json=v2 libpq` tells. */
export function libpqMajor(json: string): number | undefined {
  const match = /"stable":\s*"(\d+)/.exec(json);
  return match === null ? undefined : Number(match[1]);
}

/** The formula to install for a major: libpq is the clients alone, without a server. */
export function formulaFor(major: number, libpq: number | undefined): string {
  return libpq === major ? 'libpq' : `postgresql@${major}`;
}

export function brewInstallArgs(formula: string): string[] {
  return ['install', '--quiet', '--formula', formula];
}

/** What Homebrew is to install: PostgreSQL's clients, or a server with extensions. */
export interface BrewSubject<T> {
  /** Whether the libpq formula, which is the clients alone, will do. */
  clientsOnly: boolean;
  /** Formulae to install along with it, where they can be. */
  beside: readonly string[];
  look(folder: string, source: ProgramSource): Promise<Probe<T>>;
}

export function brewClients(options: InstallOptions): BrewSubject<Programs> {
  const look = (folder: string, source: ProgramSource): Promise<Probe> =>
    probe(folder, { source, env: options.env });
  return { clientsOnly: true, beside: [], look };
}

/** Installs clients or servers with Homebrew. */
export class BrewInstaller<T> implements Installer<T> {
  readonly notes: string[] = [];
  private libpq: number | undefined;

  constructor(
    private readonly subject: BrewSubject<T>,
    private readonly options: InstallOptions,
  ) {}

  async offers(): Promise<number[]> {
    const [formulae, info] = await Promise.all([
      this.brew(['formulae']),
      this.brew(['info', '--json=v2', '--formula', 'libpq']),
    ]);
    if (this.subject.clientsOnly) this.libpq = libpqMajor(info.stdout.toString('utf8'));
    const majors = new Set(formulaMajors(formulae.stdout.toString('utf8')));
    if (this.libpq !== undefined) majors.add(this.libpq);
    const sorted = [...majors].sort((a, b) => a - b);
    this.notes.push(`Homebrew, which has ${sorted.length === 0 ? 'no version' : sorted.join(', ')}`);
    return sorted;
  }

  async install(major: number): Promise<T> {
    const formula = formulaFor(major, this.libpq);
    this.options.reporter.info(`Installing ${[formula, ...this.subject.beside].join(', ')} with Homebrew.`);
    const installed = await this.brew(brewInstallArgs(formula));
    const prefix = await this.brew(['--prefix', formula]);
    if (installed.code !== 0 || prefix.code !== 0)
      throw new UserError(`Homebrew could not install ${formula}: ${installed.stderr || prefix.stderr}`);
    for (const name of this.subject.beside) {
      const { code, stderr } = await this.brew(brewInstallArgs(name));
      if (code !== 0) this.options.reporter.info(`Homebrew could not install ${name}: ${stderr}`);
    }
    const folder = join(prefix.stdout.toString('utf8').trim(), 'bin');
    const { programs, problem } = await this.subject.look(folder, 'homebrew');
    if (programs !== undefined) return programs;
    throw new UserError(`Homebrew installed ${formula}, but ${problem}.`);
  }

  async close(): Promise<void> {}

  private brew(args: readonly string[]): ReturnType<typeof run> {
    return run('brew', args, {
      env: brewEnv(this.options.env),
      onStderr: (line) => this.options.reporter.output('brew', line),
      ...(this.options.signal === undefined ? {} : { signal: this.options.signal }),
    });
  }
}
