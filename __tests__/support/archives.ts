import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaHash } from '../../src/backup/fingerprint/schema-hash.js';
import { run } from '../../src/base/process.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import type { Psql } from '../../src/postgres/psql.js';
import type { Programs } from '../../src/postgres/types.js';
import type { Format } from '../../src/restore/types.js';
import { clientMajors, Rig, rigMissing } from './backup-rig.js';
import { testMajors } from './majors.js';

/** Roles, once per server. */
const ROLES = [
  'CREATE ROLE "o\'w ""n;er"',
  'CREATE ROLE reader',
  'CREATE ROLE writer',
  'CREATE ROLE grantor',
  'CREATE ROLE "lo owner"',
  'CREATE ROLE "LO ""reader"',
  'CREATE ROLE "TO mapped"',
];

/** What makes it hard to tell where in a plain dump one is, and whose it is. */
export const HARD = [
  `COMMENT ON DATABASE shop IS 'the; shop\n--\n-- Data for Name: x; Type: TABLE DATA; Schema: a; Owner: b\n--\n\nCOPY a FROM stdin;'`,
  `ALTER DATABASE shop SET work_mem = '5MB'`,
  'GRANT CONNECT ON DATABASE shop TO reader',
  'ALTER TABLE app.orders OWNER TO "o\'w ""n;er"',
  'GRANT USAGE ON SCHEMA app TO reader',
  'GRANT SELECT ON app.orders TO reader WITH GRANT OPTION',
  'SET ROLE reader',
  'GRANT SELECT ON app.orders TO writer',
  'RESET ROLE',
  'GRANT UPDATE (amount) ON app.orders TO PUBLIC',
  `CREATE POLICY "p ON x TO evil" ON app.orders TO writer, PUBLIC USING (current_user <> 'TO evil')`,
  'ALTER DEFAULT PRIVILEGES FOR ROLE grantor IN SCHEMA app GRANT SELECT ON TABLES TO reader',
  `CREATE FUNCTION app.trg() RETURNS trigger LANGUAGE plpgsql AS $x$ BEGIN
--
-- Data for Name: x; Type: TABLE DATA; Schema: a; Owner: b
--
/* ' */ -- "
  EXECUTE 'GRANT ALL ON x TO evil; ALTER TABLE x OWNER TO evil';
  RETURN new; END $x$`,
  'CREATE TRIGGER tr BEFORE INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION app.trg()',
  'CREATE PUBLICATION pub FOR TABLE app.orders',
  'ALTER PUBLICATION pub OWNER TO grantor',
  `CREATE SUBSCRIPTION sub CONNECTION 'host=nowhere password=x' PUBLICATION p WITH (connect = false)`,
  'ALTER TABLE app.customers ADD CONSTRAINT x CHECK (id <> -1) NOT VALID',
  `SELECT lo_from_bytea(0, '\\xdead')`,
  `DO $$ DECLARE o oid; BEGIN
     o := lo_create(0);
     EXECUTE 'ALTER LARGE OBJECT '||o||' OWNER TO "lo owner"';
     EXECUTE 'GRANT SELECT ON LARGE OBJECT '||o||' TO "LO ""reader"';
   END $$`,
  'CREATE TABLE app.evil (t text)',
  `INSERT INTO app.evil VALUES (E'\\n;DROP TABLE app.customers;\\n\\\\.\\n'), ('; CREATE TABLE public.pwned(); --'), (''';
DROP TABLE app.customers;'), (E'\\\\.'), (E'a\\\\''b')`,
  'CREATE TABLE app."a b" (id int PRIMARY KEY)',
  'CREATE TABLE app.a (id int PRIMARY KEY, r int REFERENCES app."a b")',
  'CREATE TABLE "x; Type: TABLE DATA; Schema: s; Owner: o" (a int)',
  'INSERT INTO "x; Type: TABLE DATA; Schema: s; Owner: o" VALUES (1)',
  `COMMENT ON TABLE app.a IS E'it''s \\\\ -- Name: x; Type: ACL; Schema: -; Owner: -\\n;'`,
  'CREATE RULE twice AS ON INSERT TO app.a DO ALSO (UPDATE app.evil SET t = NULL; DELETE FROM app.evil)',
  'CREATE FUNCTION app.et() RETURNS event_trigger LANGUAGE plpgsql AS $x$ BEGIN END $x$',
  "CREATE EVENT TRIGGER evt ON ddl_command_end WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION app.et()",
  `COMMENT ON EVENT TRIGGER evt IS 'x'`,
];

/** A body that is no string, with semicolons in it; since 14. */
export const ATOMIC = `CREATE FUNCTION app.atomic() RETURNS int LANGUAGE sql BEGIN ATOMIC
     SELECT CASE WHEN 1 = 1 THEN 1 ELSE 2 END; SELECT 2; SELECT 3; END`;

/** The majors of servers with programs of just that major. */
export function pairedMajors(): number[] {
  return rigMissing === undefined ? testMajors().filter((major) => clientMajors.includes(major)) : [];
}

/** A server with the test shop and what is hard about it, and dumps of it by the stock programs. */
export class ArchiveLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'pgkeep-archives-'));
  #count = 0;

  private constructor(
    readonly rig: Rig,
    readonly shop: Psql,
  ) {}

  static async start(major: number): Promise<ArchiveLab> {
    const rig = await Rig.start(major, { wal_level: 'logical' });
    const admin = await rig.psql();
    await admin.exec(...ROLES);
    const shop = await rig.shop('shop');
    await shop.exec(
      'CREATE EXTENSION postgres_fdw',
      "CREATE SERVER srv FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1')",
      `CREATE USER MAPPING FOR "TO mapped" SERVER srv OPTIONS (user 'u', password 'p')`,
      ...HARD,
      ...(major >= 14 ? [ATOMIC] : []),
    );
    return new ArchiveLab(rig, shop);
  }

  get programs(): Programs {
    return this.rig.programs;
  }

  /** Runs pg_dump. */
  async dump(format: Format, database: string, ...args: string[]): Promise<{ format: Format; path: string }> {
    const path = join(this.folder, String((this.#count += 1)));
    await this.#run('pg_dump', [
      `--format=${format}`,
      `--file=${path}`,
      ...args,
      '-d',
      this.rig.server.url(database),
    ]);
    return { format, path };
  }

  /** The hash that a fingerprint has as `schema`. */
  async schemaHash(database: string, ...args: string[]): Promise<string> {
    const { path } = await this.dump('plain', database, '--schema-only', ...args);
    const hash = new SchemaHash();
    hash.update(readFileSync(path));
    return hash.digest();
  }

  connection(database = 'postgres', user?: string): ReturnType<typeof parseConnection> {
    return parseConnection(this.rig.server.url(database, user), process.env);
  }

  async #run(program: 'pg_dump', args: string[]): Promise<void> {
    const { code, stderr } = await run(this.programs.path(program), args, {
      env: { ...process.env, ...this.programs.env, LC_ALL: 'C' },
    });
    if (code !== 0) throw new Error(stderr);
  }

  async stop(): Promise<void> {
    await this.rig.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
