import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserError, type ExplainedError } from '../../src/base/errors.js';
import { summaryMarkup } from '../../src/github/summary.js';
import { prepareRequirements } from '../../src/restore/requirements.js';
import { reportText } from '../../src/verify/report-text.js';
import { verifySummary } from '../../src/verify/summary.js';
import type { VerifyResult } from '../../src/verify/types.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { ExtensionServer } from '../support/extension-server.js';
import { unequal, verify, type Verification } from '../support/verify-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: missing extensions: ${rigMissing}\n`);

const EXTENSION = `
CREATE TYPE shape AS (w int, h int);
CREATE FUNCTION area(shape) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT ($1).w * ($1).h';
CREATE FOREIGN DATA WRAPPER shapes_elsewhere;
CREATE TABLE settings (name text);
CREATE SEQUENCE setting_ids;
SELECT pg_extension_config_dump('settings', '');
SELECT pg_extension_config_dump('setting_ids', '');
CREATE SCHEMA shapes_own;
`;

const DATABASE = [
  'CREATE SCHEMA ext',
  'CREATE EXTENSION hstore SCHEMA ext',
  'CREATE EXTENSION pgkeep_shapes SCHEMA ext',
  'CREATE SCHEMA app',
  'CREATE TABLE app.plain (id serial PRIMARY KEY, tags ext.hstore)',
  "INSERT INTO app.plain (tags) SELECT ext.hstore('n', n::text) FROM generate_series(1, 500) n",
  'CREATE VIEW app.count AS SELECT count(*) FROM app.plain',
  // What needs it, near and far.
  'CREATE TABLE app.shapes (id serial PRIMARY KEY, s ext.shape)',
  'INSERT INTO app.shapes (s) SELECT (n, n)::ext.shape FROM generate_series(1, 70) n',
  'CREATE INDEX ON app.shapes (ext.area(s))',
  'CREATE VIEW app.big AS SELECT id FROM app.shapes WHERE ext.area(s) > 10',
  'CREATE VIEW app.bigger AS SELECT id FROM app.big WHERE id > 5',
  'CREATE MATERIALIZED VIEW app.kept AS SELECT id FROM app.bigger',
  "CREATE FUNCTION app.describe(ext.shape) RETURNS text LANGUAGE sql AS 'SELECT $1::text'",
  'CREATE TABLE app.squares (w int, a int GENERATED ALWAYS AS (ext.area(ROW(w, w)::ext.shape)) STORED)',
  'INSERT INTO app.squares SELECT n FROM generate_series(1, 30) n',
  'CREATE DOMAIN app.positive AS ext.shape CHECK (ext.area(VALUE) > 0)',
  'CREATE TABLE app.checked (p app.positive, made timestamptz DEFAULT now())',
  'CREATE TABLE app.child (more int) INHERITS (app.shapes)',
  "INSERT INTO app.child (s, more) VALUES ('(1,2)', 3)",
  'CREATE TABLE app.parted (n int, s ext.shape) PARTITION BY HASH (n)',
  'CREATE TABLE app.parted_0 PARTITION OF app.parted FOR VALUES WITH (MODULUS 2, REMAINDER 0)',
  'CREATE TABLE app.parted_1 PARTITION OF app.parted FOR VALUES WITH (MODULUS 2, REMAINDER 1)',
  "INSERT INTO app.parted SELECT n, '(1,1)' FROM generate_series(1, 20) n",
  // Only a part of this needs it.
  'CREATE TABLE app.labels (text text, shape int REFERENCES app.shapes, side int DEFAULT ext.area(ROW(1, 1)::ext.shape))',
  "INSERT INTO app.labels SELECT 'label ' || n, n FROM generate_series(1, 50) n",
  'CREATE TABLE app.notes (text text, shape int REFERENCES app.shapes)',
  "INSERT INTO app.notes SELECT 'note ' || n, n FROM generate_series(1, 50) n",
  'CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
  'CREATE TRIGGER touched BEFORE UPDATE ON app.shapes FOR EACH ROW EXECUTE FUNCTION app.touch()',
  'ALTER TABLE app.shapes ENABLE ROW LEVEL SECURITY',
  'CREATE POLICY wide ON app.shapes USING (ext.area(s) > 1)',
  'GRANT SELECT ON app.shapes, app.plain TO PUBLIC',
  "COMMENT ON TABLE app.shapes IS 'of all sizes'",
  'CREATE PUBLICATION everything FOR TABLE app.shapes, app.plain',
  'SELECT lo_from_bytea(0, repeat($$x$$, 99)::bytea)',
  // Rows of the extension's own, and what pg_dump does not say that it needs.
  `INSERT INTO ext.settings VALUES ('grid'); SELECT nextval('ext.setting_ids')`,
  'CREATE SERVER drawings FOREIGN DATA WRAPPER shapes_elsewhere',
  'CREATE USER MAPPING FOR PUBLIC SERVER drawings',
  'ALTER DEFAULT PRIVILEGES IN SCHEMA shapes_own GRANT SELECT ON TABLES TO PUBLIC',
  'CREATE TABLE shapes_own.mine (id int CHECK (id > 0))',
  // What is called like the beginning of what is left out stays.
  'CREATE TABLE app."shapes x" (id int, s ext.shape)',
  `INSERT INTO app."shapes x" VALUES (1, '(1,2)')`,
  'CREATE TABLE app."kept shapes" (id int)',
  'INSERT INTO app."kept shapes" VALUES (1)',
  // Checks of their own, and of what they inherit from.
  'CREATE TABLE app.base (id int, CONSTRAINT positive CHECK (id > 0))',
  'ALTER TABLE app.base ADD CONSTRAINT late CHECK (id < 1000) NOT VALID',
  'CREATE TABLE app.heir (s ext.shape, CONSTRAINT whole CHECK (ext.area(s) > 0)) INHERITS (app.base)',
  'CREATE TYPE app.pair AS (a ext.shape, b ext.shape)',
  'CREATE TABLE app.keys (id int UNIQUE, s ext.shape PRIMARY KEY)',
];

