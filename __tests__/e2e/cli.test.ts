import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { clientsAreHere, files, fillShop, newFolder, programsFor, sql, toolCache } from '../support/e2e.js';

const here = clientsAreHere('the command line');
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

(here ? describe : describe.skip)('the command line', () => {
  let server: PostgresServer;
  const folder = newFolder();
  const storage = `file://${folder}/store`;

  const pgkeep = (args: string[], env: Record<string, string> = {}): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [cli, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder, RUNNER_TOOL_CACHE: toolCache, ...env },
    });

  beforeAll(async () => {
    server = await startPostgres({ major: 15 });
    const programs = await programsFor(15);
    fillShop(programs, server);
    sql(programs, server.url(), 'CREATE DATABASE other');
  });

  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const url = (): Record<string, string> => ({ PGKEEP_DATABASE_URL: server.url() });

  it('backs up several databases, lists and shows them', () => {
    const made = pgkeep(['backup', '--storage', storage, '--databases', '*', '--label', 'daily'], url());
    expect(made.stderr).not.toContain('error');
    expect(made.status).toBe(0);
    // Results alone on standard output, and no colour in a pipe.
    expect(
      made.stdout
        .trim()
        .split('\n')
        .map((line) => line.replace(/\d{8}T\w+-\w+/, 'ID')),
    ).toEqual([`${storage}/other/ID/manifest.json`, `${storage}/postgres/ID/manifest.json`]);
    expect(made.stderr).not.toContain('\u001b');

    const ambiguous = pgkeep(['list', '--storage', storage]);
    expect(ambiguous.status).toBe(1);
    expect(ambiguous.stderr).toMatch(/other, postgres/);

    const list = pgkeep(['list', '--storage', storage, '--name', 'postgres']);
    expect(list.status).toBe(0);
    const [head, line, ...rest] = list.stdout.trim().split('\n');
    expect(head).toMatch(/^ID +DATABASE +LABEL +SNAPSHOT/);
    expect(line).toMatch(/^\d{8}T\d{6}Z-[a-z2-7]{4} +postgres +daily .* 6,506 +no$/);
    expect(rest).toEqual([]);
    expect(pgkeep(['list', '--storage', storage, '--name', 'postgres', '--label', 'weekly']).stdout).toBe('');

    const json = JSON.parse(
      pgkeep(['list', '--storage', storage, '--name', 'postgres', '--json']).stdout,
    ) as { id: string }[];
    expect(json).toHaveLength(1);
    const id = json[0]?.id ?? '';
    const show = pgkeep(['show', id, '--storage', storage, '--name', 'postgres']);
    expect(show.status).toBe(0);
    expect(show.stdout).toMatch(/database\.dump\.zst +\d+ +[0-9a-f]{64} +read-again/);
    const shown = JSON.parse(
      pgkeep(['show', id, '--json', '--storage', storage, '--name', 'postgres']).stdout,
    ) as { id: string };
    expect(shown.id).toBe(id);
    expect(pgkeep(['show', '20200101T000000Z-aaaa', '--storage', storage, '--name', 'postgres']).status).toBe(
      1,
    );
    expect(pgkeep(['show', '../../etc', '--storage', storage, '--name', 'postgres']).stderr).toContain(
      'not the id of a backup',
    );
  });

  it('reports a manifest of a newer format and one that is damaged, and lists the rest', () => {
    for (const [id, text] of [
      ['20300101T000000Z-aaaa', '{"version": 2, "id": "x"}'],
      ['20300101T000000Z-bbbb', '{"ver'],
    ] as const) {
      mkdirSync(join(folder, 'store', 'postgres', id), { recursive: true });
      writeFileSync(join(folder, 'store', 'postgres', id, 'manifest.json'), text);
    }
    const list = pgkeep(['list', '--storage', storage, '--name', 'postgres']);
    expect(list.status).toBe(1);
    expect(list.stdout.trim().split('\n')).toHaveLength(2);
    expect(list.stderr).toContain('Use pgkeep v2 or newer');
    expect(list.stderr).toContain('is not JSON');
    for (const id of ['20300101T000000Z-aaaa', '20300101T000000Z-bbbb'])
      rmSync(join(folder, 'store', 'postgres', id), { recursive: true });
  });

  it('checks everything and dumps nothing in a dry run', () => {
    const before = files(folder);
    const dry = pgkeep(['backup', '--dry-run', '--storage', storage], url());
    expect(dry.status).toBe(0);
    expect(dry.stderr).toMatch(/Would back up database "postgres"/);
    expect(dry.stderr).toMatch(/a probe was written, read back and removed/);
    expect(files(folder)).toEqual(before);
  });

  it('ends with exit code 1 and one sentence for what it does not know', () => {
    for (const [args, message] of [
      [['bakup'], /Did you mean.*backup/],
      [['backup', '--storag', 'x'], /--storage/],
      [['backup', '--storage', storage, '--jobs', '0'], /jobs/],
      [['backup', '--storage', storage, '--fingerprint', 'all'], /none.*rows.*content/],
      [['show'], /id/],
    ] as const) {
      const result = pgkeep([...args], url());
      expect({ args, status: result.status }).toEqual({ args, status: 1 });
      expect(result.stderr).toMatch(message);
      expect(result.stderr).not.toMatch(/^\s+at /m);
    }
  });

  it('prints help without a database or storage', () => {
    expect(pgkeep(['backup', '--help']).stdout).toContain('--database-url');
    expect(pgkeep(['--version']).stdout).toMatch(/^pgkeep \d+\.\d+\.\d+\n$/);
  });
});
