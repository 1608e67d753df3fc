import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fingerprint } from '../../src/backup/fingerprint/types.js';
import { archivedSchema, restore, Rig, rigMissing } from '../support/backup-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: filtered backups: ${rigMissing}\n`);

interface Case {
  inputs: Record<string, string>;
  tables: string[];
  requires: { extensions: string[]; schemas: string[]; others: string[] };
}

const NOTHING = { extensions: [], schemas: [], others: [] };
const HOSTILE = `we ird "q"; drop $x.-ta"b\nle 'é:foo`;
const ALL = ['cache', 'child', 'customers', 'ev_24', 'ev_25', 'nocols', 'orders', 'parent'].map(
  (t) => `app.${t}`,
);

const CASES: Record<string, Case> = {
  'one schema, which needs an extension from outside': {
    inputs: { schemas: 'app' },
    tables: ALL,
    requires: { ...NOTHING, extensions: ['hstore'] },
  },
  'a schema with a hostile name': {
    inputs: { schemas: '"we ird ""q""; drop $x"' },
    tables: [HOSTILE],
    requires: NOTHING,
  },
  'tables without what they refer to': {
    inputs: { tables: 'app.orders\napp.cache' },
    tables: ['app.cache', 'app.orders'],
    requires: { ...NOTHING, schemas: ['app'], others: ['table app.customers', 'type app.status'] },
  },
  'a table of domains, composites and an extension': {
    inputs: { tables: 'app.customers' },
    tables: ['app.customers'],
    requires: { extensions: ['hstore'], schemas: ['app'], others: ['type app.addr', 'type app.email'] },
  },
  'a partition without its parent': {
    inputs: { tables: 'app.ev_24' },
    tables: ['app.ev_24'],
    requires: { ...NOTHING, schemas: ['app'], others: ['table app.ev'] },
  },
  'a child table without its parent': {
    inputs: { tables: 'app.child' },
    tables: ['app.child'],
    requires: { ...NOTHING, schemas: ['app'], others: ['table app.parent'] },
  },
  'a parent alone, whose children stay out': {
    inputs: { tables: 'app.parent' },
    tables: ['app.parent'],
    requires: { ...NOTHING, schemas: ['app'] },
  },
  'all but a schema': {
    inputs: { 'exclude-schemas': 'app' },
    tables: [HOSTILE],
    requires: NOTHING,
  },
  'all but a table': {
    inputs: { 'exclude-tables': 'app.orders' },
    tables: [...ALL.filter((name) => name !== 'app.orders'), HOSTILE],
    requires: { ...NOTHING, others: ['table app.orders'] },
  },
  'all but the rows of a table': {
    inputs: { 'exclude-table-data': 'app.orders' },
    tables: [...ALL.filter((name) => name !== 'app.orders'), HOSTILE],
    requires: NOTHING,
  },
};

function namesOf({ tables }: Fingerprint): string[] {
  return tables.map(({ schema, name }) => `${schema}.${name}`);
}

const suite = rigMissing === undefined ? describe.each([15, 18]) : describe.skip.each([0]);

