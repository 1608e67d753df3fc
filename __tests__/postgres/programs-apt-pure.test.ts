import { describe, expect, it } from '@jest/globals';
import {
  aptConf,
  aptEnv,
  aptLayout,
  downloadArgs,
  firstConf,
  installArgs,
  sudoArgs,
  updateExtraArgs,
} from '../../src/postgres/programs/apt/config.js';
import {
  packageMajor,
  debSemver,
  parseMadison,
  privateStatus,
} from '../../src/postgres/programs/apt/parse.js';
import { listPrefix } from '../../src/postgres/programs/apt/session.js';

const layout = aptLayout('/t');

describe("a private apt's settings", () => {
  it('come after the machine’s own', () => {
    expect(firstConf('/t/parts')).toBe('Dir::Etc::parts "/t/parts";\nDir::Etc::main "/dev/null";\n');
  });

  it.each([
    ['to fetch', false],
    ['to install', true],
  ])('%s: no path of the system is written', (_name, system) => {
    const conf = aptConf(layout, system);
    for (const setting of ['Dir::Etc::sourcelist', 'Dir::State::lists', 'Dir::Cache::archives'])
      expect(conf).toMatch(new RegExp(`^${setting} "/t/`, 'm'));
    expect(conf).toMatch(/^Dir::Cache::pkgcache "";$/m);
    expect(conf.includes('Dir::State::status')).toBe(!system);
    expect(conf.includes('Debug::NoLocking')).toBe(!system);
    expect(conf.includes('DPkg::Lock::Timeout')).toBe(system);
  });

  it('refresh one repository alone, and give up soon', () => {
    expect(updateExtraArgs(layout)).toEqual([
      ...['update', '-q', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=10'],
      ...['-o', 'Acquire::https::Timeout=10', '-o', 'Dir::Etc::sourcelist=/t/sources.list.d/pgkeep.list'],
      ...['-o', 'Dir::Etc::sourceparts=/dev/null'],
    ]);
  });

  it('fetch or install, and remove nothing', () => {
    expect(downloadArgs(['a=1', 'b'])).toEqual([
      ...['install', '-y', '-q', '--download-only', '--no-install-recommends', '--', 'a=1', 'b'],
    ]);
    expect(installArgs(['a=1'])).toEqual([
      ...['install', '-y', '-q', '--no-install-recommends', '--no-remove', '--', 'a=1'],
    ]);
  });
});

describe("apt's environment", () => {
  const env = aptEnv(
    {
      PATH: '/mine',
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'de_DE.UTF-8',
      PGPASSWORD: 'secret',
      AWS_SECRET_ACCESS_KEY: 'secret',
      https_proxy: 'http://u:secret-proxy@proxy:3128',
    },
    '/t/private.conf',
  );

  it('has no locale, no questions and none of our secrets', () => {
    expect(env).toMatchObject({
      LC_ALL: 'C',
      DEBIAN_FRONTEND: 'noninteractive',
      APT_CONFIG: '/t/private.conf',
    });
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['PGPASSWORD']));
    expect(env).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
    expect(env).not.toHaveProperty('LANG');
    expect(env['PATH']).toMatch(/^\/mine:.*\/usr\/sbin/);
  });

  it('passes through sudo by name alone', () => {
    const args = sudoArgs('apt-get', ['install', 'x'], env);
    expect(args.slice(-4)).toEqual(['--', 'apt-get', 'install', 'x']);
    expect(args[1]).toContain('https_proxy');
    expect(args.join(' ')).not.toContain('secret-proxy');
  });
});

