import { access, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError, messageOf, UserError } from '../../../base/errors.js';
import type { Programs } from '../../types.js';
import { cacheName, probeUnpacked } from '../cached.js';
import { machineTag, type Machine } from '../machine.js';
import { probe, toSemver } from '../probe.js';
import type { AptSource, Installer, InstallOptions } from '../types.js';
import type { Candidate } from './parse.js';
import { privilege } from './privilege.js';
import { AptSession } from './session.js';
import { isPgdg, pgdgSource } from './source.js';
import { unpackWith } from './unpack.js';

/** Depends on perl; the versioned programs run without it. */
const UNWANTED = ['postgresql-client-common'];

/** Installs clients on Debian and Ubuntu: the distribution's where it has the major, else from PostgreSQL's repository. */
export class AptInstaller implements Installer {
  readonly notes: string[] = [];
  private session: AptSession | undefined;
  private clients = new Map<number, Candidate>();

  private constructor(
    private readonly options: InstallOptions,
    private readonly machine: Machine,
    private readonly source: AptSource | undefined,
  ) {}

  static async create(options: InstallOptions, machine: Machine): Promise<AptInstaller> {
    const certificates = await access('/etc/ssl/certs/ca-certificates.crt').then(
      () => true,
      () => false,
    );
    const source = options.apt === undefined ? pgdgSource(machine, options.env, certificates) : options.apt;
    return new AptInstaller(options, machine, source ?? undefined);
  }

  async offers(wanted?: number): Promise<number[]> {
    const session = await this.open();
    const enough = async (): Promise<boolean> => {
      this.clients = await session.clients();
      return wanted === undefined ? this.clients.size > 0 : this.clients.has(wanted);
    };
    // What the distribution has costs no question to the network, as long as there are lists.
    if (await enough()) return [...this.clients.keys()];
    const hadLists = await session.hasLists();
    const problem = await session.addSource();
    if (problem !== undefined) {
      this.notes.push(`PostgreSQL's apt repository (${problem})`);
      this.options.reporter.info(`PostgreSQL's apt repository cannot be used: ${problem}`);
    }
    if ((await enough()) || hadLists) return this.summary();
    await session.updateSystem();
    await enough();
    return this.summary();
  }

  async install(major: number): Promise<Programs> {
    const session = await this.open();
    try {
      return await this.perform(session, major);
    } catch (error) {
      // Lists age: what they name may be gone from the mirror; and fresh containers have none for the dependencies.
      if (session.systemUpdated || !(error instanceof UserError)) throw error;
      await session.updateSystem();
      this.clients = await session.clients();
      return this.perform(session, major);
    }
  }

  async close(): Promise<void> {
    await this.session?.close();
    this.session = undefined;
  }

  private summary(): number[] {
    const majors = [...this.clients.keys()].sort((a, b) => a - b);
    this.notes.push(
      `apt, which has the clients of ${majors.length === 0 ? 'no version' : majors.join(', ')}`,
    );
    return majors;
  }

  private async open(): Promise<AptSession> {
    this.session ??= await AptSession.open(this.options, this.source, { missing: [], pretended: UNWANTED });
    return this.session;
  }

  private async perform(session: AptSession, major: number): Promise<Programs> {
    const candidate = this.clients.get(major);
    if (candidate === undefined) throw new UserError(`apt has no postgresql-client-${major}.`);
    const wanted = [`${candidate.name}=${candidate.version}`];
    const source = isPgdg(candidate.uri, this.source) ? 'apt.postgresql.org' : 'distribution';
    const right = await privilege(this.options);
    this.options.reporter.info(
      `Installing ${candidate.name} ${candidate.version} from ${candidate.uri}${right === 'none' ? ' into the tool cache' : ''}.`,
    );
    if (right !== 'none') {
      try {
        await session.install(wanted, right);
        const folder = `/usr/lib/postgresql/${major}/bin`;
        const { programs, problem } = await probe(folder, { source, env: this.options.env });
        if (programs !== undefined) return programs;
        throw new UserError(`${candidate.name} was installed, but ${problem}.`);
      } catch (error) {
        if (error instanceof CancelledError) throw error;
        this.options.reporter.info(`${messageOf(error)} Unpacking it into the tool cache instead.`);
      }
    }
    await session.pretend({ missing: [candidate.name], pretended: UNWANTED });
    return this.unpacked(session, wanted, major, source);
  }

  private async unpacked(
    session: AptSession,
    wanted: string[],
    major: number,
    source: Programs['source'],
  ): Promise<Programs> {
    const { cache, env, reporter, tempDir } = this.options;
    const folder = await mkdtemp(join(tempDir, 'pgkeep-client-'));
    let keep = false;
    try {
      await unpackWith(session, wanted, folder, env);
      const { programs, problem } = await probeUnpacked(folder, major, source, this.options);
      if (programs === undefined) throw new UserError(`The unpacked programs cannot be used: ${problem}.`);
      let stored: string;
      try {
        stored = await cache.store(cacheName(machineTag(this.machine)), toSemver(programs.version), folder);
      } catch (error) {
        reporter.info(`The programs could not be kept in the tool cache: ${messageOf(error)}`);
        keep = true;
        return programs;
      }
      const moved = await probeUnpacked(stored, major, source, this.options);
      if (moved.programs === undefined)
        throw new UserError(`The tool cache cannot be used: ${moved.problem}.`);
      return moved.programs;
    } finally {
      if (!keep) await rm(folder, { recursive: true, force: true });
    }
  }
}
