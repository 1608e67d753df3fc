import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/base/process.js';
import { runImport } from '../../src/import/run.js';
import type { FileResult } from '../../src/import/types.js';
import { readInputs } from '../../src/inputs/read.js';
import { folderCache } from '../../src/postgres/programs/index.js';
import { decodeManifest, type Manifest } from '../../src/backup/manifest.js';
import { PASSWORD } from '../servers/postgres.mjs';
import type { Rig } from './backup-rig.js';
import { provideClients } from './clients.js';
import { Listener } from './listener.js';

const clients = await provideClients();

export interface Importing {
  results: FileResult[];
  /** What the run threw. */
  error: unknown;
  said: Listener;
}

/** Runs an import as the command line does. Never throws. */
export async function importing(
  tempDir: string,
  files: readonly string[],
  inputs: Record<string, string>,
  options: { signal?: AbortSignal; said?: Listener } = {},
): Promise<Importing> {
  const { signal = new AbortController().signal, said = new Listener() } = options;
  try {
    const results = await runImport({
      files,
      inputs: readInputs('import', (name) => inputs[name]),
      env: process.env,
      tempDir,
      cache: folderCache(() => ('notRun' in clients ? '' : clients.cacheDir)),
      method: 'rootless',
      version: '0.0.0',
      run: {},
      reporter: said,
      signal,
    });
    return { results, error: undefined, said };
  } catch (error) {
    return { results: [], error, said };
  }
}

/** Makes a dump of a database as a script would: the shell's words, with `$PG_DUMP`, `$PG_DUMPALL` and `$URL`. @returns its path */
export async function dumpBy(
  rig: Rig,
  database: string,
  name: string,
  script: string,
  env: Record<string, string> = {},
): Promise<string> {
  const folder = join(rig.folder, 'dumps');
  mkdirSync(folder, { recursive: true });
  const { code, stderr } = await run('sh', ['-ec', script], {
    cwd: folder,
    env: {
      ...process.env,
      ...rig.programs.env,
      PG_DUMP: rig.programs.path('pg_dump'),
      PG_DUMPALL: rig.programs.path('pg_dumpall'),
      URL: rig.server.url(database),
      // pg_dumpall does not hand the URL's own on to pg_dump.
      PGPASSWORD: PASSWORD,
      OUT: name,
      ...env,
    },
  });
  if (code !== 0) throw new Error(`${script}: ${stderr}`);
  return join(folder, name);
}

/** The manifest of what was imported into a folder. */
export function manifestOf(folder: string, { name, id }: FileResult): Manifest {
  const path = join(folder, name ?? '', id ?? '', 'manifest.json');
  return decodeManifest(readFileSync(path), path);
}

/** A hash of the rows of each table of a database, as the server makes it. */
export async function rowsOf(rig: Rig, database: string): Promise<Record<string, string>> {
  const psql = await rig.psql(database);
  try {
    const tables = await psql.rows<{ name: string }>(
      `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`,
    );
    const rows: Record<string, string> = {};
    for (const { name } of tables)
      rows[name] = await psql.value(
        `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C")), '') FROM ONLY ${name} t`,
      );
    return rows;
  } finally {
    await psql.close();
  }
}
