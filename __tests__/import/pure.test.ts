import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createdDatabase } from '../../src/import/facts.js';
import { kindOf } from '../../src/import/magic.js';
import { takenAt, timeInName } from '../../src/import/taken-at.js';
import { readPlainDump } from '../../src/import/plain-dump.js';
import { notADump } from '../../src/import/unusable.js';
import { readInputs } from '../../src/inputs/read.js';

/** As `date` would have written it on this machine. */
const local = (year: number, month: number, day: number, ...time: number[]): Date =>
  new Date(year, month - 1, day, ...time);

describe('timeInName', () => {
  it.each<[string, Date | undefined]>([
    ['backup_20250131_020000.sql.gz', local(2025, 1, 31, 2)],
    ['db_backup_20250131_023015.sql.gz', local(2025, 1, 31, 2, 30, 15)],
    ['2025-01-31.dump', local(2025, 1, 31)],
    ['backup_20250131.sql', local(2025, 1, 31)],
    ['shop-2025-01-31-02-00.sql', local(2025, 1, 31, 2)],
    ['shop_2025.01.31_2359.tar', local(2025, 1, 31, 23, 59)],
    ['shop 2025-01-31 at 02.05.07.sql', local(2025, 1, 31, 2, 5, 7)],
    ['202501310200.sql', local(2025, 1, 31, 2)],
    ['20250131020159', local(2025, 1, 31, 2, 1, 59)],
    ['app_backup_2024-01-15T02-00-00-000Z.sql', new Date('2024-01-15T02:00:00Z')],
    ['20250131T020000Z-k3fd.dump', new Date('2025-01-31T02:00:00Z')],
    ['backup-1735689600.sql', new Date('2025-01-01T00:00:00Z')],
    ['backup_20250131-1.sql', local(2025, 1, 31)],
    ['v2.20250131.sql', local(2025, 1, 31)],
    ['snapshot_202412.sql.gz', undefined],
    ['20250231.sql', undefined],
    ['20251331.sql', undefined],
    ['latest.dump', undefined],
    ['order-120250131456.sql', undefined],
  ])('%s', (name, expected) => {
    expect(timeInName(name)?.toISOString()).toBe(expected?.toISOString());
  });
});

describe('takenAt', () => {
  const now = new Date('2025-06-01T00:00:00Z');
  const [option, archive, modified] = ['2025-01-01', '2025-01-02', '2025-01-04'].map((day) => new Date(day));
  const known = { option, archive, name: '2025-01-03T00-00-00Z.sql', modified: modified as Date };

  it.each<[string, Parameters<typeof takenAt>[0], string, string]>([
    ['the option first', known, '2025-01-01', 'option'],
    ['the archive', { ...known, option: undefined }, '2025-01-02', 'archive'],
    ['the name', { ...known, option: undefined, archive: undefined }, '2025-01-03', 'file name'],
    [
      'the file',
      { ...known, option: undefined, archive: undefined, name: 'x.sql' },
      '2025-01-04',
      'file time',
    ],
    [
      'no time in the future',
      { ...known, option: undefined, archive: new Date('2030-01-01') },
      '2025-01-03',
      'file name',
    ],
    [
      'a file of the future is of now',
      {
        ...known,
        option: undefined,
        archive: undefined,
        name: '2031-01-01.sql',
        modified: new Date('2031-01-01'),
      },
      '2025-06-01',
      'file time',
    ],
  ])('%s', (_what, facts, day, from) => {
    expect(takenAt(facts, now)).toEqual({ at: new Date(day), from });
  });
});

