import { access } from 'node:fs/promises';
import { CancelledError, messageOf, UserError } from '../../../base/errors.js';
import type { Programs, ProgramSource } from '../../types.js';
import type { Machine } from '../machine.js';
import type { AptSource, Installer, InstallOptions } from '../types.js';
import { replacedServers, type Candidate } from './parse.js';
import { privilege, type Privilege } from './privilege.js';
import { AptSession } from './session.js';
import { isPgdg, pgdgSource } from './source.js';
import { clientSubject, type AptSubject } from './subject.js';
import { unpackIntoCache } from './into-cache.js';

/**
 * Installs clients or servers on Debian and Ubuntu: the distribution's where it has the major, else from PostgreSQL's
 * repository.
 */
export class AptInstaller<T> implements Installer<T> {
  readonly notes: string[] = [];
  private session: AptSession | undefined;
  private sourceAdded = false;
  private offered = new Map<number, Candidate>();

  private constructor(
    private readonly options: InstallOptions,
    private readonly source: AptSource | undefined,
    private readonly subject: AptSubject<T>,
  ) {}

  /** An installer of clients. */
  static create(options: InstallOptions, machine: Machine): Promise<AptInstaller<Programs>> {
    return AptInstaller.of(clientSubject(options, machine), options, machine);
  }

  static async of<T>(
    subject: AptSubject<T>,
    options: InstallOptions,
    machine: Machine,
  ): Promise<AptInstaller<T>> {
    const certificates = await access('/etc/ssl/certs/ca-certificates.crt').then(
      () => true,
      () => false,
    );
    const source = options.apt === undefined ? pgdgSource(machine, options.env, certificates) : options.apt;
    return new AptInstaller(options, source ?? undefined, subject);
  }

  async offers(wanted?: number): Promise<number[]> {
    const session = await this.open();
    const enough = async (): Promise<boolean> => {
      await this.refresh(session);
      return wanted === undefined ? this.offered.size > 0 : this.offered.has(wanted);
    };
    // What the distribution has costs no question to the network, as long as there are lists.
    if (await enough()) return [...this.offered.keys()];
    const hadLists = await session.hasLists();
    await this.addSource(session);
    if ((await enough()) || hadLists) return this.summary();
    await session.updateSystem();
    await enough();
    return this.summary();
  }

  async install(major: number): Promise<T> {
    const session = await this.open();
    try {
      return await this.perform(session, major);
    } catch (error) {
      // Lists age: what they name may be gone from the mirror; and fresh containers have none for the dependencies.
      if (session.systemUpdated || !(error instanceof UserError)) throw error;
      await session.updateSystem();
      await this.refresh(session);
      return this.perform(session, major);
    }
  }

  async close(): Promise<void> {
    await this.session?.close();
    this.session = undefined;
    this.sourceAdded = false;
  }

  private summary(): number[] {
    const majors = [...this.offered.keys()].sort((a, b) => a - b);
    this.notes.push(
      `apt, which has ${this.subject.what} of ${majors.length === 0 ? 'no version' : majors.join(', ')}`,
    );
    return majors;
  }

  private async open(): Promise<AptSession> {
    this.session ??= await AptSession.open(this.options, this.source, {
      missing: [],
      pretended: this.subject.unwanted,
    });
    return this.session;
  }

  private async refresh(session: AptSession): Promise<void> {
    this.offered = await session.majors(this.subject.prefix);
  }

  private async addSource(session: AptSession): Promise<void> {
    if (this.sourceAdded) return;
    this.sourceAdded = true;
    const problem = await session.addSource();
    if (problem === undefined) return;
    this.notes.push(`PostgreSQL's apt repository (${problem})`);
    this.options.reporter.info(`PostgreSQL's apt repository cannot be used: ${problem}`);
  }

