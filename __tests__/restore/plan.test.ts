import { describe, expect, it } from '@jest/globals';
import type { Manifest } from '../../src/backup/manifest.js';
import type { TocEntry } from '../../src/postgres/toc.js';
import { locksFor } from '../../src/restore/locks.js';
import { planText } from '../../src/restore/plan-text.js';
import { NOTHING_PRESENT } from '../../src/restore/meeting.js';
import { planRestore, type PlanFacts } from '../../src/restore/plan.js';
import type { ExistingDatabase, Target } from '../../src/restore/target/types.js';

const manifest: Manifest = {
  version: 1,
  id: '20261120T020000Z-k3fd',
  name: 'shop',
  database: 'shop',
  label: 'daily',
  startedAt: '2026-11-20T02:00:00.000Z',
  snapshotAt: '2026-11-20T02:00:00.000Z',
  finishedAt: '2026-11-20T02:00:01.000Z',
  server: {
    version: '17.2',
    encoding: 'UTF8',
    collate: 'C',
    ctype: 'C',
    localeProvider: 'libc',
    locale: null,
    collationVersion: null,
  },
  tools: { pgkeep: '0', pg_dump: '17.2', sameMajor: true },
  source: { databaseId: 'abc' },
  options: { content: 'all' },
  databaseBytes: 5_000_000,
  parts: [],
  totals: { tables: 2, rows: 3 },
  warnings: [],
};

const full: ExistingDatabase = {
  oid: '16384',
  owner: 'owner',
  mayRename: true,
  mayGive: true,
  isTemplate: false,
  tablespace: 'pg_default',
  bytes: 8_000_000,
  databaseId: 'other',
  objects: 2,
  examples: ['table public.mine', 'view public.v'],
  tables: 1,
  extensions: [],
  obstacles: { preparedTransactions: [], replicationSlots: [], subscriptions: [] },
};
const empty: ExistingDatabase = { ...full, objects: 0, examples: [], tables: 0 };

const target: Target = {
  database: 'live',
  version: '17.11',
  major: 17,
  role: { name: 'me', superuser: false, createDatabases: true },
  maintenance: 'postgres',
  existing: undefined,
  lockTable: 6400,
  availableExtensions: ['hstore'],
};

const entry = (text: string, catalogId = 1259): TocEntry => ({ dumpId: 1, catalogId, oid: 1, text });

describe('an extension that is bound to one database', () => {
  const changes = {
    extensions: ['pg_cron'],
    target: { existing: empty, availableExtensions: ['pg_cron'] },
  };

  it('says how to restore without it where it would go beside', () => {
    expect(plan(changes).blockers).toEqual([
      expect.stringMatching(/pg_cron.*cron\.database_name.*all but cron.*CREATE EXTENSION pg_cron.*"live"/),
    ]);
    expect(plan({ ...changes, toc: undefined }).blockers).toEqual([expect.stringContaining('RECOVERY.md')]);
  });

  it("is in nobody's way elsewhere", () => {
    const poor = { ...changes.target, role: { ...target.role, createDatabases: false } };
    expect(plan({ ...changes, target: poor })).toMatchObject({ way: 'in place', blockers: [] });
    const selected = { entries: [], needs: [], leftOut: [] };
    expect(plan({ ...changes, selected }).blockers).toEqual([]);
  });
});

interface Changes extends Partial<Omit<PlanFacts, 'choices' | 'target' | 'staged'>> {
  choices?: Partial<PlanFacts['choices']>;
  target?: Partial<Target>;
  manifest?: Partial<Manifest>;
  fingerprint?: PlanFacts['staged']['fingerprint'];
}

function plan({ choices, target: changed, manifest: other, fingerprint, ...rest }: Changes = {}) {
  return planRestore({
    choices: {
      mode: 'fresh',
      confirm: undefined,
      tables: [],
      schemas: [],
      content: 'all',
      owner: 'auto',
      privileges: 'auto',
      compare: false,
      ...choices,
    },
    staged: { manifest: { ...manifest, ...other }, fingerprint, format: 'custom', bytes: 1000 },
    storage: 'file:///backups',
    target: { ...target, ...changed },
    toc: [],
    selected: undefined,
    named: { all: [], owners: [], withDefaults: [] },
    known: { there: new Set(), actAs: new Set(), setDefaults: new Set() },
    extensions: [],
    present: NOTHING_PRESENT,
    schemaBackup: undefined,
    ...rest,
  });
}

const nobody = { name: 'me', superuser: false, createDatabases: false };
const replace = { mode: 'replace', confirm: 'live' } as const;

