import { describe, expect, it } from '@jest/globals';
import { advice, notFound } from '../../src/postgres/programs/advice.js';
import { replacedServers, unmet } from '../../src/postgres/programs/apt/parse.js';
import type { Machine } from '../../src/postgres/programs/machine.js';
import { nearestMajor } from '../../src/postgres/programs/nearest.js';
import { serverCacheVersion } from '../../src/postgres/programs/server/cached.js';
import { providerOf, whyMissing } from '../../src/postgres/programs/server/missing.js';
import { formulaeOf, packagesOf } from '../../src/postgres/programs/server/packages.js';
import { shareFolders } from '../../src/postgres/programs/server/share.js';
import { packageGroups } from '../../src/postgres/programs/server/subject.js';

const debian: Machine = {
  platform: 'linux',
  os: { id: 'debian', like: [], version: '12', codename: 'bookworm', prettyName: 'Debian 12' },
  root: '',
};

describe('the packages of extensions', () => {
  it.each([
    ['vector', ['postgresql-17-pgvector']],
    ['postgis_tiger_geocoder', ['postgresql-17-postgis-3']],
    ['plpython3u', ['postgresql-plpython3-17']],
    ['jsonb_plperlu', ['postgresql-plperl-17']],
    ['pg_cron', ['postgresql-17-pg-cron', 'postgresql-17-cron']],
    ['pg_hint_plan', ['postgresql-17-pg-hint-plan', 'postgresql-17-hint-plan']],
    ['timescaledb', ['timescaledb-2-postgresql-17', 'postgresql-17-timescaledb']],
    ['hypopg', ['postgresql-17-hypopg']],
    ['uuid-ossp', []],
    ['hstore', []],
    ['plpgsql', []],
    ['-o Debug=1', []],
    ['../x', []],
    ['ünïcode', []],
    ['constructor', ['postgresql-17-constructor']],
  ])('%s is in %j', (extension, packages) => {
    expect(packagesOf(extension, 17)).toEqual(packages);
  });

  it('none is asked for twice, and none for what comes with the server or with a provider', () => {
    expect(packageGroups(['postgis', 'hstore', 'postgis_raster', 'aws_s3', 'hll'], 16)).toEqual([
      ['postgresql-16-postgis-3'],
      ['postgresql-16-hll'],
    ]);
  });

  it('Homebrew has few', () => {
    expect(formulaeOf(['vector', 'postgis', 'postgis_topology', 'hll', 'hstore'])).toEqual([
      'pgvector',
      'postgis',
    ]);
  });
});

