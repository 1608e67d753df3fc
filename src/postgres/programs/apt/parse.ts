/** One version of a package that apt can fetch. */
export interface Candidate {
  name: string;
  version: string;
  /** Where from: `https://apt.postgresql.org/pub/repos/apt`. */
  uri: string;
}

/** Reads `apt-cache madison`; per package the newest comes first, as apt prints it. */
export function parseMadison(text: string): Candidate[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\S+) \|\s*(\S+) \|\s*(\S+) .* Packages$/.exec(line);
    return match === null ? [] : [{ name: match[1] ?? '', version: match[2] ?? '', uri: match[3] ?? '' }];
  });
}

/** How the packages of clients and of servers begin; a major follows. */
export type PackagePrefix = 'postgresql-client-' | 'postgresql-';

/** `postgresql-client-17` -> 17; undefined for `postgresql-client-common` and the like. */
export function packageMajor(name: string, prefix: PackagePrefix): number | undefined {
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : undefined;
}

/** The dependencies that cannot be met, where `apt-get install -s` says so. */
export function unmet(text: string): string | undefined {
  const lines = text.slice(text.indexOf('unmet dependencies:')).split('\n').slice(1);
  const found = lines.filter((line) => /^ .*\b(?:Depends|Conflicts|Breaks|PreDepends): /.test(line));
  if (!text.includes('unmet dependencies:') || found.length === 0) return undefined;
  return found.map((line) => line.trim().replace(/ +/g, ' ')).join('; ');
}

/** The installed servers that `apt-get install -s` says it would replace by another version. */
export function replacedServers(text: string): string[] {
  return [...text.matchAll(/^Inst (postgresql-\d+) \[/gm)].map((match) => match[1] ?? '');
}

/** The version of a package file's upstream as semver: `zstd_1.5.4+dfsg2-5_amd64.deb` -> `1.5.4`. */
export function debSemver(file: string): string {
  const version = decodeURIComponent(/_([^_]+)_[^_]+\.deb$/.exec(file)?.[1] ?? '0').replace(/^\d+:/, '');
  const numbers = (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
  return [...numbers, 0, 0].slice(0, 3).join('.');
}

/**
 * PostgreSQL's servers, headers, extensions and the like. apt upgrades what was built from one source together, so an
 * installed server would be fetched along with a newer libpq5; and an unpacked server sees no extension of the system.
 */
function isSibling(name: string, source: string): boolean {
  if (/^postgresql-(?:\d|pl)/.test(name)) return true;
  return /^postgresql(?:-|$)/.test(source) && (!name.startsWith('lib') || name.endsWith('-dev'));
}

/** The fields of dpkg's status that say what a package is and offers; all others are demands. */
const KEPT = new Set(['package', 'version', 'architecture', 'multi-arch', 'provides']);

/**
 * dpkg's status as apt shall see it when packages are only unpacked beside the system: what is installed satisfies
 * dependencies but demands nothing (otherwise a newer libpq5 drags in upgrades of everything built on it), `missing`
 * packages are to be fetched although the system has them, and `pretended` ones are taken to be there.
 */
export function privateStatus(
  text: string,
  options: { missing: readonly string[]; pretended: readonly string[] },
): string {
  const stanzas: string[] = [];
  for (const stanza of text.split(/\n\n+/)) {
    if (!/^Status: \S+ ok installed$/m.test(stanza)) continue;
    const name = /^Package: (\S+)$/m.exec(stanza)?.[1] ?? '';
    const source = /^Source: (\S+)/m.exec(stanza)?.[1] ?? name;
    if (options.missing.includes(name) || options.pretended.includes(name) || isSibling(name, source))
      continue;
    const kept = stanza
      .replace(/\n[ \t]+/g, ' ')
      .split('\n')
      .filter((line) => KEPT.has(line.slice(0, line.indexOf(':')).toLowerCase()));
    stanzas.push(['Status: install ok installed', ...kept].join('\n'));
  }
  for (const name of options.pretended)
    stanzas.push(
      // With an epoch: some of what they stand for has one.
      `Package: ${name}\nStatus: install ok installed\nVersion: 99:99999\nArchitecture: all\nMulti-Arch: allowed`,
    );
  return `${stanzas.join('\n\n')}\n`;
}
