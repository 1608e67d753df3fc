import { describe, expect, it } from '@jest/globals';
import type { FleetAction } from '../../src/fleet/keys.js';
import { parseFleet } from '../../src/fleet/parse.js';
import { checkSize, legsOf, type Leg } from '../../src/fleet/plan.js';
import { problemText } from '../../src/fleet/types.js';

/** What is wrong with a file, as people see it. */
function problems(text: string, action: FleetAction = 'backup'): string[] {
  return parseFleet(text, action).problems.map((problem) => problemText('pgkeep.yml', problem));
}

function legs(text: string, action: FleetAction = 'backup'): Record<string, string>[] {
  expect(problems(text, action)).toEqual([]);
  return legsOf(parseFleet(text, action).members, action);
}

const GOOD = `# Two databases.
defaults:
  storage: s3://my-backups/prod
  keep-daily: 7
  checks: SELECT true
databases:
  shop: SHOP_DATABASE_URL
  crm:
    database-url-secret: CRM_DATABASE_URL
    name: crm-prod
    label: daily
    environment: crm
    keep-daily: 30
    exclude-tables: [audit.*, "tmp.*"]
    postgres-version: 18
    globals: false
    passphrase-secret: CRM_PASSPHRASE
`;

describe('a config file', () => {
  it('gives each database the defaults and its own inputs, by the names that actions know', () => {
    expect(legs(GOOD)).toEqual([
      {
        database: 'shop',
        name: 'shop',
        storage: 's3://my-backups/prod',
        'database-url-secret': 'SHOP_DATABASE_URL',
        'keep-daily': '7',
      },
      {
        database: 'crm',
        environment: 'crm',
        name: 'crm-prod',
        storage: 's3://my-backups/prod',
        'database-url-secret': 'CRM_DATABASE_URL',
        label: 'daily',
        'exclude-tables': 'audit.*\ntmp.*',
        globals: 'false',
        'passphrase-secret': 'CRM_PASSPHRASE',
        'keep-daily': '30',
        'postgres-version': '18',
      },
    ]);
  });

  it('gives a verification what it takes, and needs no URL for it', () => {
    expect(
      legs(
        'databases:\n  shop:\n    storage: artifact://\n    checks: |\n      SELECT 1=1\n      SELECT 2=2\n    keep-last: 3\n',
        'verify',
      ),
    ).toEqual([
      {
        database: 'shop',
        name: 'shop',
        storage: 'artifact://',
        checks: 'SELECT 1=1\nSELECT 2=2',
      },
    ]);
  });

  it('takes anchors and aliases, and an empty text for what is not to be as in the defaults', () => {
    const text = `defaults: { storage: 'file:///b', label: daily }
databases:
  shop: &shop
    database-url-secret: SHOP
    exclude-tables: &tables
      - tmp.*
    label: ''
  crm:
    database-url-secret: CRM
    exclude-tables: *tables
`;
    expect(legs(text).map((leg) => [leg['database'], leg['label'], leg['exclude-tables']])).toEqual([
      ['shop', undefined, 'tmp.*'],
      ['crm', 'daily', 'tmp.*'],
    ]);
  });

  it('keeps a value as it is written', () => {
    const text = 'databases:\n  a:\n    database-url-secret: A\n    storage: file:///a\n    label: 1.10\n';
    expect(legs(text)[0]).toMatchObject({ label: '1.10' });
  });
});

const at = 'defaults:\n  storage: artifact://\n';