describe('kindOf', () => {
  const tar = Buffer.alloc(512);
  tar.write('toc.dat').toString();
  tar.write('ustar', 257);
  it.each<[string, Buffer, string | undefined]>([
    ['a script', Buffer.from('--\n-- PostgreSQL database dump\n--\n'), 'plain'],
    ['a script of Windows', Buffer.from('--\r\n-- PostgreSQL database dump\r\n--\r\n'), 'plain'],
    ['a server', Buffer.from('--\n-- PostgreSQL database cluster dump\n--\n'), 'server'],
    ['tar', tar, 'tar'],
    ['text', Buffer.from('SELECT 1;'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ])('%s', (_what, head, kind) => {
    expect(kindOf(head)).toBe(kind);
  });
});

describe('notADump', () => {
  it.each<[string | Buffer, string]>([
    ['<!DOCTYPE html><html>', 'HTML or XML'],
    ['\n<?xml version="1.0"?><Error><Code>AccessDenied', 'HTML or XML'],
    ['pg_dump: error: connection to server', 'error message of a program'],
    ['-- MySQL dump 10.13', 'MySQL'],
    ['SQLite format 3\0', 'SQLite'],
    ['-----BEGIN AGE ENCRYPTED FILE-----', 'age -d'],
    ['U2FsdGVkX18abc', 'openssl base64 -d'],
    ['-----BEGIN PGP MESSAGE-----', 'gpg -d'],
    [Buffer.from([0x85, 1, 2]), 'gpg -d'],
    [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 'xz -d'],
    ['BZh91AY', 'bzip2 -d'],
    ['PK\u0003\u0004', 'zip'],
    [Buffer.from([0xff, 0xfe, 0x2d, 0]), 'iconv'],
    [Buffer.from([0xef, 0xbb, 0xbf, 0x2d]), 'byte order mark'],
    ['{"message":"Not Found"}', 'no dump that pgkeep knows'],
  ])('%j', (head, said) => {
    expect(notADump('x.sql', Buffer.from(head)).message).toMatch(new RegExp(`^x\\.sql .*${said}`));
  });
});

describe('createdDatabase', () => {
  it.each<[string, object]>([
    [
      `CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LC_COLLATE = 'de_DE.UTF-8' LC_CTYPE = 'C';`,
      { collate: 'de_DE.UTF-8', ctype: 'C', localeProvider: 'libc', locale: null },
    ],
    [
      `CREATE DATABASE "LOCALE = 'x'" WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc LOCALE = 'C';`,
      { collate: 'C', ctype: 'C', localeProvider: 'libc', locale: null },
    ],
    [
      `CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = icu LOCALE = 'C' ICU_LOCALE = 'de' ICU_RULES = '&a < g';`,
      { collate: 'C', ctype: 'C', localeProvider: 'icu', locale: 'de', icuRules: '&a < g' },
    ],
    [
      `CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = builtin LOCALE = 'C' BUILTIN_LOCALE = 'C.UTF-8';`,
      { collate: 'C', ctype: 'C', localeProvider: 'builtin', locale: 'C.UTF-8' },
    ],
  ])('%s', (statement, locale) => {
    expect(createdDatabase(statement)?.locale).toEqual(locale);
  });
});

describe('what is behind a plain dump', () => {
  const dump =
    '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 17.7\n\n--\n-- PostgreSQL database dump complete\n--\n\n';
  const read = (text: string): ReturnType<typeof readPlainDump> =>
    readPlainDump(Readable.from([Buffer.from(text)]), 'a.sql');

  it.each(['', '\\unrestrict k3fd\n', '\n-- Reset session config\nRESET ALL;\n'])(
    'may be %j',
    async (rest) => {
      expect(await read(dump + rest)).toMatchObject({ server: { version: '17.7' } });
    },
  );

  it.each(['DROP TABLE orders;', 'RESET ALLOWED;', dump])('may not be %j', async (rest) => {
    await expect(read(dump + rest)).rejects.toThrow(
      /^a\.sql (goes on behind its end|holds more than one dump)/,
    );
  });
});

describe('inputs of an import', () => {
  it.each<[Record<string, string>, RegExp]>([
    [{ storage: 'artifact://' }, /made by a workflow run, not from a terminal/],
    [{ 'taken-at': '2999-01-01' }, /lies in the future/],
    [{ 'taken-at': 'yesterday' }, /allowed: an ISO time/],
    [{ passphrase: 'x', recipients: 'age1x' }, /both given/],
    [{ name: '{server}' }, /only \{database\}/],
  ])('refuses the inputs %j', (inputs, expected) => {
    const all: Record<string, string> = { storage: 'file:///b', ...inputs };
    expect(() => readInputs('import', (name) => all[name])).toThrow(expected);
  });
});
