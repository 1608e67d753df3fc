import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageOf } from '../../src/base/errors.js';
import { run } from '../../src/base/process.js';
import type { MigrationReport } from '../../src/migrations/types.js';
import { PASSWORD } from '../servers/postgres.mjs';
import { Rig, rigMissing } from '../support/backup-rig.js';
import { borderMajors } from '../support/majors.js';
import { check } from '../support/migration-rig.js';
import { checkOut, installed, missing, TOOLS, type Tool } from '../support/recipes.js';

const [major] = rigMissing === undefined ? borderMajors().slice(-1) : [];
let packages = '';
let why = major === undefined ? (rigMissing ?? 'no server') : undefined;
if (why === undefined) {
  try {
    packages = await installed();
  } catch (error) {
    why = messageOf(error);
  }
}
const tools = TOOLS.filter((tool) => {
  const reason = why ?? missing(tool);
  if (reason !== undefined) process.stderr.write(`NOT RUN: recipe of ${tool.name}: ${reason}\n`);
  return reason === undefined;
});
const suite = tools.length === 0 ? describe.skip.each(TOOLS) : describe.each(tools);

let rig: Rig;
let storage: string;

/** What the tools have done before, and rows since. */
beforeAll(async () => {
  if (tools.length === 0 || major === undefined) return;
  rig = await Rig.start(major);
  const psql = await rig.database('shop');
  for (const tool of tools) {
    await deploy(tool);
    const orders = `${tool.prefix}_orders`;
    await psql.exec(
      `INSERT INTO ${orders} (id, note) SELECT i, CASE WHEN i <= 40 THEN 'the same' END FROM generate_series(1, 100) i`,
    );
  }
  await psql.close();
  const { folder } = await rig.publish('shop');
  storage = `file://${folder.split('/').slice(0, -2).join('/')}`;
}, 180_000);
afterAll(() => rig?.stop());

/** Runs what the main branch holds on the real server. */
async function deploy(tool: Tool): Promise<void> {
  const { code, stdout, stderr } = await run('bash', ['-c', tool.command], {
    cwd: checkOut(tool, 'base', packages, rig.folder),
    env: {
      ...process.env,
      DATABASE_URL: `${rig.server.url('shop')}?sslmode=disable`,
      PGHOST: '127.0.0.1',
      PGPORT: String(rig.server.port),
      PGUSER: 'postgres',
      PGPASSWORD: PASSWORD,
      PGDATABASE: 'shop',
    },
  });
  if (code !== 0) throw new Error(`${tool.name}: ${stdout.toString()}${stderr}`);
}

suite('a pull request that uses $name', (tool) => {
  const orders = `public.${tool.prefix}_orders`;

  const tried = async (branch: 'good' | 'bad' | 'failing'): Promise<MigrationReport> => {
    const { report, error } = await check(rig, {
      storage,
      command: tool.command,
      'working-directory': checkOut(tool, branch, packages, rig.folder),
    });
    expect(messageOf(error)).toBe('undefined');
    return report!;
  };

  it('passes when it adds, and only what is new has run', async () => {
    const report = await tried('good');
    expect(report.command).toMatchObject({ outcome: 'succeeded', tail: [] });
    expect(report.facts.filter(({ kind }) => kind !== 'lock')).toEqual([]);
    expect(report).toMatchObject({ outcome: 'passed' });
    expect(report.schema.map(({ change, kind, name }) => `${change} ${kind} ${name}`)).toEqual(
      expect.arrayContaining([`added TABLE public.${tool.prefix}_items`, `changed TABLE ${orders}`]),
    );
    const sent = report.statements.map(({ sql }) => sql).join('\n');
    expect(sent).toMatch(/ADD (COLUMN +)?"?paid_at/i);
    expect(sent).toContain(tool.ledger.replaceAll('"', '').split('.').at(-1));
    expect(sent).not.toMatch(/CREATE TABLE "?(public"?\."?)?\w+_orders/i);
  });

  it('fails when it drops a column with values', async () => {
    const report = await tried('bad');
    expect(report.command?.outcome).toBe('succeeded');
    expect(report.outcome).toBe('failed');
    expect(report.facts.filter(({ fails }) => fails).map(({ message }) => message)).toEqual([
      `Column ${orders}.note is gone, with 40 values.`,
    ]);
    const places = report.statements.flatMap(({ file }) =>
      file === undefined ? [] : [`${file.path}:${file.line}`],
    );
    if (tool.drops !== undefined) expect(places).toEqual([tool.drops]);
  });

  const { prints } = tool;
  if (prints !== undefined)
    it('fails when the data does not allow it, and says why', async () => {
      const report = await tried('failing');
      expect(report.command?.outcome).toBe('failed');
      expect(report.facts.filter(({ fails }) => fails).map(({ kind }) => kind)).toEqual(['error']);
      expect(report.facts[0]?.message).toMatch(/The server's last error: could not create unique index/);
      expect(report.command?.tail.join('\n')).toMatch(prints);
      expect(JSON.stringify(report)).not.toContain('the same');
    });
});
