import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/base/process.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Psql } from '../../src/postgres/psql.js';
import { parseToc, type TocEntry } from '../../src/postgres/toc.js';
import { compareRestored, type CompareRequest } from '../../src/verify/compare/index.js';
import type { Finding } from '../../src/verify/types.js';
import type { Published, Rig } from './backup-rig.js';

const signal = new AbortController().signal;

async function pgRestore(rig: Rig, published: Published, args: readonly string[]): Promise<string> {
  const zst = join(published.folder, 'database.dump.zst');
  const read = existsSync(zst) ? `zstd -dcq '${zst}'` : `cat '${join(published.folder, 'database.dump')}'`;
  const { code, stdout, stderr } = await run(
    'sh',
    ['-c', `${read} | "$0" "$@"`, rig.programs.path('pg_restore'), ...args],
    {
      env: { ...process.env, ...rig.programs.env },
    },
  );
  // Clients newer than the server set what it does not know.
  const harmless = rig.programs.major > rig.server.major && stderr.includes('errors ignored on restore: 1');
  if (code !== 0 && !harmless) throw new Error(stderr);
  return stdout.toString();
}

/** A backup, restored, and its definitions restored once more. */
export class Restored {
  private constructor(
    readonly rig: Rig,
    readonly published: Published,
    readonly database: string,
    readonly reload: string,
    readonly toc: readonly TocEntry[],
  ) {}

  /** Restores into `database`, made with those statements; its definitions go beside it. */
  static async create(
    rig: Rig,
    published: Published,
    database: string,
    ...prepared: string[]
  ): Promise<Restored> {
    const reload = `${database} again`;
    for (const name of [database, reload]) await (await rig.database(name, ...prepared)).close();
    await pgRestore(rig, published, ['-d', rig.server.url(database)]);
    await pgRestore(rig, published, ['--schema-only', '-d', rig.server.url(reload)]);
    const toc = parseToc(await pgRestore(rig, published, ['--list']));
    return new Restored(rig, published, database, reload, toc);
  }

  request(changes: Partial<CompareRequest> = {}): CompareRequest {
    const { rig, published, database, reload, toc } = this;
    const connection = parseConnection(rig.server.url(database), process.env);
    const open = (name: string): Promise<Psql> =>
      Psql.open({
        programs: rig.programs,
        connection,
        database: changes.database ?? database,
        name,
        signal,
      });
    return {
      open,
      programs: rig.programs,
      connection,
      database,
      reloadDatabase: reload,
      fingerprint: published.fingerprint,
      toc,
      manifest: published.manifest,
      jobs: 2,
      signal,
      ...changes,
    };
  }

  compare(changes: Partial<CompareRequest> = {}): Promise<Finding[]> {
    return compareRestored(this.request(changes));
  }

  /** A copy of the restored database, for one damage. Nobody may be connected to it. */
  async clone(name: string): Promise<Psql> {
    const admin = await this.rig.psql();
    await admin.exec(`CREATE DATABASE "${name}" TEMPLATE "${this.database}"`);
    await admin.close();
    return this.rig.psql(name);
  }
}

/** What is not equal, as short text. */
export function problems(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ verdict }) => verdict !== 'equal')
    .map(({ kind, name, verdict, expected, found, minor }) =>
      verdict === 'different'
        ? `${kind} ${name}: ${expected} / ${found}${minor === true ? ' (minor)' : ''}`
        : `${kind} ${name}: not measured`,
    );
}
