import { describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabaseSql, libcLocales, spellings, withLibc } from '../../src/postgres/scratch/identity.js';
import { localeSource } from '../../src/postgres/scratch/localedef.js';
import { preloadSettings } from '../../src/postgres/scratch/preload.js';
import { scratchSettings } from '../../src/postgres/scratch/settings.js';

const GB = 1024 ** 3;

describe('what a database is made of', () => {
  const icu = {
    provider: 'icu',
    collate: 'C',
    ctype: 'C.UTF-8',
    locale: 'de',
    icuRules: "&a < 'b'",
    version: '1',
  };
  it.each([
    [14, ''],
    [15, " LOCALE_PROVIDER 'icu' ICU_LOCALE 'de'"],
    [16, " LOCALE_PROVIDER 'icu' ICU_LOCALE 'de' ICU_RULES '&a < ''b'''"],
  ])('is said in the words of PostgreSQL %s', (major, rest) => {
    expect(createDatabaseSql('a"b', { encoding: 'UTF8', collation: icu }, major)).toBe(
      `CREATE DATABASE "a""b" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'${rest}`,
    );
  });

  it('leaves to the server how text is sorted where that is not known', () => {
    const collation = { ...icu, provider: 'libc', collate: null, ctype: null, locale: null, icuRules: null };
    const identity = { encoding: 'UTF8', collation };
    expect(createDatabaseSql('x', identity, 17)).toBe(
      `CREATE DATABASE "x" TEMPLATE template0 ENCODING 'UTF8'`,
    );
    expect([libcLocales(identity), withLibc(identity, () => 'C')]).toEqual([[], identity]);
  });

  it('names the locale of the builtin provider', () => {
    const collation = { ...icu, provider: 'builtin', locale: 'C.UTF-8', icuRules: null };
    expect(createDatabaseSql('x', { encoding: 'UTF8', collation }, 17)).toContain(
      " LOCALE_PROVIDER 'builtin' BUILTIN_LOCALE 'C.UTF-8'",
    );
  });
});

describe('spellings of a locale', () => {
  it.each([
    ['C', ['C']],
    ['en_US', ['en_US']],
    ['en_US.UTF-8', ['en_US.UTF-8', 'en_US.utf8', 'en_US.UTF8']],
    ['en_US.utf8', ['en_US.utf8', 'en_US.UTF-8', 'en_US.UTF8']],
    ['de_DE.iso885915@euro', ['de_DE.iso885915@euro', 'de_DE.ISO-8859-15@euro', 'de_DE.ISO885915@euro']],
  ])('of %s', (locale, expected) => {
    expect(spellings(locale)).toEqual(expected);
  });
});

describe('what a locale is made of', () => {
  const sources = mkdtempSync(join(tmpdir(), 'pgkeep-i18n-'));
  for (const folder of ['locales', 'charmaps']) mkdirSync(join(sources, folder));
  for (const file of [
    'locales/de_DE',
    'locales/de_DE@euro',
    'charmaps/UTF-8.gz',
    'charmaps/ISO-8859-1.gz',
    'charmaps/ISO-8859-15',
  ])
    writeFileSync(join(sources, file), '');
  writeFileSync(join(sources, 'SUPPORTED'), 'de_DE.UTF-8 UTF-8\nde_DE ISO-8859-1\nde_DE@euro ISO-8859-15\n');

  it.each([
    ['de_DE.UTF-8', { input: 'de_DE', charmap: 'UTF-8', folder: 'de_DE.utf8' }],
    ['de_DE.utf8', { input: 'de_DE', charmap: 'UTF-8', folder: 'de_DE.utf8' }],
    ['de_DE', { input: 'de_DE', charmap: 'ISO-8859-1', folder: 'de_DE' }],
    ['de_DE@euro', { input: 'de_DE@euro', charmap: 'ISO-8859-15', folder: 'de_DE@euro' }],
    ['de_DE.UTF-8@phone', { input: 'de_DE', charmap: 'UTF-8', folder: 'de_DE.utf8@phone' }],
    ['fr_FR.UTF-8', undefined],
    ['de_DE.KOI8-R', undefined],
    ['English_United States.1252', undefined],
    ['../../etc/passwd', undefined],
  ])('%s', (locale, expected) => {
    expect(localeSource(locale, sources)).toEqual(expected);
  });

  it('is not known without sources', () => {
    expect(localeSource('de_DE.UTF-8', join(sources, 'none'))).toBeUndefined();
    rmSync(sources, { recursive: true });
  });
});

describe('the settings of a scratch server', () => {
  it.each([
    ['a small machine', { memory: 0.25 * GB, cpus: 1 }, ['32MB', '85MB', '8MB', '1', '1']],
    ['a runner', { memory: 12 * GB, cpus: 4 }, ['1024MB', '1024MB', '64MB', '2', '4']],
    ['many processors', { memory: 8 * GB, cpus: 64 }, ['1024MB', '341MB', '32MB', '4', '8']],
    ['no memory at all', { memory: 0, cpus: 2 }, ['32MB', '64MB', '4MB', '1', '2']],
  ])('fit %s', (_what, resources, expected) => {
    const settings = scratchSettings(17, '/s', resources);
    const names = [
      'shared_buffers',
      'maintenance_work_mem',
      'work_mem',
      'max_parallel_maintenance_workers',
      'max_parallel_workers',
    ];
    expect(names.map((name) => settings[name])).toEqual(expected);
  });
});

describe('preloaded libraries', () => {
  const root = mkdtempSync(join(tmpdir(), 'pgkeep-preload-'));
  const make = (path: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), '');
  };
  make('17/bin/postgres');
  for (const library of ['pg_cron', 'timescaledb', 'pg_stat_kcache']) make(`17/lib/${library}.so`);
  symlinkSync(join(root, '17', 'bin', 'postgres'), join(root, 'postgres'));

  it('are those that are installed and wanted, told to do nothing', () => {
    const settings = preloadSettings(
      { postgres: join(root, 'postgres') },
      ['pg_cron', 'pgaudit', 'timescaledb', 'pg_stat_kcache', 'hstore'],
      'my, "db"',
    );
    expect(settings).toMatchObject({
      shared_preload_libraries: 'timescaledb,pg_cron',
      'timescaledb.max_background_workers': '0',
      'cron.database_name': 'my, "db"',
      'cron.launch_active_jobs': 'off',
      'cron.max_running_jobs': '0',
    });
    expect(settings['pgaudit.log']).toBeUndefined();
  });

  it('are none where nothing needs one', () => {
    expect(preloadSettings({ postgres: join(root, 'postgres') }, ['hstore'], 'shop')).toEqual({});
    rmSync(root, { recursive: true });
  });
});
