// Archives of a database that something had happened to, under the fingerprint of the sound one: whatever loses or changes
// something between the snapshot and the stored bytes looks like this.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { splice } from '../../src/inputs/docs.js';
import { parseConnection } from '../../src/postgres/connection/parse.js';
import { Rig, rigMissing, type Published } from '../support/backup-rig.js';
import { verify } from '../support/verify-rig.js';
import { DAMAGES } from './damages.js';
import { Forgery } from './forge.js';
import { noticedBy, observe, othersTable, type Observed, type Rule } from './others.js';

if (rigMissing !== undefined) process.stderr.write(`NOT RUN: damaged archives: ${rigMissing}\n`);

const PAGE = fileURLToPath(new URL('../../docs/verify.md', import.meta.url));

(rigMissing === undefined ? describe : describe.skip)('an archive in which', () => {
  let rig: Rig;
  let backup: Published;
  let good: Observed;
  const lines: { name: string; noticed: Record<Rule, boolean> }[] = [];

  const program = (name: 'pg_dump' | 'pg_restore', ...args: string[]) => {
    const { env } = parseConnection(rig.server.url(), process.env);
    return spawnSync(rig.programs.path(name), args, {
      env: { ...env, ...rig.programs.env },
      maxBuffer: 1 << 28,
    });
  };
  const conninfo = (database: string): string =>
    parseConnection(rig.server.url(database), process.env).conninfo();
  const admin = async (...statements: string[]): Promise<void> => {
    const psql = await rig.psql();
    await psql.exec(...statements).finally(() => psql.close());
  };
  /** Restores an archive as others do, and looks at what became of it. */
  const restoreAndObserve = async (archive: Buffer): Promise<Observed> => {
    await admin('CREATE DATABASE looked_at TEMPLATE template0');
    const file = join(rig.folder, 'looked-at.dump');
    writeFileSync(file, archive);
    const { status } = program(
      'pg_restore',
      '--no-owner',
      '--no-acl',
      `--dbname=${conninfo('looked_at')}`,
      file,
    );
    const psql = await rig.psql('looked_at');
    const observed = await observe(psql, status).finally(() => psql.close());
    await admin('DROP DATABASE looked_at');
    return observed;
  };

  beforeAll(async () => {
    rig = await Rig.start(15);
    const base = await rig.database('base');
    const sql = readFileSync(new URL('base.sql', import.meta.url), 'utf8');
    await base.exec(...sql.split(/;\n/).filter((statement) => statement.trim() !== ''));
    await base.close();
    backup = await rig.publish('base', {
      fingerprint: 'content',
      compression: 'gzip',
      globals: 'true',
    });
    good = await restoreAndObserve(new Forgery(backup.folder, 'base').read('database.'));
  });

  afterAll(() => rig.stop());

  it('nothing happened passes', async () => {
    const copy = new Forgery(backup.folder, 'base');
    const { result, error } = await verify(15, { storage: copy.url });
    copy.end();
    expect(error).toBeUndefined();
    expect(result?.report).toMatchObject({ verdict: 'passed', control: { outcome: 'noticed' } });
  });

  it.each(DAMAGES.map((damage) => [damage.name, damage] as const))('%s fails', async (name, damage) => {
    await admin('CREATE DATABASE damaged TEMPLATE base');
    const psql = await rig.psql('damaged');
    await psql.exec(...damage.sql).finally(() => psql.close());
    const { stdout: archive, status, stderr } = program('pg_dump', '-Fc', `--dbname=${conninfo('damaged')}`);
    expect([status, stderr.toString()]).toEqual([0, '']);
    await admin('DROP DATABASE damaged');
    const forged = new Forgery(backup.folder, 'base').forge('database.', () => archive);
    // On a server that is there already, which takes half the time; "nothing happened" has one of its own.
    const { result, error } = await verify(15, {
      storage: forged.url,
      control: 'false',
      'scratch-url': rig.server.url(),
    });
    forged.end();
    expect(error).toBeUndefined();
    expect(result?.report.verdict).toBe('failed');
    const red = (result?.report.findings ?? []).filter(
      ({ verdict, minor }) => verdict === 'different' && minor !== true,
    );
    // What changes definitions shows in their hash, and what loses an object in the number of its kind.
    const named = damage.finding.kind === 'object' ? ['definitions'] : [damage.finding.kind];
    expect(red.map(({ kind }) => kind)).toEqual(expect.arrayContaining(named));
    if (damage.finding.kind !== 'object')
      expect(
        red.some(({ kind, name: what }) => kind === damage.finding.kind && damage.finding.name.test(what)),
      ).toBe(true);
    lines.push({ name, noticed: noticedBy(good, await restoreAndObserve(archive)) });
  });

  it('is in the table of docs/verify.md', async () => {
    const text = readFileSync(PAGE, 'utf8');
    const options = { ...(await resolveConfig(PAGE)), filepath: PAGE };
    const table = await format(othersTable(lines), options);
    process.stdout.write(`\n${table}`);
    // UPDATE_PROOF=1 npm run test:proof writes it.
    if (process.env['UPDATE_PROOF'] === '1') writeFileSync(PAGE, splice(text, 'proof', table));
    else expect(text).toContain(table);
  });
});
