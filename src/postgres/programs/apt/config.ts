import { join } from 'node:path';

/** The files of a private apt: nothing below /etc/apt, /var/lib/apt or /var/cache/apt is written. */
export interface AptLayout {
  root: string;
  /** APT_CONFIG for everything that only looks and downloads. */
  privateConf: string;
  /** APT_CONFIG for installing packages into the system. */
  systemConf: string;
  sourcesList: string;
  sourceParts: string;
  /** The one extra repository: its sources.list, inside `sourceParts`, and its key. */
  extraList: string;
  extraKey: string;
  lists: string;
  /** What dpkg is said to have installed. */
  status: string;
  archives: string;
  systemArchives: string;
  privateParts: string;
  systemParts: string;
}

export function aptLayout(root: string): AptLayout {
  const at = (...names: string[]): string => join(root, ...names);
  return {
    root,
    privateConf: at('private.conf'),
    systemConf: at('system.conf'),
    sourcesList: at('sources.list'),
    sourceParts: at('sources.list.d'),
    extraList: at('sources.list.d', 'pgkeep.list'),
    extraKey: at('pgkeep.asc'),
    lists: at('lists'),
    status: at('status'),
    archives: at('archives'),
    systemArchives: at('system-archives'),
    privateParts: at('private.conf.d'),
    systemParts: at('system.conf.d'),
  };
}

/** apt's first configuration file: it only says where the others are, which apt then reads after its defaults. */
export function firstConf(parts: string): string {
  return `Dir::Etc::parts "${parts}";\nDir::Etc::main "/dev/null";\n`;
}

/**
 * Our own settings, read after the machine's. `system`: packages are installed, so dpkg's real state and locks are used.
 */
export function aptConf(layout: AptLayout, system: boolean): string {
  const lines = [
    `Dir::Etc::sourcelist "${layout.sourcesList}";`,
    `Dir::Etc::sourceparts "${layout.sourceParts}";`,
    `Dir::State::lists "${layout.lists}";`,
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    `Dir::Cache::archives "${system ? layout.systemArchives : layout.archives}";`,
    // The private folders are ours alone; apt's own user could not read them.
    'APT::Sandbox::User "root";',
    'APT::Install-Recommends "false";',
    'APT::Get::List-Cleanup "false";',
    // Else a newer libquadmath fetches a newer compiler, and a newer libpq a newer server, where those are installed.
    'APT::Get::Upgrade-By-Source-Package "false";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    'Acquire::http::Timeout "30";',
    'Acquire::https::Timeout "30";',
    // Hooks that refresh other programs' indexes after an update; they want root and take seconds.
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    ...(system
      ? ['DPkg::Lock::Timeout "180";', 'Dpkg::Use-Pty "false";']
      : [
          `Dir::State::status "${layout.status}";`,
          'Dir::State::extended_states "/dev/null";',
          'APT::Get::HideAutoRemove "true";',
          'Debug::NoLocking "true";',
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** `apt-get` arguments that refresh only the extra repository, and give up soon. */
export function updateExtraArgs(layout: AptLayout): string[] {
  return [
    'update',
    '-q',
    ...['Retries=1', 'http::Timeout=10', 'https::Timeout=10'].flatMap((option) => [
      '-o',
      `Acquire::${option}`,
    ]),
    ...['-o', `Dir::Etc::sourcelist=${layout.extraList}`, '-o', 'Dir::Etc::sourceparts=/dev/null'],
  ];
}

/** `apt-get` arguments that refresh everything the machine's own sources name. */
export const UPDATE_ARGS: readonly string[] = ['update', '-q'];

/** `apt-get` arguments that fetch packages with what they need and this machine lacks. */
export function downloadArgs(packages: readonly string[]): string[] {
  return ['install', '-y', '-q', '--download-only', '--no-install-recommends', '--', ...packages];
}

/** `apt-get` arguments that install into the system. Nothing that is there may be removed for it. */
export function installArgs(packages: readonly string[]): string[] {
  return ['install', '-y', '-q', '--no-install-recommends', '--no-remove', '--', ...packages];
}

/** `apt-get` arguments that only say what installing would do. */
export function simulateArgs(packages: readonly string[]): string[] {
  return ['install', '-s', '-q', '--no-install-recommends', '--no-remove', '--', ...packages];
}

const PROXIES = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'];

/**
 * The whole environment of apt and dpkg: no locale, no questions, the proxies, and none of our secrets.
 */
export function aptEnv(env: NodeJS.ProcessEnv, conf: string): Record<string, string> {
  const passed = [...PROXIES, ...PROXIES.map((name) => name.toUpperCase()), 'HOME'];
  const kept = passed.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    // dpkg wants ldconfig and start-stop-daemon, which a user's PATH may lack.
    PATH: [env['PATH'], '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
      .filter(Boolean)
      .join(':'),
    LC_ALL: 'C',
    DEBIAN_FRONTEND: 'noninteractive',
    APT_LISTCHANGES_FRONTEND: 'none',
    NEEDRESTART_SUSPEND: '1',
    APT_CONFIG: conf,
  };
}

/** Puts sudo before a command. The environment is passed on by name: proxies may hold passwords, and argv is public. */
export function sudoArgs(program: string, args: readonly string[], env: Record<string, string>): string[] {
  const names = Object.keys(env).filter((name) => name !== 'PATH' && name !== 'HOME');
  return ['-n', `--preserve-env=${names.join(',')}`, '--', program, ...args];
}
