import { describe, expect, it } from '@jest/globals';
import { propertyHashes } from '../../src/postgres/database/hashes.js';
import type { DatabaseProperties } from '../../src/postgres/database/properties.js';
import { propertiesIn } from '../../src/restore/swap/archived.js';
import { judgeProperties } from '../../src/verify/compare/properties.js';

const DATABASE: DatabaseProperties = {
  owner: 'shop',
  connectionLimit: 7,
  comment: "it's ours",
  settings: [
    { role: undefined, name: 'work_mem', value: '5MB' },
    { role: 'app', name: 'search_path', value: 'sales, "$user"' },
  ],
  grants: [
    { grantee: undefined, privilege: 'CONNECT', grantable: false },
    { grantee: 'shop', privilege: 'CREATE', grantable: false },
    { grantee: 'app', privilege: 'CREATE', grantable: false },
    { grantee: 'app', privilege: 'CREATE', grantable: true },
  ],
};

const ARCHIVE = [
  'ALTER DATABASE d OWNER TO shop',
  'ALTER DATABASE d CONNECTION LIMIT = 7',
  `COMMENT ON DATABASE d IS 'it''s ours'`,
  `ALTER ROLE app IN DATABASE d SET search_path TO 'sales', '$user'`,
  `ALTER DATABASE d SET work_mem TO '5MB'`,
  'REVOKE CONNECT,TEMPORARY ON DATABASE d FROM PUBLIC',
  'GRANT CONNECT ON DATABASE d TO PUBLIC',
  'GRANT CREATE ON DATABASE d TO app WITH GRANT OPTION',
];

const NEW: DatabaseProperties = {
  owner: 'shop',
  connectionLimit: -1,
  comment: null,
  settings: [],
  grants: null,
};

/** The properties that differ; undefined where nothing was compared. */
function differing(
  database: DatabaseProperties | undefined,
  archive: readonly string[],
  ...args: string[]
): string[] | undefined {
  const expected = database === undefined ? undefined : propertyHashes(database);
  const findings = judgeProperties(expected, propertiesIn(archive), args);
  if (findings.length === 0) return undefined;
  return findings.filter(({ verdict }) => verdict === 'different').map(({ name }) => name);
}

describe('of the database as a whole', () => {
  const without = (start: string): string[] => ARCHIVE.filter((statement) => !statement.startsWith(start));
  it.each([
    ['all is there', DATABASE, ARCHIVE, []],
    ['nothing was ever said', NEW, ['ALTER DATABASE d OWNER TO shop'], []],
    [
      'what was granted is what every database has',
      {
        ...NEW,
        grants: ['TEMPORARY', 'CONNECT'].map((privilege) => ({
          grantee: undefined,
          privilege,
          grantable: false,
        })),
      },
      ['ALTER DATABASE d OWNER TO shop'],
      [],
    ],
    ['the comment is missing', DATABASE, without('COMMENT'), ['comment of the database']],
    [
      'the limit is missing',
      DATABASE,
      without('ALTER DATABASE d CONNECTION'),
      ['connection limit of the database'],
    ],
    ["a role's setting is missing", DATABASE, without('ALTER ROLE'), ['settings of the database']],
    [
      'a setting is another',
      DATABASE,
      ARCHIVE.map((statement) => statement.replace('5MB', '6MB')),
      ['settings of the database'],
    ],
    [
      'a list is in another order',
      DATABASE,
      ARCHIVE.map((statement) => statement.replace(`'sales', '$user'`, `'$user', 'sales'`)),
      ['settings of the database'],
    ],
    ['a right is missing', DATABASE, without('GRANT CREATE'), ['privileges of the database']],
    [
      'a right may not be passed on',
      DATABASE,
      ARCHIVE.map((statement) => statement.replace(' WITH GRANT OPTION', '')),
      ['privileges of the database'],
    ],
    [
      'a right was not taken away',
      DATABASE,
      ARCHIVE.filter((statement) => !/^REVOKE/.test(statement)),
      ['privileges of the database'],
    ],
    [
      'the owner is another',
      DATABASE,
      [...ARCHIVE, 'ALTER DATABASE d OWNER TO postgres'],
      ['owner of the database'],
    ],
  ])('%s', (_what, database, archive, expected) => {
    expect(differing(database, archive)).toEqual(expected);
  });

  it('asks for nothing that pg_dump was told to leave out, or that the fingerprint does not have', () => {
    expect(differing(DATABASE, without('COMMENT'), '--no-comments')).toEqual([]);
    expect(differing(DATABASE, without('GRANT'), '--no-privileges', '--load-via-partition-root')).toEqual([]);
    expect(differing(DATABASE, without('ALTER DATABASE d OWNER'), '-O')).toEqual([]);
    expect(differing(undefined, [])).toBeUndefined();
  });

  it('is hashed in the same way for ever', () => {
    expect(propertyHashes(DATABASE)).toMatchInlineSnapshot(`
     {
       "comment": "80ea52a9d008b7977e6d503861bf97a65482a51988ba77fd286fc4ec7ccea5ec",
       "connection limit": "7902699be42c8a8e46fbbb4501726517e86b22c56a189f7625a6da49081b2451",
       "owner": "690848f6824adb47d2212cede03fca5b4212b0b09c2bc69cd02753de8be7b7c3",
       "privileges": "bb4339b0799bbc530f00aedc52ce3d939598f95259b5e07f318741f8b016061f",
       "settings": "133cb853613383a8de14f23909c5490f8266408cc54ec186fd0adf50cc456746",
     }
    `);
  });
});
