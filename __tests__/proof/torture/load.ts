import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../../src/base/process.js';
import type { Rig } from '../../support/backup-rig.js';

const SQL = fileURLToPath(new URL('sql/', import.meta.url));

/** The files for a major, in the order of their numbers: `65-values.sql`, then `65-values.since-15.sql`. */
export function tortureFiles(major: number): string[] {
  return readdirSync(SQL)
    .filter((file) => Number(/\.since-(\d+)\.sql$/.exec(file)?.[1] ?? 0) <= major)
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function order(file: string): string {
  const [, number, since] = /^(\d+)-[^.]*(?:\.since-(\d+))?\.sql$/.exec(file) ?? [];
  return `${number} ${since ?? '00'}`;
}

/** Makes the torture database on a server that has none yet. @throws with what psql says of a statement that fails */
export async function makeTorture(rig: Rig, database: string): Promise<void> {
  const admin = await rig.psql();
  await admin.exec(`CREATE DATABASE "${database.replaceAll('"', '""')}" TEMPLATE template0`);
  await admin.close();
  const files = tortureFiles(rig.server.major).flatMap((file) => ['-f', join(SQL, file)]);
  const { code, stderr } = await run(
    rig.programs.path('psql'),
    ['-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-d', rig.server.url(database), ...files],
    { env: { ...process.env, ...rig.programs.env, PGOPTIONS: '-c client_min_messages=warning' } },
  );
  if (code !== 0) throw new Error(stderr);
}