describe('a mistake is refused by line and column:', () => {
  it.each<[string, string, (string | RegExp)[]]>([
    [
      'a typo',
      `${at}  keep-daly: 7\ndatabases:\n  shop: SHOP_URL\n`,
      ['pgkeep.yml:3:3: unknown key "keep-daly"; did you mean "keep-daily"?'],
    ],
    [
      'all mistakes at once, in the order of the file',
      `${at}  keep-daily: seven\ndatabase:\ndatabases:\n  shop:\n    database-url-secret: SHOP_URL\n    lable: x\n    globals: maybe\n`,
      [
        /^pgkeep\.yml:3:15: Input "keep-daily": "seven"/,
        'pgkeep.yml:4:1: unknown key "database"; did you mean "databases"?',
        /^pgkeep\.yml:8:5: unknown key "lable"; did you mean "label"\?$/,
        'pgkeep.yml:9:14: Input "globals" is "maybe"; allowed: true, false',
      ],
    ],
    [
      'an input of another action',
      `${at}databases:\n  shop:\n    database-url-secret: A\n    confirm: shop\n`,
      ['pgkeep.yml:6:5: unknown key "confirm": that is an input of restore'],
    ],
    [
      'one database twice',
      `${at}databases:\n  shop: A\n  crm: B\n  shop: C\n`,
      ['pgkeep.yml:6:3: this stands twice in one place'],
    ],
    [
      'one family twice',
      `${at}databases:\n  shop: A\n  crm:\n    database-url-secret: B\n    name: shop\n`,
      [
        'pgkeep.yml:7:11: the family "shop" in the same storage is "shop"\'s already, in line 4: give this one another "name" or "storage"',
      ],
    ],
    [
      'one family twice, its storage written in two ways',
      `databases:\n  shop:\n    { database-url-secret: A, storage: s3://my-b/p }\n  crm:\n    { database-url-secret: B, storage: s3://my-b/p/?region=auto, name: shop }\n`,
      [
        'pgkeep.yml:5:72: the family "shop" in the same storage is "shop"\'s already, in line 2: give this one another "name" or "storage"',
      ],
    ],
    [
      'one family twice, by the databases of a server',
      `${at}databases:\n  all:\n    database-url-secret: A\n    databases: [shop, crm]\n    name: '{database}'\n  shop: B\n`,
      [
        'pgkeep.yml:8:3: the family "shop" in the same storage is "all"\'s already, in line 4: give this one another "name" or "storage"',
      ],
    ],
    [
      'the token, which each job has',
      `${at}  github-token: x\ndatabases:\n  shop: A\n`,
      ['pgkeep.yml:3:3: "github-token" has no place here: each job has a token of its own'],
    ],
    [
      'two files in one',
      `${at}databases:\n  shop: A\n---\nx: 1\n`,
      ['pgkeep.yml:5:1: a second document begins here, and one is all that is read: take out the "---"'],
    ],
    [
      'a secret key of AWS',
      `# AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n${at}databases:\n  shop: A\n`,
      [/^pgkeep\.yml:1:3: a secret key of AWS stands in this file/],
    ],
    [
      'an unknown type',
      `${at}databases:\n  shop:\n    database-url-secret: A\n    label: { a: b }\n`,
      ['pgkeep.yml:6:5: "label" takes one value: give it one, or leave the line out'],
    ],
    [
      'a list where one value belongs',
      `${at}databases:\n  shop: [A, B]\n  crm:\n    database-url-secret: C\n    environment: [x, y]\n`,
      [
        /^pgkeep\.yml:4:3: "shop" needs the name of the secret/,
        /^pgkeep\.yml:7:5: "environment" takes one value/,
      ],
    ],
    [
      'an input that stands beside the defaults',
      'storage: artifact://\ndatabases:\n  shop: A\n',
      [
        'pgkeep.yml:1:1: "storage" belongs below "defaults:" or below a database',
        /^pgkeep\.yml:3:3: "shop": Input "storage" is required/,
      ],
    ],
    [
      'defaults that are none',
      'defaults: artifact://\ndatabases:\n  shop: A\n',
      [/^pgkeep\.yml:1:1: "defaults" takes inputs/],
    ],
    [
      'no value',
      `${at}  label:\ndatabases:\n  shop: A\n`,
      ['pgkeep.yml:3:3: "label" has no value: give it one, or leave the line out'],
    ],
    [
      'an empty file',
      '',
      ['pgkeep.yml:1:1: this file needs "databases:", and below it a line for each database'],
    ],
    ['a file of comments', '# nothing\n', [/^pgkeep\.yml:1:1: this file needs "databases:"/]],
    ['a list', '- shop\n', [/^pgkeep\.yml:1:1: this file needs "databases:"/]],
    ['no databases', at, [/^pgkeep\.yml:1:1: "databases" has no database/]],
    ['databases without one', `${at}databases:\n`, [/^pgkeep\.yml:3:1: "databases" has no database/]],
    ['databases as a list', `${at}databases:\n  - shop\n`, [/^pgkeep\.yml:3:1: "databases" has no database/]],
    [
      'a database without anything',
      `${at}databases:\n  shop:\n`,
      [
        'pgkeep.yml:4:3: "shop" needs the name of the secret that holds its URL, as in "shop: SHOP_DATABASE_URL", or inputs below it',
      ],
    ],
    [
      'no secret for the URL',
      `${at}databases:\n  shop:\n    label: x\n`,
      ['pgkeep.yml:4:3: "shop": "database-url-secret" is missing: the name of the secret that holds the URL'],
    ],
    [
      'a name that is none',
      `${at}databases:\n  my shop: A\n`,
      [/^pgkeep\.yml:4:3: a database is called by letters/],
    ],
    ['a tab', `${at}databases:\n\tshop: A\n`, [/^pgkeep\.yml:4:1: this is no YAML: Tabs/]],
    ['a bracket that stays open', `${at}databases: {shop: A\n`, [/^pgkeep\.yml:\d+:\d+: this is no YAML: /]],
    [
      'an alias of nothing',
      `${at}databases:\n  shop: *nowhere\n`,
      ['pgkeep.yml:4:9: this alias has no anchor before it'],
    ],
    [
      'no storage',
      'databases:\n  shop: A\n  crm: B\n',
      [/^pgkeep\.yml:2:3: "shop" and 1 more: Input "storage" is required: /],
    ],
    [
      'a storage of no kind',
      'databases:\n  shop:\n    database-url-secret: A\n    storage: ftp://x\n',
      [/^pgkeep\.yml:4:14: There is no storage of the kind "ftp:"/],
    ],
    [
      'inputs that contradict each other',
      `${at}  recipients: age1xyz\n  passphrase-secret: P\ndatabases:\n  shop: A\n`,
      [/^pgkeep\.yml:6:3: "shop": Inputs "recipients" and "passphrase" are both given/],
    ],
    [
      'one database by two names',
      `${at}databases:\n  shop: A\n  crm: B\n  copy: A\n  part: { database-url-secret: A, databases: part }\n  own: { database-url-secret: A, environment: own }\n`,
      [
        'pgkeep.yml:6:3: "copy" is the same database as "shop" in line 4: give it another "database-url-secret", "databases" or "environment"',
      ],
    ],
    [
      'an expression',
      `${at}databases:\n  shop: \${{ secrets.SHOP_URL }}\n`,
      [
        'pgkeep.yml:4:9: "database-url-secret" holds an expression, and nothing is filled in here: write the name of the secret alone, SHOP_URL',
      ],
    ],
    [
      'a secret by its own word',
      `${at}databases:\n  shop:\n    database-url: SHOP_URL\n`,
      [
        'pgkeep.yml:5:5: "database-url" is a secret, and this file is none: give the name of the secret, as "database-url-secret"',
      ],
    ],
  ])('%s', (_title, text, expected) => {
    expect(problems(text)).toEqual(
      expected.map((each): unknown => (typeof each === 'string' ? each : expect.stringMatching(each))),
    );
  });

  it('more databases than a matrix has jobs', () => {
    const databases = (count: number): string =>
      Array.from({ length: count }, (_, index) => `  db-${index}: URL_${index}\n`).join('');
    expect(problems(`${at}databases:\n${databases(256)}`)).toEqual([]);
    expect(problems(`${at}databases:\n${databases(257)}`)).toEqual([
      'pgkeep.yml:260:3: here are 257 databases, and a matrix has 256 jobs at most: make two files and two jobs of it',
    ]);
  });

  it('more text than a matrix may have', () => {
    const text = (length: number): string =>
      `${at}  checks: SELECT '${'x'.repeat(length)}' > ''\ndatabases:\n${Array.from({ length: 200 }, (_, index) => `  db-${index}: URL_${index}\n`).join('')}`;
    expect(() => checkSize(legs(text(2000), 'verify') as Leg[])).not.toThrow();
    expect(() => checkSize(legs(text(2500), 'verify') as Leg[])).toThrow(
      /^The matrix of 200 databases would be .* Shorten the defaults/,
    );
  });

  it('several databases of one server, in a verification', () => {
    const text = `${at}databases:\n  main:\n    database-url-secret: A\n    databases: '*'\n    name: main-{database}\n`;
    expect(problems(text)).toEqual([]);
    expect(problems(text, 'verify')).toEqual([
      expect.stringMatching(
        /^pgkeep\.yml:4:3: "main": Input "name" is "main-\{database\}", but verify knows no database/,
      ),
    ]);
  });
});