describe('the way of a restore', () => {
  it.each<[string, Changes, string]>([
    ['makes a database', {}, 'beside'],
    ['takes the place of an empty one', { target: { existing: empty } }, 'beside'],
    ['goes into an empty one without CREATEDB', { target: { existing: empty, role: nobody } }, 'in place'],
    [
      'goes into an empty one of somebody else',
      { target: { existing: { ...empty, mayRename: false } } },
      'in place',
    ],
    [
      'goes into an empty one that is the only database',
      { target: { existing: empty, maintenance: undefined } },
      'in place',
    ],
    ['replaces', { choices: replace, target: { existing: full } }, 'beside'],
    ['adds tables', { choices: { tables: ['a'], confirm: 'live' }, target: { existing: full } }, 'in place'],
    ['adds rows', { choices: { content: 'data', confirm: 'live' }, target: { existing: full } }, 'in place'],
  ])('%s', (_, changes, way) => {
    expect(plan(changes)).toMatchObject({ way, blockers: [], unconfirmed: [] });
  });
});

describe('what cannot be done', () => {
  const table = [entry('TABLE public a me'), entry('TABLE DATA public a me', 0)];
  it.each<[string, Changes, RegExp]>([
    [
      'no database and no right to make it',
      { target: { role: nobody } },
      /may not make it.*ALTER ROLE "me" CREATEDB/,
    ],
    [
      'a full target in fresh',
      { target: { existing: full }, choices: { confirm: 'live' } },
      /not empty \(it holds table public.mine, view public.v\), and mode is fresh/,
    ],
    [
      'replace without CREATEDB',
      { target: { existing: full, role: nobody }, choices: replace },
      /cannot be replaced by this role. Have someone run: `ALTER ROLE "me" CREATEDB`\.$/,
    ],
    [
      "replace of what is another's",
      { target: { existing: { ...full, mayRename: false } }, choices: replace },
      /GRANT "owner" TO "me"/,
    ],
    [
      'replace of the only database',
      { target: { existing: full, maintenance: undefined }, choices: replace },
      /from within itself a database cannot be renamed/,
    ],
    [
      'a template',
      { target: { database: 'template1', existing: { ...empty, isTemplate: true } } },
      /is a template/,
    ],
    [
      'a template that is marked as one',
      { target: { existing: { ...empty, isTemplate: true } } },
      /is a template/,
    ],
    [
      'prepared transactions',
      {
        target: { existing: { ...full, obstacles: { ...full.obstacles, preparedTransactions: ['gid'] } } },
        choices: replace,
      },
      /prepared transactions \("gid"\)/,
    ],
    ['a missing extension', { extensions: ['hstore', 'postgis'] }, /does not have: postgis\./],
    [
      'rows alone into nothing',
      {
        manifest: { options: { content: 'data' } },
        target: { existing: empty },
        schemaBackup: '20261119T020000Z-aaaa',
      },
      /Restore backup 20261119T020000Z-aaaa with content: schema first/,
    ],
    [
      'rows alone without their definitions',
      { manifest: { options: { content: 'data' } }, target: { existing: empty } },
      /no backup named "shop" of the same database/,
    ],
    [
      'rows of definitions',
      {
        manifest: { options: { content: 'schema' } },
        choices: { content: 'data', confirm: 'live' },
        target: { existing: full },
      },
      /there are no rows to restore/,
    ],
    [
      'tables that are there',
      {
        choices: { tables: ['a'], confirm: 'live' },
        target: { existing: full },
        present: { ...NOTHING_PRESENT, tables: ['public.a'] },
      },
      /already, and nothing of it is overwritten: public.a/,
    ],
    [
      'rows of tables that are not there',
      {
        choices: { content: 'data', confirm: 'live' },
        target: { existing: full },
        toc: table,
        present: { ...NOTHING_PRESENT, missing: ['public.a'] },
      },
      /and these are not: public.a/,
    ],
    [
      'rows of tables that have some',
      {
        choices: { content: 'data', confirm: 'live' },
        target: { existing: full },
        toc: table,
        present: { ...NOTHING_PRESENT, filled: ['public.a'] },
      },
      /these have rows: public.a/,
    ],
    [
      'too many locks',
      { target: { existing: empty, role: nobody, lockTable: 2 }, toc: table },
      /about 3 locks: the server's lock table has room for 2/,
    ],
  ])('%s', (_, changes, message) => {
    expect(plan(changes).blockers).toEqual([expect.stringMatching(message)]);
  });
});