(rigMissing === undefined ? describe : describe.skip)(
  'a backup with an extension that is not to be had',
  () => {
    let source: ExtensionServer;
    let rig: Rig;

    beforeAll(async () => {
      source = await ExtensionServer.make(15, 'pgkeep_shapes', EXTENSION);
      rig = await Rig.start(15, {}, source.bin);
      await rig.database('shop', ...DATABASE);
    });
    afterAll(async () => {
      await rig.stop();
      source.remove();
    });

    async function backup(inputs: Record<string, string> = {}): Promise<string> {
      const { url } = rig.storage();
      const { error } = await rig.backup({
        'database-url': rig.server.url('shop'),
        storage: url,
        globals: 'true',
        fingerprint: 'content',
        ...inputs,
      });
      expect(error).toBeUndefined();
      return url;
    }

    const ALLOWED = { 'allow-missing-extensions': 'pgkeep_shapes' };

    it('is refused with the lines to paste', async () => {
      const storage = await backup();
      const { error } = await verify(15, { storage });
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(
        /^The backup needs extensions that the scratch server cannot have:\n {2}pgkeep_shapes: .*\n.*\nallow-missing-extensions: \|\n {2}pgkeep_shapes$/s,
      );
      const other = await verify(15, { storage, 'allow-missing-extensions': 'postgis' });
      expect(String(other.error)).toMatch(/allow-missing-extensions: \|\n {2}postgis\n {2}pgkeep_shapes$/);
    });

    it.each(['custom', 'directory'])('has the rest verified: %s', async (format) => {
      const run = await verify(15, { storage: await backup({ format }), ...ALLOWED });
      const report = requirePassed(run);
      const verdicts = new Map(
        report.findings.map(({ kind, name, verdict }) => [`${kind} ${name}`, verdict]),
      );
      const measured = (...names: string[]): void => {
        for (const name of names) expect([name, verdicts.get(name)]).toEqual([name, 'equal']);
      };
      const unmeasured = (...names: string[]): void => {
        for (const name of names) expect([name, verdicts.get(name)]).toEqual([name, 'not measured']);
      };
      measured('definitions of the archive', 'definitions of the restored database', 'extension hstore');
      measured('table app.plain', 'table app.notes', 'sequence app.plain_id_seq');
      measured('object kind schema', 'large objects 1 large object');
      unmeasured('extension pgkeep_shapes', 'table app.shapes', 'table app.squares', 'table app.checked');
      unmeasured(
        'sequence app.shapes_id_seq',
        'table app.child',
        'table app.parted',
        'materialized view app.kept',
        'object kind view',
      );
      measured('table app.kept shapes', 'table app.base');
      unmeasured('table ext.settings', 'sequence ext.setting_ids', 'table app.shapes x');
      unmeasured('table shapes_own.mine', 'object kind user mapping', 'object kind check constraint');
      unmeasured('object kind composite type', 'object kind primary key', 'object kind unique constraint');
      unmeasured('table app.labels', 'object kind function', 'object kind foreign key');
      expect(report.control.outcome).toBe('noticed');
    });

    it.each(['none', 'rows'])(
      'is never shown as verified as a whole: fingerprint %s',
      async (fingerprint) => {
        const run = await verify(15, { storage: await backup({ fingerprint }), ...ALLOWED });
        const report = requirePassed(run);
        const text = reportText(report, { paint: (shown) => shown, width: undefined });
        expect(text.split('\n')[0]).toMatch(
          /^PASSED IN PART .*; NOT VERIFIED is all that needs 1 extension that the scratch server lacked\.$/,
        );
        const summary = verifySummary(run.result as VerifyResult, summaryMarkup, { namesToo: false });
        expect(summary).toMatch(/^## ⚠️ Verified in part\n\n.*NOT VERIFIED/);
        expect(summary).not.toMatch(/pgkeep_shapes|app\./);
        expect(text).toMatch(/extension pgkeep_shapes: it is missing here/);
        expect(run.said.warnings.join('\n')).toMatch(/NOT VERIFIED.*pgkeep_shapes/);
      },
    );

    it('has a difference in the rest noticed all the same', async () => {
      const storage = await backup();
      const checks = 'SELECT count(*) = 501 FROM app.plain';
      const run = await verify(15, { storage, ...ALLOWED, checks });
      expect(run.result?.report.verdict).toBe('failed');
      const tables = await verify(15, { storage, ...ALLOWED, 'expect-tables': 'app.shapes' });
      expect(tables.result?.report.verdict).toBe('failed');
    });

    it.each([
      [
        'plain',
        { format: 'plain' },
        /plain backup cannot be verified without .*pgkeep_shapes.*custom format/,
      ],
      ['of a part', { schemas: 'app' }, /part of a database cannot be verified without .*pgkeep_shapes/],
    ])('is refused where it cannot be divided: %s', async (_what, inputs, message) => {
      const { error } = await verify(15, { storage: await backup(inputs), ...ALLOWED });
      expect(error).toBeInstanceOf(UserError);
      expect(String(error)).toMatch(message);
    });

    it('is told of a server of the user, too', async () => {
      const storage = await backup();
      const borrowed = await Rig.start(15);
      try {
        const scratch = { 'scratch-url': borrowed.server.url('postgres') };
        const refused = await verify(15, { storage, ...scratch });
        expect(String(refused.error)).toMatch(
          /pgkeep_shapes: .*scratch-url.*allow-missing-extensions: \|\n {2}pgkeep_shapes$/s,
        );
        const run = await verify(15, { storage, ...scratch, ...ALLOWED });
        expect(requirePassed(run).totals.notMeasured).toBeGreaterThan(5);
      } finally {
        await borrowed.stop();
      }
    });

    it.each([
      [
        'an extension',
        { extensions: [{ name: 'not there', version: '1', schema: 'public' }], schemas: [] },
        /needs the extension "not there" \(in schema "public"\), .*Install it on that server, .*\nPostgreSQL said: .*not available.* \(SQLSTATE \w{5}\)$/s,
      ],
      [
        'a schema',
        { extensions: [], schemas: ['pg_own'] },
        /needs the schema "pg_own", .*another role\.\nPostgreSQL said: .*pg_own.* \(SQLSTATE 42939\)$/s,
      ],
    ])('says which %s a part needs and cannot be made', async (_what, requires, message) => {
      const psql = await rig.psql();
      const error: unknown = await prepareRequirements(psql, { ...requires, others: [] }).catch(
        (thrown: unknown) => thrown,
      );
      await psql.close();
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(message);
      expect((error as ExplainedError).anonymous).not.toMatch(/not there|own/);
    });

    it('needs none where it has it', async () => {
      const scratch = { 'scratch-url': rig.server.url('postgres') };
      const run = await verify(15, { storage: await backup(), ...scratch, ...ALLOWED });
      requirePassed(run);
      expect(unequal(run)).toEqual([]);
    });

    function requirePassed(run: Verification): NonNullable<Verification['result']>['report'] {
      expect(run.error).toBeUndefined();
      expect(unequal(run).filter((text) => text.includes('| different'))).toEqual([]);
      expect(run.result?.report.verdict).toBe('passed');
      return (run.result as NonNullable<Verification['result']>).report;
    }
  },
);
