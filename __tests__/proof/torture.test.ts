// A database of everything, backed up and verified by the product itself, of every major and in every format.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { testMajors } from '../support/majors.js';
import { unequal, verify } from '../support/verify-rig.js';
import { makeTorture } from './torture/load.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: torture database: ${rigMissing}\n`);

/** Its own name is no better than those in it. */
const DATABASE = `Tor"tu're $; %\\ é-`;

/** All of them on two majors, of the others the one that most backups have: each takes several seconds. */
function formatsFor(major: number): string[] {
  return major === 15 || major === 17 ? ['custom', 'directory', 'plain'] : ['custom'];
}

/** What a verification says of the clients at hand, 16 is dumped by 17, which sets what 16 does not know; and of rows elsewhere. */
function remarks(rig: Rig): unknown[] {
  const { major } = rig.programs;
  return [
    ...(major >= 17 && rig.server.major < 17
      ? [expect.stringMatching(/^restore \| .*unrecognized configuration parameter "transaction_timeout"/)]
      : []),
    ...['child', 'parted_far', 'table'].map((name) =>
      expect.stringMatching(`^table \\| far\\.${name} \\| not measured \\| its rows are on another server`),
    ),
  ];
}

/** Of each of these there is something in it, and a verification counts it. */
const KINDS = [
  ...['access method', 'cast', 'check constraint', 'collation', 'composite type', 'conversion', 'domain'],
  ...[
    'domain constraint',
    'enum',
    'event trigger',
    'exclusion constraint',
    'extension',
    'foreign data wrapper',
  ],
  ...['foreign key', 'foreign server', 'foreign table', 'function', 'index', 'language', 'materialized view'],
  ...[
    'operator',
    'operator class',
    'operator family',
    'policy',
    'primary key',
    'publication',
    'published table',
  ],
  ...['range type', 'rule', 'schema', 'sequence', 'statistics object', 'table', 'text search configuration'],
  ...['text search dictionary', 'text search parser', 'text search template', 'transform', 'trigger'],
  ...['unique constraint', 'user mapping', 'view', 'base type'],
];

const suite = rigMissing === undefined ? describe.each(testMajors()) : describe.skip.each([0]);

suite('the torture database of PostgreSQL %i', (major) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(major);
    await makeTorture(rig, DATABASE);
  });
  afterAll(() => rig.stop());

  it.each(formatsFor(major))('round-trips as %s', async (format) => {
    const { url } = rig.storage();
    const backup = await rig.backup({
      'database-url': rig.server.url(DATABASE),
      storage: url,
      format,
      fingerprint: 'content',
      globals: 'true',
    });
    expect(backup.error).toBeUndefined();
    const run = await verify(major, { storage: url });
    expect(run.error).toBeUndefined();
    // Nothing different, and nothing left unmeasured that is in the backup.
    expect(unequal(run)).toEqual(remarks(rig));
    const report = run.result?.report;
    expect(report?.verdict).toBe('passed');
    expect(report?.control.outcome).toBe('noticed');
    const counted = report?.findings.flatMap(({ kind, name }) => (kind === 'object kind' ? [name] : []));
    expect(counted).toEqual(expect.arrayContaining([...KINDS, ...(major >= 15 ? ['published schema'] : [])]));
    expect(report?.findings).toContainEqual({
      kind: 'definitions',
      name: 'of the database as a whole',
      verdict: 'equal',
    });
    for (const name of ['owners', 'privileges', 'comments'])
      expect(report?.findings).toContainEqual({ kind: 'large objects', name, verdict: 'equal' });
    const compared = new Set(report?.findings.map(({ kind }) => kind));
    for (const kind of [
      ...['definitions', 'object kind', 'table', 'generated columns', 'sequence', 'materialized view'],
      ...['large objects', 'extension', 'collation', 'restore', 'control'],
    ])
      expect(compared).toContain(kind);
  });
});
