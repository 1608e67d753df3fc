import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasOtherUser, namespacesMissing, processesOf } from '../postgres/scratch-rig.js';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { unequal, verify } from '../support/verify-rig.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: isolation of restored code: ${rigMissing}\n`);
if (!hasOtherUser)
  process.stderr.write('NOT RUN: the user of restored code: without root or sudo there is none but ours\n');
if (namespacesMissing !== undefined)
  process.stderr.write(`NOT RUN: restored code and the network: ${namespacesMissing}\n`);

const SECRET = 'the-secret-of-the-job';
const MAPPING = 'the-password-of-the-mapping';

/** Where restored code runs: in the definition of an object that needs it while rows or indexes are restored. */
const PLACES = ['check', 'domain', 'generated', 'index', 'matview'] as const;

(rigMissing === undefined ? describe : describe.skip)('code in a backup', () => {
  let rig: Rig;
  /** What would be reached. */
  let other: Server;
  let connections = 0;
  /** Anyone may write there. */
  let loot: string;
  let tempDir: string;

  beforeAll(async () => {
    process.env['PGKEEP_TEST_SECRET'] = SECRET;
    other = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
    loot = mkdtempSync(join(tmpdir(), 'pgkeep-isolation-'));
    chmodSync(loot, 0o777);
    writeFileSync(join(loot, 'key'), SECRET, { mode: 0o600 });
    writeFileSync(
      join(loot, 'steal.sh'),
      `umask 022
exec >>'${loot}/'"$1" 2>&1
echo "user $(id -u)"
env
cat '${loot}/key'
cat /proc/${process.pid}/environ
timeout 10 bash -c 'exec 3<>/dev/tcp/127.0.0.1/${(other.address() as AddressInfo).port}'
exit 0
`,
    );
    rig = await Rig.start(15);
    await rig.database('target', 'CREATE TABLE far (n int)', 'INSERT INTO far VALUES (1), (2)');
    await fill();
  });
  afterAll(async () => {
    delete process.env['PGKEEP_TEST_SECRET'];
    await rig.stop();
    await new Promise((resolve) => other.close(resolve));
    rmSync(loot, { recursive: true, force: true });
  });

  beforeEach(() => {
    connections = 0;
    tempDir = mkdtempSync(join(tmpdir(), 'pgkeep-isolation-temp-'));
    chmodSync(tempDir, 0o755);
    for (const place of [...PLACES, 'event', 'cron']) rmSync(join(loot, place), { force: true });
  });
  afterEach(() => rmSync(tempDir, { recursive: true, force: true }));

  /** At the source itself nothing of it runs. */
  async function fill(): Promise<void> {
    const here = rig.server.port;
    const there = (other.address() as AddressInfo).port;
    const steal = (place: string): string =>
      `COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; sh ${loot}/steal.sh ${place}'`;
    const calls = PLACES.map((place) =>
      // What an index needs may not write by itself, but what it calls may.
      [
        `CREATE FUNCTION app.do_${place}() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN
            IF current_database() <> 'hostile' THEN EXECUTE $c$${steal(place)}$c$; END IF; RETURN 1; END $f$`,
        `CREATE FUNCTION app.${place}(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
            $f$ BEGIN RETURN n * app.do_${place}(); END $f$`,
      ],
    );
    await rig.database(
      'hostile',
      'CREATE SCHEMA app',
      ...calls.flat(),
      'CREATE TABLE app.checked (n int CHECK (app.check(n) > 0))',
      'CREATE DOMAIN app.positive AS int CHECK (app.domain(VALUE) > 0)',
      'CREATE TABLE app.of_domain (n app.positive)',
      'CREATE TABLE app.generated_too (n int, g int GENERATED ALWAYS AS (app.generated(n)) STORED)',
      'CREATE TABLE app.indexed (n int)',
      'INSERT INTO app.checked VALUES (1)',
      'INSERT INTO app.of_domain VALUES (1)',
      'INSERT INTO app.generated_too VALUES (1)',
      'INSERT INTO app.indexed VALUES (1)',
      'CREATE INDEX ON app.indexed (app.index(n))',
      'CREATE MATERIALIZED VIEW app.filled AS SELECT app.matview(n) FROM app.indexed',
      // Other servers.
      'CREATE EXTENSION postgres_fdw',
      `CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '${here}', dbname 'target')`,
      `CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'postgres', password 'pa:ss@w#rd&100%/?')`,
      "CREATE FOREIGN TABLE app.far (n int) SERVER far OPTIONS (schema_name 'public')",
      'CREATE VIEW app.seen AS SELECT n FROM app.far',
      'CREATE MATERIALIZED VIEW app.seen_then AS SELECT n FROM app.seen',
      `ALTER SERVER far OPTIONS (SET port '${there}')`,
      `ALTER USER MAPPING FOR PUBLIC SERVER far OPTIONS (SET password '${MAPPING}')`,
      `CREATE SUBSCRIPTION everything CONNECTION 'host=127.0.0.1 port=${there} password=${MAPPING}' PUBLICATION p WITH (connect = false, slot_name = NONE)`,
      // What runs by itself.
      'CREATE SCHEMA cron',
      'CREATE TABLE cron.job (jobid bigserial, schedule text, command text, active bool)',
      `INSERT INTO cron.job (schedule, command, active) VALUES ('1 second', $c$${steal('cron')}$c$, true)`,
      `CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS $f$ BEGIN
        IF current_database() <> 'hostile' THEN EXECUTE $c$${steal('event')}$c$; END IF; END $f$`,
      'CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION app.watch()',
    );
    expect(connections).toBe(0);
  }

  it.each(['custom', 'directory', 'plain'])(
    'reaches no other server and nothing of ours: %s',
    async (format) => {
      const storage = rig.storage();
      const backup = await rig.backup({
        'database-url': rig.server.url('hostile'),
        storage: storage.url,
        format,
        fingerprint: 'content',
        globals: 'true',
      });
      expect(backup.error).toBeUndefined();
      const run = await verify(15, { storage: storage.url }, { tempDir, env: process.env });

      expect(run.error).toBeUndefined();
      const isolated = namespacesMissing === undefined;
      expect(run.result?.report.server.isolated).toBe(isolated);
      expect(run.result?.report.neutralised).toEqual([
        'foreign server far',
        'user mapping of PUBLIC on far',
        'subscription everything',
      ]);
      // What was neutralised does not call, and what still calls is heard by nobody.
      if (isolated) expect(connections).toBe(0);
      expect(run.said.text).not.toContain(MAPPING);
      expect(JSON.stringify(run.result)).not.toContain(MAPPING);
      expect(existsSync(join(loot, 'event'))).toBe(false);
      expect(existsSync(join(loot, 'cron'))).toBe(false);
      const ran = PLACES.filter((place) => existsSync(join(loot, place)));
      // Otherwise this shows nothing.
      expect(ran).toEqual([...PLACES]);
      for (const place of ran) {
        const stolen = readFileSync(join(loot, place), 'utf8');
        if (isolated) expect(stolen).toMatch(/127\.0\.0\.1.*refused/);
        if (!hasOtherUser) continue;
        expect(stolen).toMatch(/^user [1-9]/);
        expect(stolen).not.toContain(SECRET);
        expect(stolen).toMatch(/key: Permission denied/);
        expect(stolen).toMatch(/environ: Permission denied/);
        expect(stolen).not.toMatch(/PGKEEP_TEST_SECRET|GITHUB_|AWS_/);
      }
      expect(processesOf(tempDir)).toEqual([]);
      // What would have read the other server is not measured, and the rest is equal.
      expect(unequal(run)).toEqual([
        expect.stringMatching(/^restore \| .*seen_then.* no handler: It reads a foreign table/),
        expect.stringMatching(/^table \| app\.far \| not measured \| its rows are on another server/),
        expect.stringMatching(
          /^materialized view \| app\.seen_then \| not measured \| it reads a foreign table/,
        ),
      ]);
      expect(run.result?.report.control.outcome).toBe('noticed');
      expect(run.result?.report.verdict).toBe('passed');
    },
  );
});
