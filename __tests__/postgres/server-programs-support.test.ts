import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { majors } from '../servers/install.mjs';
import { postgresBin, serverPrograms } from '../support/servers.js';

const all = majors();
const first = await serverPrograms(all[0] ?? 0);
if (first === undefined) process.stderr.write('NOT RUN: server-programs-support: no test servers here\n');
const bins = new Map(await Promise.all(all.map(async (major) => [major, await postgresBin(major)] as const)));
if ([...bins.values()].every((bin) => bin === undefined))
  process.stderr.write('NOT RUN: server-programs-support: folders of programs: no clients here\n');

/** As a user who is not root, which is how a server runs. */
const version = (program: string): string =>
  execFileSync(program, ['--version'], {
    encoding: 'utf8',
    env: {},
    ...(process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}),
  });

(first === undefined ? describe.skip : describe)('the servers that other suites use', () => {
  it.each(all)('PostgreSQL %s', async (major) => {
    const server = await serverPrograms(major);
    expect(server).toMatchObject({ major, source: 'system', env: {} });
    expect(version(server?.initdb ?? '')).toContain(`(PostgreSQL) ${server?.version}\n`);
    expect(version(server?.postgres ?? '')).toContain(`(PostgreSQL) ${server?.version}\n`);
  });

  it('one that does not exist', async () => {
    expect(await serverPrograms(12)).toBeUndefined();
    expect(await postgresBin(12)).toBeUndefined();
  });
});

describe.each([...bins])('a folder of programs for PostgreSQL %s', (major, bin) => {
  (bin === undefined ? it.skip : it)('holds clients and a server', () => {
    for (const name of ['initdb', 'postgres'])
      expect(version(join(bin ?? '', name))).toContain(`(PostgreSQL) ${major}.`);
    for (const name of ['psql', 'pg_dump', 'pg_restore', 'pg_dumpall'])
      expect(Number(/\(PostgreSQL\) (\d+)/.exec(version(join(bin ?? '', name)))?.[1])).toBeGreaterThanOrEqual(
        major,
      );
  });
});
