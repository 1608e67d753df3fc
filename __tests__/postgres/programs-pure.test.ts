import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { advice, notFound } from '../../src/postgres/programs/advice.js';
import { PGDG_FINGERPRINT, PGDG_KEY } from '../../src/postgres/programs/apt/pgdg-key.js';
import {
  isPgdg,
  namesSource,
  pgdgSource,
  sourceLine,
  withoutSource,
} from '../../src/postgres/programs/apt/source.js';
import { places } from '../../src/postgres/programs/folders.js';
import {
  brewEnv,
  brewInstallArgs,
  formulaFor,
  formulaMajors,
  libpqMajor,
} from '../../src/postgres/programs/homebrew.js';
import {
  isDebianFamily,
  machineTag,
  parseOsRelease,
  type Machine,
} from '../../src/postgres/programs/machine.js';
import { parseVersion, toSemver } from '../../src/postgres/programs/probe.js';

const BOOKWORM =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n';
const NOBLE =
  'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=noble\n';
const MINT =
  'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n';
const ALPINE = 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\n';
const FEDORA = "ID=fedora\nVERSION_ID=42\nPRETTY_NAME='Fedora \\$42'\n";

function machine(text: string, platform: NodeJS.Platform = 'linux'): Machine {
  return { platform, os: parseOsRelease(text), root: '' };
}

describe('the machine', () => {
  it.each([
    ['Debian', BOOKWORM, true, 'debian-12', 'bookworm'],
    ['Ubuntu', NOBLE, true, 'ubuntu-24.04', 'noble'],
    ['a derivative, by its parent', MINT, true, 'linuxmint-22', 'noble'],
    ['Debian sid, without a version', 'ID=debian\nVERSION_CODENAME=sid\n', true, 'debian-sid', 'sid'],
    ['Alpine', ALPINE, false, 'alpine-3.22.1', ''],
    ['Fedora', FEDORA, false, 'fedora-42', ''],
    ['no such file', '', false, 'linux', ''],
  ])('%s', (_name, text, debian, tag, codename) => {
    expect(isDebianFamily(machine(text))).toBe(debian);
    expect(machineTag(machine(text))).toBe(tag);
    expect(parseOsRelease(text).codename).toBe(codename);
  });

  it('reads quotes and escapes', () => {
    expect(parseOsRelease(FEDORA).prettyName).toBe('Fedora $42');
    expect(parseOsRelease(MINT).like).toEqual(['ubuntu', 'debian']);
  });
});

