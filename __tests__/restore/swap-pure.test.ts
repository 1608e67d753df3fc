import { describe, expect, it } from '@jest/globals';
import { propertiesIn } from '../../src/restore/swap/archived.js';
import { combine } from '../../src/restore/swap/combine.js';
import { grantsSql } from '../../src/postgres/database/grants.js';
import { beforeName, besideName, cutBytes, reloadName } from '../../src/restore/swap/names.js';
import type { DatabaseProperties } from '../../src/postgres/database/properties.js';
import { joinValues, parseSetting, settingSql, splitList } from '../../src/postgres/database/settings.js';
import { swapStatements } from '../../src/restore/swap/swap.js';
import { lockKey } from '../../src/restore/target/lock.js';

const ID = '20261120T020000Z-k3fd';

describe('names', () => {
  it.each([
    ['shop', 25, 'shop'],
    ['x'.repeat(26), 25, 'x'.repeat(25)],
    [`${'x'.repeat(24)}é`, 25, 'x'.repeat(24)],
    [`${'x'.repeat(23)}€y`, 25, 'x'.repeat(23)],
    [`${'x'.repeat(21)}🐘y`, 25, `${'x'.repeat(21)}🐘`],
    ['', 25, ''],
  ])('cuts %j to %s bytes', (text, bytes, cut) => {
    expect(cutBytes(text, bytes)).toBe(cut);
  });

  it('are unique, and no longer than PostgreSQL keeps', () => {
    const first = beforeName('shop', ID, new Set());
    expect(first).toBe(`shop_before_${ID}`);
    expect(beforeName('shop', ID, new Set([first]))).toBe(`${first}-2`);
    expect(beforeName('shop', ID, new Set([first, `${first}-2`]))).toBe(`${first}-3`);
    const long = 'é'.repeat(31);
    for (const name of [beforeName, besideName, reloadName])
      expect(Buffer.byteLength(name(long, ID, new Set([name(long, ID, new Set())])))).toBeLessThanOrEqual(63);
    expect(beforeName(long, 'y'.repeat(80), new Set())).toBe(`${'é'.repeat(12)}_before_${'y'.repeat(31)}`);
  });
});

describe('settings', () => {
  it.each([
    ['"$user", public', ['$user', 'public']],
    ['"a, ""b""", c', ['a, "b"', 'c']],
    ['one', ['one']],
    ['', []],
    ['""', ['']],
  ])('splits %j', (value, parts) => {
    expect(splitList(value)).toEqual(parts);
  });

  it.each([
    [undefined, 'work_mem', '4MB', `ALTER DATABASE "d""b" SET "work_mem" TO '4MB'`],
    ['r', 'search_path', '"$user", a', `ALTER ROLE "r" IN DATABASE "d""b" SET "search_path" TO '$user', 'a'`],
    [undefined, 'search_path', '', `ALTER DATABASE "d""b" SET "search_path" TO ''`],
    [undefined, 'app.x', "it's, so", `ALTER DATABASE "d""b" SET "app.x" TO 'it''s, so'`],
    [undefined, 'DateStyle', 'ISO, DMY', `ALTER DATABASE "d""b" SET "DateStyle" TO 'ISO, DMY'`],
  ])('of %s: %s', (role, name, value, sql) => {
    expect(settingSql('d"b', { role, name, value })).toBe(sql);
  });

  it('are read as they are stored', () => {
    expect(parseSetting('app.x=a=b')).toEqual({ name: 'app.x', value: 'a=b' });
    expect(joinValues('search_path', ['$user', 'public'])).toBe('"$user", "public"');
    expect(joinValues('work_mem', ['4MB'])).toBe('4MB');
  });
});

