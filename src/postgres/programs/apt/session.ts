import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.js';
import { run, type RunResult } from '../../../base/process.js';
import type { AptSource, InstallOptions } from '../types.js';
import {
  aptEnv,
  downloadArgs,
  installArgs,
  simulateArgs,
  sudoArgs,
  UPDATE_ARGS,
  updateExtraArgs,
  type AptLayout,
} from './config.js';
import {
  packageMajor,
  parseMadison,
  privateStatus,
  unmet,
  type Candidate,
  type PackagePrefix,
} from './parse.js';
import { hasLists, prepareApt } from './prepare.js';
import type { Privilege } from './privilege.js';
import { sourceLine } from './source.js';

/** A private apt: sees the machine's sources and one more, and leaves the machine's apt state as it is. */
export class AptSession {
  private updated = false;
  private usedSudo = false;

  private constructor(
    private readonly layout: AptLayout,
    private readonly source: AptSource | undefined,
    private readonly options: InstallOptions,
  ) {}

  /** @param fetch packages that are to be fetched although the system has them. @param pretend that are not wanted. */
  static async open(
    options: InstallOptions,
    source: AptSource | undefined,
    status: { missing: readonly string[]; pretended: readonly string[] },
  ): Promise<AptSession> {
    const session = new AptSession(await prepareApt(options.tempDir, source), source, options);
    await session.pretend(status);
    return session;
  }

  /** Sets what the private apt takes to be installed; see `privateStatus`. */
  async pretend(status: { missing: readonly string[]; pretended: readonly string[] }): Promise<void> {
    const real = await readFile('/var/lib/dpkg/status', 'utf8').catch(() => '');
    await writeFile(this.layout.status, privateStatus(real, status));
  }

  /** True once the machine's own sources were asked afresh. */
  get systemUpdated(): boolean {
    return this.updated;
  }

  /** True when there are lists to choose from, stale or not. */
  hasLists(): Promise<boolean> {
    return hasLists(this.layout);
  }

  /** Adds the extra repository and reads its list. Returns why that failed, or undefined. */
  async addSource(): Promise<string | undefined> {
    if (this.source === undefined) return undefined;
    const arch = (await this.command('dpkg', ['--print-architecture'])).stdout.toString('utf8').trim();
    const problems: string[] = [];
    for (const url of this.source.urls) {
      await writeFile(this.layout.extraList, sourceLine(this.source, url, this.layout.extraKey, arch));
      const { stderr } = await this.command('apt-get', updateExtraArgs(this.layout));
      // apt ends with 0 when a repository cannot be reached, and keeps nothing of one that is not signed.
      const suffix = `${this.source.suite}_${this.source.component}_`;
      const lists = await readdir(this.layout.lists);
      const prefix = listPrefix(url);
      if (lists.some((name) => name.startsWith(prefix) && name.includes(suffix))) return undefined;
      problems.push(`${url}: ${reason(stderr)}`);
    }
    await rm(this.layout.extraList, { force: true });
    return problems.join('; ');
  }

  /** Asks the machine's own sources afresh, into the private lists. Failing sources are left as they were. */
  async updateSystem(): Promise<void> {
    this.updated = true;
    await this.command('apt-get', UPDATE_ARGS);
  }

  /** The clients or servers on offer, one a major, the newest version of each. */
  async majors(prefix: PackagePrefix): Promise<Map<number, Candidate>> {
    const names = (await this.command('apt-cache', ['pkgnames', prefix])).stdout
      .toString('utf8')
      .split('\n')
      .filter((name) => packageMajor(name, prefix) !== undefined);
    const found = new Map<number, Candidate>();
    for (const candidate of await this.candidates(names)) {
      const major = packageMajor(candidate.name, prefix);
      if (major !== undefined && !found.has(major)) found.set(major, candidate);
    }
    return found;
  }

  /** What can be fetched of these packages, the newest first. */
  async candidates(names: readonly string[]): Promise<Candidate[]> {
    if (names.length === 0) return [];
    return parseMadison((await this.command('apt-cache', ['madison', ...names])).stdout.toString('utf8'));
  }

