import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Psql } from '../../src/postgres/psql.js';
import { controlNoticed, runControl } from '../../src/verify/control/index.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { borderMajors } from '../support/majors.js';
import { problems, Restored } from '../support/compare-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: the control: ${rigMissing}\n`);

const MORE = [
  'CREATE TABLE app.hashed (st app.status, n int) PARTITION BY HASH (st)',
  'CREATE TABLE app.hashed_0 PARTITION OF app.hashed FOR VALUES WITH (modulus 2, remainder 0)',
  'CREATE TABLE app.hashed_1 PARTITION OF app.hashed FOR VALUES WITH (modulus 2, remainder 1)',
  `INSERT INTO app.hashed SELECT (ARRAY['new','paid','sent'])[1+i%3]::app.status, i FROM generate_series(1,30) i`,
  `CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
  'CREATE TRIGGER touch BEFORE UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.touch()',
  `CREATE FUNCTION app.refuse() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'`,
  'CREATE EVENT TRIGGER refuse ON sql_drop EXECUTE FUNCTION app.refuse()',
  'CREATE PUBLICATION p FOR TABLE app.orders',
];

/** Nothing of it can be lost but rows, and only those of the last table. */
const GUARDED = [
  'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)',
  'CREATE RULE kept AS ON DELETE TO kept DO INSTEAD NOTHING',
  'CREATE RULE kept_too AS ON UPDATE TO kept DO INSTEAD NOTHING',
  `CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
  'CREATE TABLE held (n int); INSERT INTO held VALUES (1)',
  'CREATE TRIGGER undo BEFORE DELETE OR UPDATE ON held FOR EACH ROW EXECUTE FUNCTION undo()',
  'ALTER TABLE held ENABLE ALWAYS TRIGGER undo',
  'CREATE TABLE always (id int GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (1) STORED)',
  'INSERT INTO always DEFAULT VALUES',
];

/** The same numbers for the same seed (a linear congruential generator). */
function seeded(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Choices that begin with a certain kind of damage, the first choice there is, and go on by a seed. */
function beginningWith(
  kind: number,
  seed: number,
  tellKinds: (among: number) => void = () => undefined,
): (below: number) => number {
  const rest = seeded(seed * 100 + kind);
  let begun = false;
  return (below) => {
    if (begun || below === 1) return rest(below);
    begun = true;
    tellKinds(below);
    return kind;
  };
}

const suite = rigMissing === undefined ? describe.each(borderMajors()) : describe.skip.each([0]);

suite('the control on PostgreSQL %i', (major) => {
  let rig: Rig;
  let shop: Restored;
  const restoredFrom = async (name: string, statements: string[], content = 'all'): Promise<Restored> => {
    const source = await rig.database(name, ...statements);
    await source.close();
    return Restored.create(rig, await rig.publish(name, { fingerprint: 'content', content }), `${name} copy`);
  };

  beforeAll(async () => {
    rig = await Rig.start(major);
    const source = await rig.shop('shop');
    await source.exec(...MORE);
    shop = await Restored.create(rig, await rig.publish('shop', { fingerprint: 'content' }), 'copy');
  });
  afterAll(() => rig.stop());

  it('does every kind of damage, each of which the comparison notices', async () => {
    const done = new Set<string>();
    const admin = await rig.psql();
    for (let kind = 0, kinds = 1; kind < kinds; kind += 1) {
      const database = `kind ${kind}`;
      await admin.exec(`CREATE DATABASE "${database}" TEMPLATE "${shop.database}"`);
      const random = beginningWith(kind, major, (among) => (kinds = among));
      const { findings, control } = await runControl(shop.request({ database }), random);
      expect([kind, control]).toEqual([kind, { outcome: 'noticed', damage: expect.any(String) }]);
      expect(findings).toEqual([{ kind: 'control', name: control.damage, verdict: 'equal' }]);
      done.add(/^(one|all|\w+)( \w+)?/.exec(control.damage ?? '')?.[0] ?? '');
      await admin.exec(`DROP DATABASE "${database}"`);
    }
    await admin.close();
    expect(done.size).toBeGreaterThan(10);
  });

  it('is sure that the damage was done', async () => {
    const guarded = await restoredFrom('guarded', GUARDED);
    // Each kind of damage to rows, which come first, as two seeds choose.
    for (let time = 0; time < 8; time += 1) {
      const database = `guarded ${time}`;
      await (await guarded.clone(database)).close();
      const { control } = await runControl(
        guarded.request({ database }),
        beginningWith(time % 4, major + time),
      );
      expect([time, control.damage, control.outcome]).toEqual([time, expect.any(String), 'noticed']);
      expect(problems(await guarded.compare({ database }))).not.toEqual([]);
    }
  });

  it('is done by a role that may not switch triggers off, too', async () => {
    const guarded = await restoredFrom('owned', GUARDED);
    const psql = await guarded.clone('plain owner');
    await psql.exec(
      "CREATE ROLE plain_owner LOGIN PASSWORD 'p'",
      'GRANT ALL ON SCHEMA public TO plain_owner',
    );
    for (const table of ['kept', 'held', 'always'])
      await psql.exec(`ALTER TABLE ${table} OWNER TO plain_owner`);
    const request = guarded.request({ database: 'plain owner' });
    const open = (): Promise<Psql> => rig.psql('plain owner', 'plain_owner', 'p');
    for (let kind = 0; kind < 4; kind += 1) {
      const { control } = await runControl({ ...request, open }, beginningWith(kind, major));
      expect([kind, control]).toEqual([kind, { outcome: 'noticed', damage: expect.any(String) }]);
    }
  });

  it('is red when the comparison does not see it', async () => {
    await (await shop.clone('blind')).close();
    await (await shop.clone('other')).close();
    const request = shop.request({ database: 'blind' });
    const elsewhere = shop.request({ database: 'other' });
    const blind = {
      ...request,
      open: (name: string) => (name.includes('damages') ? elsewhere : request).open(name),
    };
    const { findings, control } = await runControl(blind, seeded(1));
    expect(control.outcome).toBe('not noticed');
    expect(findings).toMatchObject([
      { kind: 'control', verdict: 'different', expected: 'noticed', found: 'not noticed' },
    ]);
  });

  it('does not apply where there is nothing to lose', async () => {
    const empty = await restoredFrom('empty', []);
    expect(await runControl(empty.request(), seeded(1))).toMatchObject({
      findings: [{ verdict: 'not measured' }],
      control: { outcome: 'not applicable', damage: null },
    });
    const { control } = await runControl(empty.request({ fingerprint: undefined }));
    expect(control.outcome).toBe('not applicable');
  });

  it('finds something to lose among definitions alone', async () => {
    const bare = await restoredFrom('bare', ['CREATE VIEW v AS SELECT 1 AS x'], 'schema');
    const { control } = await runControl(bare.request());
    expect(control).toEqual({ outcome: 'noticed', damage: 'view dropped: public.v' });
  });

  it('leaves alone what is not measured anyway', async () => {
    const views = await restoredFrom('views', ['CREATE MATERIALIZED VIEW m AS SELECT 1 AS x']);
    const { manifest } = views.published;
    // Without the objects there is nothing to lose but the rows of the view.
    const rowsOnly = { manifest: { ...manifest, options: { ...manifest.options, content: 'data' } } };
    const unfilled = [{ schema: 'public', name: 'm' }];
    const skipped = await runControl(views.request({ ...rowsOnly, unfilled }));
    expect(skipped.control).toEqual({ outcome: 'not applicable', damage: null });
    const { control } = await runControl(views.request(rowsOnly));
    expect(control).toEqual({ outcome: 'noticed', damage: 'rows of materialized view public.m removed' });
  });
});

describe('a damage counts as noticed', () => {
  const damage = {
    description: '',
    scope: { aspects: [] },
    expects: { kind: 'table', name: 'public.t' },
  } as const;
  const cases = [
    ['when its own difference is named', { kind: 'table', name: 'public.t', verdict: 'different' }, true],
    ['not when another is', { kind: 'table', name: 'public.u', verdict: 'different' }, false],
    ['not when it is of another kind', { kind: 'sequence', name: 'public.t', verdict: 'different' }, false],
    ['not when it is equal', { kind: 'table', name: 'public.t', verdict: 'equal' }, false],
    ['not when it was not measured', { kind: 'table', name: 'public.t', verdict: 'not measured' }, false],
    [
      'not when it does not matter',
      { kind: 'table', name: 'public.t', verdict: 'different', minor: true },
      false,
    ],
  ] as const;
  it.each(cases)('%s', (_, finding, noticed) => {
    expect(controlNoticed(damage, [finding])).toBe(noticed);
  });
});