describe('a file of any kind', () => {
  const whole = `# c\n${at}  recipients: [age1x, age1y]\ndatabases:\n  shop: SHOP_URL\n  crm: &a\n    database-url-secret: CRM_URL\n    name: crm-prod\n    label: "x"\n    exclude-tables:\n      - t.*\n  b: { database-url-secret: B, tables: [x] }\n`;
  const pieces = [
    '\t',
    ' ',
    '\n',
    '- ',
    '*a',
    '&a',
    '{',
    '}',
    '[',
    ']',
    ':',
    '? ',
    '!!int ',
    '|',
    '>',
    '"',
    "'",
    '#',
  ].concat([
    '\0',
    '\ud800',
    '<<: *a',
    '---\n',
    '%',
    '@',
    '`',
    '~',
    'null',
    '${{',
    'postgres://u:hunter2@h/d',
  ]);

  it('is read or refused at a place in it, and no secret in it gets out', () => {
    let seed = 1;
    const below = (limit: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * limit);
    };
    for (let round = 0; round < 3000; round += 1) {
      let text = whole;
      for (let change = 0; change <= below(4); change += 1) {
        const place = below(text.length);
        text = text.slice(0, place) + (pieces[below(pieces.length)] ?? '') + text.slice(place + below(5));
      }
      const { members, problems: found } = parseFleet(text, 'backup');
      for (const { line, column } of found) expect(Math.min(line, column)).toBeGreaterThan(0);
      const told = [...found, ...(found.length === 0 ? legsOf(members, 'backup') : [])];
      expect([text, JSON.stringify(told)]).toEqual([text, expect.not.stringContaining('hunter2')]);
    }
  });
});