it('reads what an archive says of its database', () => {
  expect(
    propertiesIn([
      `CREATE DATABASE set WITH TEMPLATE = template0 ENCODING = 'UTF8'`,
      'ALTER DATABASE set OWNER TO "the owner"',
      `COMMENT ON DATABASE set IS 'it''s ours'`,
      `ALTER DATABASE set SET search_path TO '$user', 'a b'`,
      `ALTER DATABASE set SET "app.x" TO 'one, two'`,
      `ALTER ROLE app IN DATABASE set SET work_mem TO '9MB'`,
      'ALTER DATABASE set CONNECTION LIMIT = 7',
      'ALTER DATABASE set IS_TEMPLATE = true',
      'REVOKE CONNECT,TEMPORARY ON DATABASE set FROM PUBLIC',
      'GRANT TEMPORARY ON DATABASE set TO PUBLIC',
      'GRANT ALL ON DATABASE set TO "public" WITH GRANT OPTION',
    ]),
  ).toEqual({
    owner: 'the owner',
    comment: "it's ours",
    connectionLimit: 7,
    settings: [
      { role: undefined, name: 'search_path', value: '"$user", "a b"' },
      { role: undefined, name: 'app.x', value: 'one, two' },
      { role: 'app', name: 'work_mem', value: '9MB' },
    ],
    grants: [
      { grantee: undefined, privilege: 'TEMPORARY', grantable: false },
      ...['CREATE', 'TEMPORARY', 'CONNECT'].map((privilege) => ({
        grantee: 'public',
        privilege,
        grantable: true,
      })),
    ],
  });
  // As pg_dump writes backslashes: always so in settings, in comments where strings are not standard.
  const comment = String.raw`COMMENT ON DATABASE d IS 'a\\b''c'`;
  expect(
    propertiesIn([
      "SET standard_conforming_strings = 'off'",
      comment,
      String.raw`ALTER DATABASE d SET "app.x" TO E'a\\b''c'`,
    ]),
  ).toMatchObject({ comment: String.raw`a\b'c`, settings: [{ value: String.raw`a\b'c` }] });
  expect(propertiesIn(["SET standard_conforming_strings = 'on'", comment]).comment).toBe(String.raw`a\\b'c`);
  expect(propertiesIn([])).toMatchObject({ grants: null, settings: [], owner: undefined });
});

describe('what the new database is like', () => {
  const archived = {
    owner: 'past',
    comment: 'then',
    connectionLimit: 3,
    settings: [
      { role: undefined, name: 'work_mem', value: '1MB' },
      { role: undefined, name: 'app.x', value: 'then' },
      { role: 'leaver', name: 'work_mem', value: '1MB' },
    ],
    grants: [
      { grantee: 'reader', privilege: 'CONNECT', grantable: false },
      { grantee: 'leaver', privilege: 'CONNECT', grantable: false },
      { grantee: undefined, privilege: 'CONNECT', grantable: false },
    ],
  };
  const target: DatabaseProperties = {
    owner: 'now',
    connectionLimit: -1,
    comment: null,
    settings: [{ role: undefined, name: 'WORK_MEM', value: '2MB' }],
    grants: [{ grantee: 'app', privilege: 'CONNECT', grantable: true }],
  };
  const scope = { owner: true, privileges: true, roles: new Set(['past', 'reader', 'now', 'app']) };

  it('is of the archive, and over it of the target', () => {
    expect(combine(archived, target, scope)).toEqual({
      owner: 'now',
      connectionLimit: -1,
      comment: 'then',
      settings: [
        { role: undefined, name: 'WORK_MEM', value: '2MB' },
        { role: undefined, name: 'app.x', value: 'then' },
      ],
      // PUBLIC has what it has at the target: nothing.
      grants: [archived.grants[0], ...(target.grants ?? [])],
    });
  });

  it('is of the archive alone where there was no target', () => {
    const { owner, connectionLimit, grants } = combine(archived, undefined, scope);
    expect({ owner, connectionLimit }).toEqual({ owner: 'past', connectionLimit: 3 });
    expect(grants).toEqual([archived.grants[0], archived.grants[2]]);
    expect(combine(archived, undefined, { ...scope, owner: false, privileges: false })).toMatchObject({
      owner: undefined,
      grants: null,
    });
  });
});

it('gives PUBLIC nothing but what is listed, and the owner nothing that he has', () => {
  expect(
    grantsSql(
      'd',
      [
        { grantee: undefined, privilege: 'TEMPORARY', grantable: false },
        { grantee: 'o', privilege: 'CREATE', grantable: false },
        { grantee: 'a', privilege: 'CONNECT', grantable: true },
      ],
      'o',
    ),
  ).toEqual([
    'REVOKE ALL ON DATABASE "d" FROM PUBLIC',
    'GRANT TEMPORARY ON DATABASE "d" TO PUBLIC',
    'GRANT CONNECT ON DATABASE "d" TO "a" WITH GRANT OPTION',
  ]);
});

it('swaps in one transaction', () => {
  expect(swapStatements({ target: 'a', restored: 'b', before: 'c', comment: null })).toEqual([
    'BEGIN',
    "SET LOCAL lock_timeout = '10s'",
    'ALTER DATABASE "a" RENAME TO "c"',
    'ALTER DATABASE "b" RENAME TO "a"',
    'COMMENT ON DATABASE "a" IS NULL',
    'COMMIT',
  ]);
});

it('locks each target by a key of its own', () => {
  expect(lockKey('shop')).toBe(lockKey('shop'));
  expect(lockKey('shop')).not.toBe(lockKey('shop2'));
  expect(BigInt.asIntN(64, lockKey('shop'))).toBe(lockKey('shop'));
});