  /** Fetches packages and what they need that the machine lacks. Returns the paths of the package files. */
  async download(packages: readonly string[]): Promise<string[]> {
    // What an earlier call fetched is no part of this one.
    for (const name of await readdir(this.layout.archives))
      if (name.endsWith('.deb')) await rm(join(this.layout.archives, name));
    const result = await this.command('apt-get', downloadArgs(packages));
    if (result.code !== 0) throw failed('fetch', packages, result);
    const names = (await readdir(this.layout.archives)).filter((name) => name.endsWith('.deb'));
    if (names.length === 0) throw failed('fetch', packages, result);
    return names.map((name) => join(this.layout.archives, name));
  }

  /**
   * What installing packages would do, as apt prints it: into the system, or beside it as `pretend` has it; or why it is
   * not possible.
   */
  async simulate(
    packages: readonly string[],
    where: 'system' | 'private',
  ): Promise<{ plan: string; problem?: undefined } | { plan?: undefined; problem: string }> {
    const conf = where === 'system' ? this.layout.systemConf : this.layout.privateConf;
    const { code, stdout, stderr } = await run('apt-get', simulateArgs(packages), {
      env: aptEnv(this.options.env, conf),
      ...(this.options.signal === undefined ? {} : { signal: this.options.signal }),
    });
    const plan = stdout.toString('utf8');
    if (code === 0) return { plan };
    return { problem: unmet(plan) ?? reason(stderr) };
  }

  /** Installs packages into the system. */
  async install(packages: readonly string[], privilege: Exclude<Privilege, 'none'>): Promise<void> {
    this.usedSudo ||= privilege === 'sudo';
    const env = aptEnv(this.options.env, this.layout.systemConf);
    const args = installArgs(packages);
    const result =
      privilege === 'root'
        ? await this.execute('apt-get', args, env)
        : await this.execute('sudo', sudoArgs('apt-get', args, env), env);
    if (result.code !== 0) throw failed('install', packages, result);
  }

  /** Unpacks a package file. */
  async unpack(file: string, folder: string): Promise<void> {
    const result = await this.command('dpkg-deb', ['--extract', file, folder]);
    if (result.code !== 0) throw failed('unpack', [file], result);
  }

  async close(): Promise<void> {
    // apt as root gives its partial folder to root alone. Not to be cancelled: this is the cleaning up.
    if (this.usedSudo)
      await run('sudo', ['-n', 'rm', '-rf', '--', this.layout.systemArchives], { env: this.options.env });
    await rm(this.layout.root, { recursive: true, force: true });
  }

  private command(program: string, args: readonly string[]): Promise<RunResult> {
    return this.execute(program, args, aptEnv(this.options.env, this.layout.privateConf));
  }

  private execute(program: string, args: readonly string[], env: Record<string, string>): Promise<RunResult> {
    return run(program, args, {
      env,
      onStderr: (line) => this.options.reporter.output(program === 'sudo' ? 'apt-get' : program, line),
      ...(this.options.signal === undefined ? {} : { signal: this.options.signal }),
    });
  }
}

/** How apt names the lists of a repository: its address without the scheme, `/` as `_`. */
export function listPrefix(url: string): string {
  return `${url
    .replace(/^[a-z]+:\/*/i, '')
    .replaceAll('_', '%5f')
    .replaceAll('/', '_')}_dists_`;
}

function failed(what: string, packages: readonly string[], { code, stderr }: RunResult): UserError {
  return new UserError(
    `apt could not ${what} ${packages.join(', ')} (exit code ${code ?? 'none'}): ${reason(stderr)}`,
  );
}

/** The line of apt's output that says most. */
function reason(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /^\s*(?:E:|W:|Err:|dpkg)/.test(line));
  const telling = lines.find((line) =>
    /GPG|NO_PUBKEY|not signed|Hash Sum|resolve|connect|404|unmet|lock/i.test(line),
  );
  const line = telling ?? lines[0] ?? stderr.split('\n').at(-1) ?? '';
  return line.replace(/^\s*[EW]: (?:Failed to fetch \S+\s+)?/, '').trim() || 'no reason given';
}