describe('what looks like a secret is refused, and not repeated:', () => {
  it.each([
    ['the URL of a database', 'shop: postgres://u:hunter2@db/shop', '4:9', 'the URL of a database'],
    ['without a password', 'shop: postgresql://hunter2@db/shop', '4:9', 'the URL of a database'],
    ['in a comment', 'shop: A # was postgres://u:hunter2@db/shop', '4:17', 'the URL of a database'],
    ['keywords', 'shop: host=db password=hunter2', '4:17', 'a password'],
    [
      'credentials of a storage',
      'shop: { storage: "s3://key:hunter2@bucket" }',
      '4:21',
      'a URL with a password',
    ],
    ['a key', 'shop: { identity: AGE-SECRET-KEY-1HUNTER2 }', '4:21', 'an age secret key'],
    [
      'a webhook',
      'shop: { notify-slack: https://hooks.slack.com/services/hunter2 }',
      '4:33',
      'the URL of a Slack webhook',
    ],
    ['an AWS key', 'shop: { label: AKIAHUNTER2HUNTER222 }', '4:18', 'an AWS access key'],
    ['a token', 'shop: { label: ghp_hunter2hunter2hunter2 }', '4:18', 'a GitHub token'],
    ['the secret itself', 'shop: hunter2!', '4:9', '"database-url-secret" takes the name of a secret'],
    ['in a line that is no YAML', 'shop: { x: postgres://u:hunter2@db', '4:14', 'the URL of a database'],
  ])('%s', (_title, line, place, what) => {
    const found = problems(`${at}databases:\n  ${line}\n`);
    expect(found[0]).toContain(`pgkeep.yml:${place}: ${what}`);
    expect(found.join('\n')).not.toMatch(/hunter2/i);
  });
});
