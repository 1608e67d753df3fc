import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** Debian's own mirror and keys, as this machine's sources name them; undefined on other systems. */
export function debianMirror(): { url: string; key: string } | undefined {
  for (const file of ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue;
    }
    const url =
      /^URIs:\s*(\S+)/m.exec(text)?.[1] ?? /^deb (?:\[[^\]]*\] )?(\S+\/debian)\/? /m.exec(text)?.[1];
    if (url !== undefined) return { url, key: '/usr/share/keyrings/debian-archive-keyring.gpg' };
  }
  return undefined;
}

/** Packages of another Debian suite than the machine's, checked by apt and fetched into a private folder. */
export class DebianSuite {
  private readonly options: string[];

  constructor(
    private readonly suite: string,
    private readonly folder: string,
  ) {
    const mirror = debianMirror();
    if (mirror === undefined) throw new Error('No Debian mirror is configured.');
    mkdirSync(join(folder, 'lists', 'partial'), { recursive: true });
    mkdirSync(join(folder, 'debs'), { recursive: true });
    writeFileSync(
      join(folder, 'sources.list'),
      `deb [signed-by=${mirror.key}] ${mirror.url} ${suite} main\n`,
    );
    const settings = {
      'Dir::Etc::sourcelist': join(folder, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::State::lists': join(folder, 'lists'),
      'Dir::Cache::pkgcache': '',
      'Dir::Cache::srcpkgcache': '',
      'APT::Sandbox::User': 'root',
      'Debug::NoLocking': 'true',
      'Acquire::Languages': 'none',
      // The lists of an archived or unstable suite may be past their date; what they name is checked all the same.
      'Acquire::Check-Valid-Until': 'false',
    };
    this.options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }

  /** Fetches those of the packages that the suite has; returns their files and versions by name. */
  async fetch(packages: readonly string[]): Promise<Map<string, { file: string; version: string }>> {
    await this.apt('apt-get', ['update', '-qq']);
    const madison = await this.apt('apt-cache', ['madison', ...packages]);
    const versions = new Map(
      madison
        .split('\n')
        .map((line) => line.split('|').map((part) => part.trim()))
        .map(([name = '', version = '']) => [name, version]),
    );
    const there = packages.filter((name) => versions.has(name));
    if (there.length === 0) throw new Error(`${this.suite} has none of ${packages.join(', ')}`);
    const debs = join(this.folder, 'debs');
    await this.apt('apt-get', ['download', '-qq', ...there], debs);
    const files = readdirSync(debs);
    return new Map(
      there.map((name) => {
        const file = files.find((each) => each.startsWith(`${name}_`)) ?? '';
        return [name, { file: join(debs, file), version: versions.get(name) ?? '' }];
      }),
    );
  }

  private async apt(program: string, args: readonly string[], cwd = this.folder): Promise<string> {
    const { stdout } = await exec(program, [...this.options, ...args], {
      cwd,
      env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    });
    return stdout;
  }
}