describe('what has to be confirmed', () => {
  const slots = { ...full.obstacles, replicationSlots: ['cdc'] };
  it.each<[string, Changes, RegExp | undefined]>([
    ['nothing of a new database', {}, undefined],
    ['nothing of an empty one', { target: { existing: empty } }, undefined],
    [
      'a full one',
      { choices: { mode: 'replace' }, target: { existing: full } },
      /"live" is not empty: it holds table public.mine, view public.v. To go on, set confirm: live\./,
    ],
    [
      'the source, also when it is empty',
      { target: { existing: { ...empty, databaseId: 'abc' } } },
      /the very database that backup 20261120T020000Z-k3fd was made of/,
    ],
    [
      "a name that is not the target's",
      { choices: { mode: 'replace', confirm: 'Live' }, target: { existing: full } },
      /confirm is "Live", but database-url names the database "live"/,
    ],
    ['a wrong name, although none is needed', { choices: { confirm: 'shop' } }, /confirm is "shop"/],
    [
      'replication, also of an empty one',
      { target: { existing: { ...empty, obstacles: slots } } },
      /slots read "live" \("cdc"\)/,
    ],
    [
      'nothing that was confirmed',
      { choices: replace, target: { existing: { ...full, databaseId: 'abc', obstacles: slots } } },
      undefined,
    ],
  ])('%s', (_, changes, message) => {
    const { unconfirmed, blockers } = plan(changes);
    expect(blockers).toEqual([]);
    expect(unconfirmed).toEqual(message === undefined ? [] : [expect.stringMatching(message)]);
  });

  it('warns of what was confirmed and breaks', () => {
    const changes = { choices: replace, target: { existing: { ...full, obstacles: slots } } };
    expect(plan(changes).warnings).toEqual([expect.stringContaining('make new slots afterwards')]);
  });
});

describe('what is warned about', () => {
  it.each<[string, Changes, RegExp]>([
    ['an older target', { target: { major: 15, version: '15.9' } }, /PostgreSQL 15.9, older than the 17.2/],
    [
      'missing owners',
      {
        named: { all: ['x'], owners: ['x'], withDefaults: [] },
        known: { there: new Set(['x']), actAs: new Set(), setDefaults: new Set() },
      },
      /Owners are not restored: .*Everything will belong to "me"/,
    ],
    ['subscriptions', { toc: [entry('SUBSCRIPTION - feed me', 6100)] }, /restored disabled/],
    ['foreign servers', { toc: [entry('SERVER - crm me', 1417)] }, /the same other servers/],
    ['nothing to compare with', { choices: { compare: true } }, /without a fingerprint/],
    [
      'what a part leaves out',
      {
        choices: { tables: ['a'] },
        selected: { entries: [], needs: [], leftOut: ['The type t is left out.'] },
      },
      /^The type t is left out\.$/,
    ],
  ])('%s', (_, changes, message) => {
    expect(plan(changes).warnings).toEqual([expect.stringMatching(message)]);
  });
});

describe('default privileges', () => {
  const named = { all: ['x', 'y'], owners: [], withDefaults: ['x', 'y'] };
  const known = { there: new Set(['x', 'y']), actAs: new Set<string>(), setDefaults: new Set(['y']) };

  it('are left out of the roles for which they may not be set, and the plan says so', () => {
    const made = plan({ named, known });
    expect(made).toMatchObject({ privileges: true, withoutDefaultsOf: ['x'], blockers: [] });
    expect(made.warnings).toEqual([expect.stringContaining('may not set the default privileges')]);
    expect(planText(made, { namesToo: false })).toMatch(/Privileges +as in the backup, without some of/);
    expect(planText(made, { namesToo: false })).not.toContain('"x"');
  });

  it.each<[string, Changes]>([
    ['privileges are not wanted', { choices: { privileges: 'false' } }],
    ['rows alone are restored', { choices: { content: 'data' }, target: { existing: empty } }],
    [
      'a database in use keeps its own',
      {
        choices: { content: 'schema', confirm: 'live', privileges: 'true' },
        target: { existing: full },
        present: { ...NOTHING_PRESENT, schemas: ['public'] },
      },
    ],
  ])("are nobody's concern where %s", (_, changes) => {
    const made = plan({ named, known, ...changes });
    expect(made.withoutDefaultsOf).toEqual([]);
    expect([...made.warnings, ...made.blockers].join('\n')).not.toContain('may not set the default');
  });
});

it('reads as a table', () => {
  const text = planText(plan({ choices: replace, target: { existing: full }, extensions: ['postgis'] }), {
    namesToo: true,
  });
  expect(text).toContain('Backup      shop/20261120T020000Z-k3fd (daily)\n');
  expect(text).toContain(
    'Source      database shop, PostgreSQL 17.2, 4.8 MiB, 0 B stored, 2 tables, 3 rows\n',
  );
  expect(text).toContain('Target      database live, PostgreSQL 17.11, 1 table, 7.6 MiB\n');
  expect(text).toContain(
    'Mode        replace: into a database beside the target, then both are renamed; the old one is kept\n',
  );
  expect(text).toContain(
    'Disk there  about 4.8 MiB, beside what is there now; how much is free on the target server cannot be seen from here\n',
  );
  expect(text).toContain('\nCannot be done\n- The backup needs extensions');
});

it('counts the locks of one transaction', () => {
  const entries = [
    entry('TABLE public a me'),
    entry('TABLE ATTACH public p me'),
    entry('MATERIALIZED VIEW public m me'),
    entry('SEQUENCE public s me'),
    entry('INDEX public i me'),
    entry('CONSTRAINT public a a_pkey me', 2606),
    entry('TABLE DATA public a me', 0),
    entry('FUNCTION public f() me', 1255),
  ];
  expect(locksFor(entries, 4)).toBe(3 + 1 + 3 + 1 + 1 + 1 + 4);
});