describe('versions', () => {
  it.each([
    ['pg_dump (PostgreSQL) 17.11 (Debian 17.11-1.pgdg12+1)\n', 17, '17.11', '17.11.0'],
    ['psql (PostgreSQL) 18beta1\n', 18, '18beta1', '18.0.0-beta1'],
    ['pg_dump (PostgreSQL) 19devel\n', 19, '19devel', '19.0.0-devel'],
    ['pg_dump (PostgreSQL) 9.6.24\n', 9, '9.6.24', '9.6.24'],
    ['pg_restore (PostgreSQL) 13.16 (Ubuntu 13.16-1)', 13, '13.16', '13.16.0'],
  ])('%j', (text, major, version, semver) => {
    expect(parseVersion(text)).toEqual({ major, version });
    expect(toSemver(version)).toBe(semver);
  });

  it.each(['', 'pg_dump', 'Usage: pg_dump [OPTION]... 17', 'error (really) bad'])('refuses %j', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});

describe('folders', () => {
  const at = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}): string[] =>
    places(platform, env).map(({ parent }) => parent);

  it.each([
    ['/usr/lib/postgresql', '17', true],
    ['/usr/lib/postgresql', '9.6', false],
    ['/usr', 'pgsql-17', true],
    ['/usr', 'bin', false],
    ['/usr/libexec', 'postgresql17', true],
    ['/home/linuxbrew/.linuxbrew/opt', 'postgresql@17', true],
  ])('Linux: %s/%s', (parent, name, matches) => {
    const found = places('linux', {}).filter((place) => place.parent === parent);
    expect(found).toHaveLength(1);
    expect(found[0]?.name.test(name)).toBe(matches);
  });

  it('macOS: Homebrew, Postgres.app and the EDB installer', () => {
    expect(at('darwin', { HOMEBREW_PREFIX: '/brew' })).toEqual([
      '/brew/opt',
      '/opt/homebrew/opt',
      '/usr/local/opt',
      '/home/linuxbrew/.linuxbrew/opt',
      '/Applications/Postgres.app/Contents/Versions',
      '/Library/PostgreSQL',
    ]);
    const brew = places('darwin', {})[0];
    expect(['libpq', 'postgresql@17', 'postgresql', 'libpqxx'].map((name) => brew?.name.test(name))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('Windows: where the installer puts them, whatever drive', () => {
    expect(at('win32', { ProgramFiles: 'D:\\Programs' })).toEqual([
      'D:\\Programs\\PostgreSQL',
      'C:\\Program Files\\PostgreSQL',
    ]);
  });
});

describe("PostgreSQL's apt repository", () => {
  it('has the key whose fingerprint is published', () => {
    const body = PGDG_KEY.split('\n\n')[1]?.split('\n=')[0] ?? '';
    const bytes = Buffer.from(body, 'base64');
    // An old-format packet with a two-byte length (RFC 4880, 4.2 and 12.2).
    expect(bytes[0]).toBe(0x99);
    const length = bytes.readUInt16BE(1);
    const fingerprint = createHash('sha1')
      .update(bytes.subarray(0, 3 + length))
      .digest('hex');
    expect(fingerprint.toUpperCase()).toBe(PGDG_FINGERPRINT);
    expect(PGDG_FINGERPRINT).toBe('B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8');
  });

  it.each([
    [
      'the release, then the archive of old releases',
      {},
      true,
      ['https://apt.postgresql.org/pub/repos/apt', 'https://apt-archive.postgresql.org/pub/repos/apt'],
    ],
    [
      'by http where nothing can check https',
      {},
      false,
      ['http://apt.postgresql.org/pub/repos/apt', 'http://apt-archive.postgresql.org/pub/repos/apt'],
    ],
    [
      "a company's mirror alone",
      { PGKEEP_PGDG_URL: 'http://mirror.example/pgdg//' },
      true,
      ['http://mirror.example/pgdg'],
    ],
    [
      'an empty variable is none',
      { PGKEEP_PGDG_URL: '' },
      true,
      ['https://apt.postgresql.org/pub/repos/apt', 'https://apt-archive.postgresql.org/pub/repos/apt'],
    ],
  ])('is %s', (_name, env, https, urls) => {
    expect(pgdgSource(machine(MINT), env, https)).toEqual({
      urls,
      keyAsc: PGDG_KEY,
      suite: 'noble-pgdg',
      component: 'main',
    });
  });

  it('is none without a code name', () => {
    expect(pgdgSource(machine('ID=debian\n'), {}, true)).toBeUndefined();
    expect(pgdgSource(machine('ID=debian\nVERSION_CODENAME="a b"\n'), {}, true)).toBeUndefined();
  });

  it('trusts one key, for one processor', () => {
    const source = pgdgSource(machine(BOOKWORM), {}, true);
    expect(source && sourceLine(source, source.urls[0] ?? '', '/t/key.asc', 'arm64')).toBe(
      'deb [arch=arm64 signed-by=/t/key.asc] https://apt.postgresql.org/pub/repos/apt bookworm-pgdg main\n',
    );
  });

  it("replaces the machine's own entry for the same repository, whose key may be another", () => {
    const source = pgdgSource(machine(BOOKWORM), {}, true);
    const lines = [
      'deb http://deb.example/debian bookworm main',
      'deb [signed-by=/x] http://apt.postgresql.org/pub/repos/apt bookworm-pgdg main',
    ];
    expect(namesSource(lines.join('\n'), source)).toBe(true);
    expect(namesSource(lines[0] ?? '', source)).toBe(false);
    expect(namesSource('deb http://apt.postgresql.org.example/x y z', source)).toBe(false);
    expect(withoutSource(lines.join('\n'), source)).toBe(lines[0]);
    expect(withoutSource(lines.join('\n'), undefined)).toBe(lines.join('\n'));
  });

  it.each([
    ['https://apt.postgresql.org/pub/repos/apt', true],
    ['http://apt-archive.postgresql.org/pub/repos/apt', true],
    ['http://mirror.example/pgdg', true],
    ['http://deb.example/debian', false],
  ])('names where %s comes from', (uri, expected) => {
    const source = pgdgSource(machine(BOOKWORM), { PGKEEP_PGDG_URL: 'http://mirror.example/pgdg' }, true);
    expect(isPgdg(uri, source)).toBe(expected);
  });
});

describe('Homebrew', () => {
  it('finds the majors that it has', () => {
    expect(formulaMajors('postgresql@14\npostgresql@18\npostgrest\npostgresql@x\nlibpq\n')).toEqual([14, 18]);
    expect(libpqMajor('{"formulae":[{"name":"libpq","versions":{"stable": "18.1","head":null}}]}')).toBe(18);
    expect(libpqMajor('{"formulae":[]}')).toBeUndefined();
  });

  it.each([
    [18, 18, 'libpq'],
    [17, 18, 'postgresql@17'],
    [17, undefined, 'postgresql@17'],
  ])('installs %s with libpq at %s as %s', (major, libpq, formula) => {
    expect(formulaFor(major, libpq)).toBe(formula);
    expect(brewInstallArgs(formula)).toEqual(['install', '--quiet', '--formula', formula]);
  });

  it('updates nothing first', () => {
    expect(brewEnv({ PATH: '/x' })).toMatchObject({ PATH: '/x', HOMEBREW_NO_AUTO_UPDATE: '1' });
  });
});

describe('what to install', () => {
  it.each([
    ['macOS', machine('', 'darwin'), 'brew install postgresql@17'],
    ['Windows', machine('', 'win32'), 'choco install postgresql17'],
    ['Debian', machine(BOOKWORM), 'apt-get install postgresql-client-17'],
    ['Alpine', machine(ALPINE), 'apk add postgresql17-client'],
    ['Fedora', machine(FEDORA), 'dnf install postgresql17'],
    ['anything else', machine('ID=void\n'), 'client programs of PostgreSQL 17'],
  ])('%s', (_name, system, expected) => {
    expect(advice(system, 17)).toContain(expected);
    expect(advice(system, 17)).toContain('`postgres-bin`');
  });

  it('says what was tried', () => {
    expect(notFound(machine(ALPINE), 17, ['the tool cache', 'apk'])).toBe(
      'Could not find or install the client programs of PostgreSQL 17 or newer (psql, pg_dump, pg_restore, pg_dumpall) on Alpine Linux v3.22.\n' +
        'Tried: the tool cache; apk.\n' +
        'Install them with `apk add postgresql17-client`, or install them elsewhere and name their folder in `postgres-bin`.',
    );
  });
});