describe("apt's answers", () => {
  it('what is on offer', () => {
    const text =
      'postgresql-client-17 | 17.11-1.pgdg12+1 | https://apt.postgresql.org/pub/repos/apt bookworm-pgdg/main amd64 Packages\n' +
      ' postgresql-client-9.6 | 1:9.6.24-1 | http://deb.example/debian bookworm/main arm64 Packages\n' +
      'postgresql-17 | 17.11-1 | http://deb.example/debian bookworm/main Sources\nN: nothing\n';
    expect(parseMadison(text)).toEqual([
      {
        name: 'postgresql-client-17',
        version: '17.11-1.pgdg12+1',
        uri: 'https://apt.postgresql.org/pub/repos/apt',
      },
      { name: 'postgresql-client-9.6', version: '1:9.6.24-1', uri: 'http://deb.example/debian' },
    ]);
  });

  it.each([
    ['postgresql-client-17', 'postgresql-client-', 17],
    ['postgresql-client-9.6', 'postgresql-client-', undefined],
    ['postgresql-client-common', 'postgresql-client-', undefined],
    ['postgresql-client-17-dbgsym', 'postgresql-client-', undefined],
    ['postgresql-client', 'postgresql-client-', undefined],
    ['postgresql-17', 'postgresql-client-', undefined],
    ['postgresql-17', 'postgresql-', 17],
    ['postgresql-17-cron', 'postgresql-', undefined],
    ['postgresql-client-17', 'postgresql-', undefined],
    ['postgresql-', 'postgresql-', undefined],
  ] as const)('%s after %s is of major %s', (name, prefix, major) => {
    expect(packageMajor(name, prefix)).toBe(major);
  });

  it.each([
    ['zstd_1.5.4+dfsg2-5_amd64.deb', '1.5.4'],
    ['age_1.1.1-1+b3_arm64.deb', '1.1.1'],
    ['x_1%3a2.3-1_all.deb', '2.3.0'],
    ['junk', '0.0.0'],
  ])('%s is version %s', (file, version) => {
    expect(debSemver(file)).toBe(version);
  });

  it.each([
    ['http://deb.example/debian', 'deb.example_debian_dists_'],
    ['https://apt.postgresql.org/pub/repos/apt', 'apt.postgresql.org_pub_repos_apt_dists_'],
    ['http://127.0.0.1:8080', '127.0.0.1:8080_dists_'],
    ['http://a_b.example/x', 'a%5fb.example_x_dists_'],
  ])('the lists of %s are called %s…', (url, prefix) => {
    expect(listPrefix(url)).toBe(prefix);
  });
});

describe('what apt is told to be installed', () => {
  const status = [
    'Package: libpq5\nStatus: install ok installed\nSource: postgresql-15\nArchitecture: amd64\nMulti-Arch: same\nVersion: 15.18\nDepends: libc6',
    'Package: libpq-dev\nStatus: install ok installed\nSource: postgresql-15\nVersion: 15.18\nDepends: libpq5 (= 15.18)',
    'Package: postgresql-15\nStatus: install ok installed\nVersion: 15.18\nDepends: libpq5',
    'Package: libc6\nStatus: hold ok installed\nVersion: 2.36\nProvides: libc6-compat,\n other (= 1)\nDescription: long\n text',
    'Package: gone\nStatus: deinstall ok config-files\nVersion: 1',
    'Package: broken\nStatus: install ok half-configured\nVersion: 1',
    'Package: zstd\nStatus: install ok installed\nVersion: 1.5',
    'Package: perl\nStatus: install ok installed\nVersion: 5',
  ].join('\n\n');
  const seen = privateStatus(status, { missing: ['zstd'], pretended: ['perl', 'debconf'] });

  it('keeps what satisfies, and drops what demands', () => {
    expect(seen).toContain(
      'Status: install ok installed\nPackage: libpq5\nArchitecture: amd64\nMulti-Arch: same\nVersion: 15.18\n\n',
    );
    expect(seen).toContain(
      'Status: install ok installed\nPackage: libc6\nVersion: 2.36\nProvides: libc6-compat, other (= 1)\n\n',
    );
    expect(seen).not.toMatch(/Depends|Description|hold/);
  });

  it('leaves out what is not whole, what is wanted anew, and siblings that would be upgraded along', () => {
    for (const name of ['gone', 'broken', 'zstd', 'libpq-dev', 'postgresql-15'])
      expect(seen).not.toContain(`Package: ${name}\n`);
  });

  it('pretends that unwanted packages are there', () => {
    expect(
      seen.match(/^Package: (?:perl|debconf)\nStatus: install ok installed\nVersion: 99:99999$/gm),
    ).toHaveLength(2);
    expect(seen.match(/Package: perl/g)).toHaveLength(1);
  });
});
