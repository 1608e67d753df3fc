import { afterEach, beforeEach, expect, it, describe } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAsNobody, transpile } from '../support/apt-as-nobody.js';
import { inLayer, noLayer } from '../support/layer.js';
import { allGone, clients, isRoot, scratchMissing, ScratchRig, testServer } from './scratch-rig.js';

if (scratchMissing !== undefined)
  process.stderr.write(`NOT RUN: the user of a scratch server: ${scratchMissing}\n`);
if (!isRoot) process.stderr.write('NOT RUN: the user of a scratch server: only root can try these\n');
const suite = scratchMissing === undefined ? describe : describe.skip;
const itAsRoot = isRoot ? it : it.skip;

const folderOfLayer = mkdtempSync(join(tmpdir(), 'pgkeep-scratch-layer-'));
const layerMissing = await noLayer(folderOfLayer);
rmSync(folderOfLayer, { recursive: true });
if (layerMissing !== undefined)
  process.stderr.write(`NOT RUN: the user of a scratch server, by sudo: ${layerMissing}\n`);
const itInLayer = layerMissing === undefined ? it : it.skip;

/** Whether the system lets others than root make namespaces. */
function usersMayIsolate(): boolean {
  const words = ['--reuid=65534', '--regid=65534', '--clear-groups', 'unshare', '--user', '--map-root-user'];
  return spawnSync('setpriv', [...words, '--net', '--mount', 'true']).status === 0;
}

let rig: ScratchRig;
beforeEach(() => {
  rig = new ScratchRig();
});
afterEach(() => rig.stop());

suite('the user of a scratch server', () => {
  /** Starts a server in a process of its own, and says what a program says that the server runs. */
  const script = async (tempDir: string, end = ''): Promise<string> => {
    const options = {
      server: await testServer(17),
      clients: { ...clients(), psql: clients().path('psql') },
      tempDir,
    };
    const program = `(id -u; tr '\\0' '\\n' </proc/PID/environ | grep ^HOME=; stat -Lc net=%i /proc/self/ns/net) 2>&1; true`;
    const copy = `COPY t FROM PROGRAM $p$${program}$p$ (FORMAT csv, DELIMITER e'\\x01', QUOTE e'\\x02')`;
    return `import { startScratch } from './postgres/scratch/index.js';
       import { Psql } from './postgres/psql.js';
       import { silentReporter } from './base/reporter.js';
       const options = ${JSON.stringify(options)};
       options.clients.path = () => options.clients.psql;
       const reporter = { ...silentReporter, info: (line) => console.log(line) };
       const signal = new AbortController().signal;
       const scratch = await startScratch({ ...options, bootstrapRole: 'o', extensions: [], database: 'shop', reporter, signal });
       const psql = await Psql.open({ programs: options.clients, connection: scratch.connection });
       console.log('role', await psql.value('SELECT current_user'));
       await psql.exec('CREATE TEMP TABLE t (l text)', ${JSON.stringify(copy)}.replace('PID', process.pid));
       console.log(await psql.value("SELECT string_agg(l, e'\\\\n') FROM t"));
       ${end}
       await psql.close();
       await scratch.stop();`;
  };
  const network = `net=${statSync('/proc/self/ns/net').ino}`;

  itAsRoot('is ours where no other is to be had, which is said; it still sees no environment', async () => {
    const folder = rig.folder();
    const said = await runAsNobody(folder, await script(folder));
    expect(said).toMatch(/runs as the same system user as this job.*code inside the backup could read/);
    expect(said).toContain('role o\n65534\n');
    if (usersMayIsolate()) {
      expect(said).toMatch(/is ready, cut off from the network/);
      expect(said).not.toContain(network);
      expect(said).not.toContain(`HOME=${folder}`);
    } else {
      expect(said).toMatch(/could not be cut off from the network \(.+\): /);
      expect(said).toContain(network);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('pgkeep-'))).toEqual([]);
  });

  itInLayer('is another one by sudo, and gone with us', async () => {
    const folder = rig.folder();
    const tempDir = join(folder, 'temp');
    mkdirSync(tempDir);
    chmodSync(tempDir, 0o777);
    await transpile(folder);
    const kill = "process.kill(process.pid, 'SIGKILL');";
    writeFileSync(join(folder, 'main.js'), await script(tempDir, kill));
    const said = await inLayer(
      folder,
      `echo '#4711 ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/pgkeep-test
       echo 'runner:*:4711:4711::/:/bin/sh' >> /etc/passwd
       HOME=/ setpriv --reuid=4711 --regid=4711 --clear-groups ${process.execPath} ${folder}/main.js || true`,
    );
    expect(said).toMatch(/is ready, run by the user nobody, cut off from the network\.$/m);
    expect(said).toContain('role o\n65534\n');
    expect(said).not.toContain(network);
    expect(said).not.toContain('HOME=/');
    await allGone(tempDir);
  });
});

suite('code that runs inside a scratch server', () => {
  itAsRoot('is no one, and reads nothing of ours', async () => {
    const tempDir = rig.folder();
    const secret = join(tempDir, 'identity.txt');
    writeFileSync(secret, 'AGE-SECRET-KEY-1', { mode: 0o600 });
    process.env['PGKEEP_TEST_SECRET'] = 'from the environment';
    try {
      const scratch = await rig.start({ tempDir });
      const program = [
        'id -un',
        'id -G',
        'env',
        `cat /proc/${process.pid}/environ ${secret}`,
        'grep -h Groups: /proc/self/status',
        'stat -c %a:%U . ..',
        'true',
      ].join('; ');
      const lines = await rig.ask(scratch, async (psql) => {
        await psql.exec(
          'CREATE TEMP TABLE t (n serial, l text)',
          `COPY t (l) FROM PROGRAM '(${program}) 2>&1' (FORMAT csv, DELIMITER e'\\x01', QUOTE e'\\x02')`,
        );
        return psql.query<string[]>('SELECT json_agg(l ORDER BY n) FROM t');
      });
      const said = lines.join('\n');
      expect(lines[0]).toBe('nobody');
      expect(lines[1]).toMatch(/^\d+$/);
      expect(lines[1]).not.toBe('0');
      expect(said).not.toContain('from the environment');
      expect(said).not.toContain('AGE-SECRET-KEY');
      expect(said.match(/Permission denied/g)).toHaveLength(2);
      expect(said).toMatch(/^Groups:\s*$/m);
      expect(said).toContain('700:nobody\n711:nobody');
      expect(said).not.toContain(scratch.connection.env['PGPASSWORD']);
    } finally {
      delete process.env['PGKEEP_TEST_SECRET'];
    }
  });
});