  /** Of each group of packages the first that there is. */
  private async choose(
    session: AptSession,
    groups: readonly (readonly string[])[],
    thorough: boolean,
  ): Promise<string[]> {
    const choose = async (): Promise<string[]> => {
      const there = new Set((await session.candidates(groups.flat())).map(({ name }) => name));
      return groups.flatMap((names) => names.find((name) => there.has(name)) ?? []);
    };
    let chosen = await choose();
    if (thorough && chosen.length < groups.length && !this.sourceAdded) {
      await this.addSource(session);
      await this.refresh(session);
      chosen = await choose();
    }
    return [...new Set(chosen)];
  }

  private async perform(session: AptSession, major: number): Promise<T> {
    const beside = await this.choose(session, this.subject.beside(major), true);
    const candidate = this.offered.get(major);
    if (candidate === undefined) throw new UserError(`apt has no ${this.subject.prefix}${major}.`);
    const source = isPgdg(candidate.uri, this.source) ? 'apt.postgresql.org' : 'distribution';
    const right = await privilege(this.options);
    if (right !== 'none') {
      try {
        const installed = await this.intoSystem(session, candidate, { major, source, right });
        if (installed !== undefined) return installed;
      } catch (error) {
        if (error instanceof CancelledError) throw error;
        this.options.reporter.info(`${messageOf(error)} Unpacking it into the tool cache instead.`);
      }
    }
    await session.pretend({ missing: [candidate.name, ...beside], pretended: this.subject.unwanted });
    const wanted = await this.possible(session, [pinned(candidate)], beside, 'private');
    const useful = this.subject.useful(major)?.flat();
    if (useful !== undefined && !wanted.some((name) => useful.includes(name)))
      throw new UserError(`apt has nothing that PostgreSQL ${major} lacks here: ${useful.join(', ')}.`);
    this.announce(wanted, candidate, ' into the tool cache');
    return unpackIntoCache(session, wanted, this.subject, { ...this.options, major, source });
  }

  /** Undefined where the system is to stay as it is. */
  private async intoSystem(
    session: AptSession,
    candidate: Candidate,
    how: { major: number; source: ProgramSource; right: Exclude<Privilege, 'none'> },
  ): Promise<T | undefined> {
    const there = (await this.subject.inSystem(how.major, 'system')).programs;
    const own = there === undefined ? [pinned(candidate)] : [];
    const groups = there === undefined ? this.subject.beside(how.major) : await this.subject.lackedBy(there);
    const wanted = await this.possible(session, own, await this.choose(session, groups, false), 'system');
    if (wanted.length === 0) return there;
    // Whoever has a server on this machine chooses by himself when it is replaced and restarted.
    const replaced = replacedServers((await session.simulate(wanted, 'system')).plan ?? '');
    if (replaced.length > 0) {
      this.options.reporter.info(
        `Installing ${wanted.join(', ')} would replace ${replaced.join(', ')}: not done.`,
      );
      return undefined;
    }
    this.announce(wanted, candidate, '');
    await this.subject.install(session, wanted, how.right);
    const source = there === undefined ? how.source : 'system';
    const { programs, problem } = await this.subject.inSystem(how.major, source);
    if (programs !== undefined) return programs;
    throw new UserError(`${wanted.join(', ')} was installed, but ${problem}.`);
  }

  /** What of `beside` can be installed together with `own`. */
  private async possible(
    session: AptSession,
    own: readonly string[],
    beside: readonly string[],
    where: 'system' | 'private',
  ): Promise<string[]> {
    const all = [...own, ...beside];
    if (beside.length === 0 || (await session.simulate(all, where)).plan !== undefined) return all;
    const possible = [...own];
    for (const name of beside) {
      const { plan, problem } = await session.simulate([...possible, name], where);
      if (plan === undefined) this.options.reporter.info(`apt cannot install ${name}: ${problem}`);
      else possible.push(name);
    }
    return possible;
  }

  private announce(wanted: readonly string[], candidate: Candidate, where: string): void {
    const names = wanted.map((name) => name.replace('=', ' '));
    this.options.reporter.info(`Installing ${names.join(', ')} from ${candidate.uri}${where}.`);
  }
}

function pinned(candidate: Candidate): string {
  return `${candidate.name}=${candidate.version}`;
}
