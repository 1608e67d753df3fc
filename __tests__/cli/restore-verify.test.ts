import { spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { compile } from '../../scripts/compile.mjs';
import { Rig, rigMissing, type Published } from '../support/backup-rig.js';
import { provideClients } from '../support/clients.js';
import { postgresBin } from '../support/servers.js';

if (rigMissing !== undefined)
  process.stderr.write(`NOT RUN: restore and verify on the command line: ${rigMissing}\n`);

const clients = await provideClients();
const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url));

interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

(rigMissing === undefined ? describe : describe.skip)('the command line', () => {
  let compiled: string;
  let rig: Rig;
  let identity: string;
  let keyFile: string;
  let storage: string;
  let id: string;

  beforeAll(async () => {
    compiled = await compile();
    writeFileSync(join(compiled, 'run-cli.js'), "import { runCli } from './cli/main.js';\nawait runCli();\n");
    rig = await Rig.start(15);
    await rig.shop('shop');
    identity = await generateIdentity();
    keyFile = join(rig.folder, 'key.txt');
    writeFileSync(keyFile, `# created: today\n${identity}\n`);
    storage = rig.storage().url;
    const { error, result } = await rig.backup({
      'database-url': rig.server.url('shop'),
      storage,
      recipients: await identityToRecipient(identity),
    });
    if (error !== undefined) throw error as Error;
    id = (result?.results[0] as Pick<Published, 'manifest'>).manifest.id;
  });

  afterAll(async () => {
    await rig.stop();
    rmSync(compiled, { recursive: true, force: true });
  });

  async function pgkeep(args: string[], env: NodeJS.ProcessEnv = {}, at = storage): Promise<Result> {
    const child = spawn(process.execPath, [join(compiled, 'run-cli.js'), ...args, `--storage=${at}`], {
      env: {
        PATH: process.env['PATH'],
        HOME: rig.folder,
        RUNNER_TOOL_CACHE: 'notRun' in clients ? '' : clients.cacheDir,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, stdout, stderr };
  }

  const verify = async (args: string[], env?: NodeJS.ProcessEnv, at?: string): Promise<Result> => {
    const bin = await postgresBin(15);
    return pgkeep(['verify', ...(bin === undefined ? [] : [`--postgres-bin=${bin}`]), ...args], env, at);
  };

  it('verifies with a key from a file, and prints the report', async () => {
    const { code, stdout, stderr } = await verify(['-i', keyFile]);
    expect([code, stderr.match(/error:.*/)]).toEqual([0, null]);
    expect(stdout).toMatch(new RegExp(`^PASSED shop/${id} restores, and equals what was backed up`));
    expect(stdout).toMatch(/^Tables +\d+ +0 +0$/m);
    expect(stdout + stderr).not.toContain(identity);
    expect(stdout).not.toContain('\u001b');
  });

  it('verifies a backup as the first version of the format wrote it', async () => {
    // What is verified gets its verdict beside it.
    const copy = join(rig.folder, 'golden');
    cpSync(join(GOLDEN, 'v1'), copy, { recursive: true });
    const { code, stdout } = await verify(
      ['-i', join(GOLDEN, 'key.txt'), '--json', '-q'],
      {},
      pathToFileURL(copy).href,
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'passed',
      backupId: '20261121T162726Z-cnel',
      control: { outcome: 'noticed' },
    });
  });

  it('ends with 1 when a backup does not pass, and prints the report as JSON', async () => {
    const { code, stdout, stderr } = await verify(['--checks=SELECT false', '--json', '-q'], {
      PGKEEP_IDENTITY: identity,
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'failed',
      backupId: id,
      control: { outcome: 'not run' },
    });
    expect(stderr).toMatch(/^error: Backup shop\/\S+ did not pass verification: check SELECT false/);
  });

  it('refuses a wrong key, without a word of it', async () => {
    const other = await generateIdentity();
    const { code, stdout, stderr } = await verify([], { PGKEEP_IDENTITY: other });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: /m);
    expect(stderr).not.toContain(other);
  });

  it('plans a restore, and does it', async () => {
    const env = { DATABASE_URL: rig.server.url('restored') };
    const args = ['restore', '--backup=latest', '-i', keyFile];
    const plan = await pgkeep([...args, '--dry-run'], env);
    expect([plan.code, plan.stderr.match(/error:.*/)]).toEqual([0, null]);
    expect(plan.stdout).toMatch(/^Plan\n[^]*\nNothing was changed \(dry-run\)\.\n$/);
    expect(plan.stderr).not.toMatch(/^(Plan$|Source|Nothing was changed)/m);
    const admin = await rig.psql();
    const count = "SELECT count(*) FROM pg_catalog.pg_database WHERE datname = 'restored'";
    expect(await admin.value(count)).toBe('0');

    const done = await pgkeep([...args, '--json'], env);
    expect([done.code, done.stderr.match(/error:.*/)]).toEqual([0, null]);
    expect(JSON.parse(done.stdout)).toMatchObject({
      outcome: 'restored',
      database: 'restored',
      matches: true,
    });
    expect(await admin.value(count)).toBe('1');
  });

  it('restores over nothing that was not confirmed', async () => {
    const { code, stdout, stderr } = await pgkeep(['restore', '--backup=latest', '--mode=replace'], {
      PGKEEP_DATABASE_URL: rig.server.url('shop'),
      PGKEEP_IDENTITY: identity,
    });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/error: .*set confirm: shop/s);
  });

  it('checks migrations, and writes the report to a page', async () => {
    const bin = await postgresBin(15);
    const page = join(rig.folder, 'report.html');
    const args = ['check-migrations', '--backup=latest', '-i', keyFile, '--command=echo begun; exit 3'];
    const { code, stdout, stderr } = await pgkeep(
      [...args, `--html=${page}`, ...(bin === undefined ? [] : [`--postgres-bin=${bin}`])],
      { PGKEEP_WORKING_DIRECTORY: rig.folder },
    );
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^FAILED The command failed after .*exit code 3/),
    ]);
    expect(stderr).toMatch(/^error: The command failed with exit code 3\.$/m);
    expect(readFileSync(page, 'utf8')).toContain('Migration check failed');
  });
});