suite('a filtered backup of PostgreSQL %i', (major) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start(major);
    await rig.shop('shop');
  });
  afterAll(() => rig.stop());

  it.each(Object.entries(CASES))('of %s', async (_name, { inputs, tables, requires }) => {
    const published = await rig.publish('shop', { ...inputs, fingerprint: 'content' });
    const { fingerprint, said, manifest } = published;
    expect(namesOf(fingerprint)).toEqual(tables);
    expect({
      ...fingerprint.requires,
      extensions: fingerprint.requires.extensions.map(({ name }) => name),
    }).toEqual(requires);
    expect(fingerprint.schema).toBe(await archivedSchema(rig, published));
    expect(said.warnings.filter((line) => line.includes('will not restore into an empty'))).toHaveLength(
      requires.others.length > 0 ? 1 : 0,
    );
    expect(manifest.warnings.filter((line) => line.includes('will not restore into'))).toHaveLength(
      requires.others.length > 0 ? 1 : 0,
    );
    expect(manifest.warnings.join()).not.toContain('app.');
  });

  it.each([
    ['a schema', { schemas: 'app' }, 'a'],
    ['a parent table', { tables: 'app.parent\napp.ev*' }, 'b'],
  ])('restores with what it requires, and is then the same: %s', async (_name, inputs, database) => {
    const published = await rig.publish('shop', { ...inputs, fingerprint: 'content' });
    const { requires, objects, tables, sequences } = published.fingerprint;
    const admin = await rig.database(
      database,
      ...requires.schemas.map((name) => `CREATE SCHEMA "${name}"`),
      ...requires.extensions.map(({ name, schema }) => `CREATE EXTENSION "${name}" SCHEMA "${schema}"`),
    );
    await restore(rig, published, database);
    const copy = await rig.publish(database, { fingerprint: 'content' });
    expect(copy.fingerprint.tables).toEqual(tables);
    expect(copy.fingerprint.sequences).toEqual(sequences);
    const { extension, schema, ...others } = copy.fingerprint.objects;
    expect(extension).toBe(requires.extensions.length === 0 ? undefined : requires.extensions.length);
    expect(schema).toBe(1);
    const { schema: archived, ...expected } = objects;
    expect(archived).toBe(requires.schemas.length === 0 ? 1 : undefined);
    expect(others).toEqual(expected);
    await admin.close();
  });

  it('holds no definitions, and no hash of them, when it holds data alone', async () => {
    const { fingerprint } = await rig.publish('shop', { content: 'data' });
    expect(fingerprint.schema).toBeNull();
    expect(namesOf(fingerprint)).toEqual([...ALL, HOSTILE]);
    expect(fingerprint.sequences).toHaveLength(2);
  });

  it('holds no rows when it holds definitions alone', async () => {
    const published = await rig.publish('shop', { content: 'schema' });
    expect(published.fingerprint.tables).toEqual([]);
    expect(published.fingerprint.sequences).toEqual([]);
    expect(published.fingerprint.schema).toBe(await archivedSchema(rig, published));
  });

  it('warns of large objects that it does not hold, and says that foreign rows are elsewhere', async () => {
    await rig.database(
      'files',
      'CREATE TABLE t (doc oid)',
      `INSERT INTO t VALUES (lo_from_bytea(0, 'abc'))`,
      'CREATE FOREIGN DATA WRAPPER nothing',
      'CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing',
      'CREATE FOREIGN TABLE far (a int) SERVER elsewhere',
    );
    const whole = await rig.publish('files');
    expect(whole.said.warnings).toEqual([]);
    expect(whole.fingerprint.notMeasured.map(({ what }) => what)).toEqual(['foreign table public.far']);
    const { said, fingerprint } = await rig.publish('files', { tables: 'public.t' });
    expect(said.warnings).toEqual([expect.stringMatching(/no large objects.*\(public\.t\.doc\)/)]);
    expect(fingerprint.notMeasured).toEqual([]);
  });

  it('is refused when the filters leave nothing, and an empty database is warned about', async () => {
    await expect(rig.publish('shop', { 'exclude-schemas': '*' })).rejects.toThrow(/leave nothing/);
    await rig.database('empty', 'CREATE EXTENSION hstore');
    const { said, manifest } = await rig.publish('empty', { fingerprint: 'none' });
    expect(said.warnings).toEqual([expect.stringMatching(/"empty" holds nothing/)]);
    expect(manifest.warnings).toEqual(said.warnings);
  });

  it('is refused when a pattern matches nothing', async () => {
    const run = await rig.backup({
      'database-url': rig.server.url('shop'),
      storage: rig.storage().url,
      tables: 'app.nope',
    });
    expect(String(run.error)).toMatch(/No tables match the pattern app\.nope/);
  });
});