describe('why an extension is missing', () => {
  const server = { major: 17, postgres: '/bin/postgres' };
  const how = { machine: debian, debian: true, installs: true };
  it.each([
    ['supabase_vault', how, /^only Supabase's servers have it/],
    ['rds_tools', how, /^only Amazon RDS's servers have it/],
    ['neon', { ...how, installs: false }, /^only Neon's/],
    ['vector', how, /^apt has no package postgresql-17-pgvector that can be installed/],
    ['pg_x', how, /postgresql-17-pg-x or postgresql-17-x that/],
    ['vector', { ...how, installs: false }, /^the server in postgres-bin lacks it/],
    ['vector', { ...how, debian: false }, /^pgkeep knows no package of it for Debian 12;/],
    ['hstore', how, /^it comes with PostgreSQL itself, but not with the server \/bin\/postgres/],
  ])('%s', (name, given, why) => {
    expect(whyMissing(name, server, given)).toMatch(why);
  });

  it('an unknown name belongs to no provider', () => {
    for (const name of ['vector', 'toString', 'hstore']) expect(providerOf(name)).toBeUndefined();
  });
});

describe('where a server keeps what it shares', () => {
  it.each([
    ['/usr/lib/postgresql/15/bin/postgres', '/usr/share/postgresql/15'],
    ['/cache/x64/usr/lib/postgresql/17/bin/postgres', '/cache/x64/usr/share/postgresql/17'],
    ['/usr/libexec/postgresql17/postgres', '/usr/share/postgresql17'],
    ['/opt/homebrew/Cellar/postgresql@17/17.2/bin/postgres', undefined],
  ])('%s', (postgres, first) => {
    const folders = shareFolders(postgres, 17);
    if (first !== undefined) expect(folders[0]).toBe(first);
    else
      expect(folders).toEqual(
        ['postgresql@17', 'postgresql', 'pgsql', ''].map((name) =>
          `/opt/homebrew/Cellar/postgresql@17/17.2/share/${name}`.replace(/\/$/, ''),
        ),
      );
  });
});

describe('the version in the tool cache', () => {
  it('differs by the set of packages, not by their order', () => {
    const version = serverCacheVersion('17.11', ['a_1.deb', 'b_1.deb']);
    expect(version).toMatch(/^17\.11\.0-p[0-9a-f]{12}$/);
    expect(serverCacheVersion('17.11', ['b_1.deb', 'a_1.deb'])).toBe(version);
    expect(serverCacheVersion('17.11', ['a_1.deb'])).not.toBe(version);
    expect(serverCacheVersion('17.11', ['a_2.deb', 'b_1.deb'])).not.toBe(version);
    expect(serverCacheVersion('18beta1', [])).toMatch(/^18\.0\.0-beta1-p[0-9a-f]{12}$/);
  });
});

describe('what apt says it would do', () => {
  it('servers that would be replaced', () => {
    const plan = [
      'Inst libpq5 [15.18] (15.20 Debian [amd64])',
      'Inst postgresql-15 [15.18-0+deb12u1] (15.20-0+deb12u1 Debian:12 [amd64])',
      'Inst postgresql-16 (16.1 PGDG [amd64])',
      'Inst postgresql-15-cron [1.4] (1.5 PGDG [amd64])',
      'Conf postgresql-14 [14.1] (14.2 x [amd64])',
    ].join('\n');
    expect(replacedServers(plan)).toEqual(['postgresql-15']);
    expect(replacedServers('')).toEqual([]);
  });

  it('dependencies that cannot be met', () => {
    const text =
      'Reading package lists...\nThe following packages have unmet dependencies:\n' +
      ' postgresql-15-x : Depends: postgresql-15 (>= 99) but 15.20 is to be installed\n' +
      '                   Depends: libnone but it is not installable\n';
    expect(unmet(text)).toBe(
      'postgresql-15-x : Depends: postgresql-15 (>= 99) but 15.20 is to be installed; ' +
        'Depends: libnone but it is not installable',
    );
    expect(unmet('E: Unable to locate package x')).toBeUndefined();
  });
});

describe('the nearest major', () => {
  it.each([
    [[18, 13, 17, 17], [], 17, [17]],
    [[18, 13, 17], [17], 18, [17, 18]],
    [[13, 14], [], undefined, []],
    [[16, 18], [], 16, [16]],
  ])('of %j without %j is %s', async (majors, failing: number[], expected, asked) => {
    const tried: number[] = [];
    const found = await nearestMajor(16, majors, (major) => {
      tried.push(major);
      return Promise.resolve(failing.includes(major) ? undefined : major);
    });
    expect(found).toBe(expected);
    expect(tried).toEqual(asked);
  });
});

describe('what to install', () => {
  it.each([
    ['debian', '`apt-get install postgresql-17`'],
    ['alpine', '`apk add postgresql17 postgresql17-contrib`'],
    ['fedora', '`dnf install postgresql17-server postgresql17-contrib`'],
  ])('on %s: %s', (id, command) => {
    const text = advice({ ...debian, os: { ...debian.os, id } }, 17, 'server');
    expect(text).toContain(command);
    expect(text).toContain('`scratch-url`');
  });

  it('the error names the programs', () => {
    expect(notFound(debian, 17, ['here'], 'server')).toMatch(
      /^Could not find or install the server programs of PostgreSQL 17 or newer \(postgres, initdb\) on Debian 12\.\nTried: here\.\n/,
    );
  });
});
