import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CancelledError } from '../../src/base/errors.js';
import { keeperScript, supervisorScript } from '../../src/postgres/scratch/script.js';
import { transpile } from '../support/apt-as-nobody.js';
import { until } from '../support/children.js';
import {
  allGone,
  clients,
  isRoot,
  killByForce,
  libc,
  processesOf,
  scratchMissing,
  ScratchRig,
  testServer,
} from './scratch-rig.js';

const why =
  scratchMissing ?? (existsSync('/proc/self/cwd') ? undefined : 'no /proc to look for processes in');
if (why !== undefined) process.stderr.write(`NOT RUN: the life of a scratch server: ${why}\n`);
const suite = why === undefined ? describe : describe.skip;
if (!isRoot)
  process.stderr.write('NOT RUN: a full disk, a folder that is not there: only root can try these\n');
const itAsRoot = isRoot ? it : it.skip;

let rig: ScratchRig;
beforeEach(() => {
  rig = new ScratchRig();
});
afterEach(() => rig.stop());

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return 0;
  }
}

/** The server itself, of those in a folder. */
function postmaster(tempDir: string): number {
  return oldest(tempDir, /^\d+ \S*\/postgres -D /);
}

function oldest(tempDir: string, pattern: RegExp): number {
  const all = processesOf(tempDir)
    .filter((line) => pattern.test(line))
    .map((line) => parseInt(line, 10));
  // A child that was just forked still has the command line of its parent.
  const found = all.filter((pid) => !all.includes(parentOf(pid)));
  expect(found).toHaveLength(1);
  return found[0] ?? 0;
}

/** Whether the shared memory of a server is there. Its data folder is ours to read only as root. */
function memoryOf(tempDir: string): () => boolean {
  const data =
    /-D (\S+)/.exec(processesOf(tempDir).find((line) => /postgres -D /.test(line)) ?? '')?.[1] ?? '';
  if (!isRoot) return () => false;
  const id = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[6]?.trim().split(/\s+/)[1] ?? '';
  const look = (): boolean =>
    readFileSync('/proc/sysvipc/shm', 'utf8')
      .split('\n')
      .some((line) => line.trim().split(/\s+/)[1] === id);
  expect(look()).toBe(true);
  return look;
}

suite('a scratch server ends', () => {
  const SCRIPT = `
    import { startScratch } from './postgres/scratch/index.js';
    import { silentReporter } from './base/reporter.js';
    const { clients, ...options } = JSON.parse(process.argv[2]);
    clients.path = (name) => clients.bin + '/' + name;
    const signal = new AbortController().signal;
    await startScratch({ ...options, clients, bootstrapRole: 'o', extensions: [], database: 'shop', reporter: silentReporter, signal });
    console.log('ready');
    if (process.argv[3] === 'exit') process.exit(3);
    if (process.argv[3] === 'throw') throw new Error('a fault');
    setInterval(() => {}, 1000);
  `;
  const optionsIn = async (tempDir: string): Promise<string> =>
    JSON.stringify({
      server: await testServer(17),
      clients: { ...clients(), bin: dirname(clients().path('psql')) },
      tempDir,
    });
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  let code: string;
  beforeEach(async () => {
    code = mkdtempSync(join(tmpdir(), 'pgkeep-scratch-code-'));
    await transpile(code);
    writeFileSync(join(code, 'main.js'), SCRIPT);
  });
  afterEach(() => rmSync(code, { recursive: true }));

  it.each([
    ['is killed', 'SIGKILL', ''],
    ['gets SIGINT', 'SIGINT', ''],
    ['gets SIGTERM', 'SIGTERM', ''],
    ['exits', undefined, 'exit'],
    ['dies of a fault', undefined, 'throw'],
  ] as const)('when the process that started it %s', async (_how, signal, end) => {
    const tempDir = rig.folder();
    const options = await optionsIn(tempDir);
    const child = spawn(process.execPath, [join(code, 'main.js'), options, end], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    children.push(child);
    const exit = once(child, 'exit');
    if (signal !== undefined) {
      await once(child.stdout, 'data');
      const server = postmaster(tempDir);
      const memory = memoryOf(tempDir);
      // As a terminal does it: to the whole group.
      process.kill(-(child.pid ?? 0), signal);
      await exit;
      await until('the end of the server', () => (existsSync(`/proc/${server}`) ? undefined : true));
      await allGone(tempDir);
      expect(memory()).toBe(false);
    }
    await exit;
    await allGone(tempDir);
  });

  it('when the process is killed while the cluster is made', async () => {
    const tempDir = rig.folder();
    const options = await optionsIn(tempDir);
    const child = spawn(process.execPath, [join(code, 'main.js'), options], {
      stdio: 'ignore',
    });
    children.push(child);
    await until('initdb', () => processesOf(tempDir).find((line) => /^\d+ \S*\/initdb /.test(line)));
    child.kill('SIGKILL');
    await allGone(tempDir);
  });

  it.each(['keeper', 'supervisor'])('when the process is killed before its %s can say a word', (who) => {
    const tempDir = rig.folder();
    const base = join(tempDir, 'base');
    const paths = { bases: [base], folder: join(base, 'inner'), socketFolder: join(base, 'inner') };
    if (who === 'supervisor') mkdirSync(base);
    // A pipe that nobody reads: whoever writes to it gets SIGPIPE.
    const pipe = join(tempDir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = openSync(pipe, 'r+');
    const stdout = openSync(pipe, 'w');
    closeSync(reader);
    const script =
      who === 'keeper'
        ? keeperScript(paths, [])
        : supervisorScript(paths, { initdb: ['true'], postgres: ['true'], locales: join(base, 'locale') });
    const { signal } = spawnSync('sh', ['-c', script], {
      input: 'password\n',
      stdio: ['pipe', stdout, 'ignore'],
    });
    closeSync(stdout);
    expect(signal).toBeNull();
    expect(readdirSync(who === 'keeper' ? tempDir : base).filter((name) => name !== 'pipe')).toEqual([]);
  });

  it('when it is cancelled while the cluster is made', async () => {
    const tempDir = rig.folder();
    const stop = new AbortController();
    const starting = rig.start({ tempDir, signal: stop.signal });
    void until('initdb', () => processesOf(tempDir).find((line) => /^\d+ \S*\/initdb /.test(line))).then(() =>
      stop.abort(),
    );
    await expect(starting).rejects.toBeInstanceOf(CancelledError);
    expect(processesOf(tempDir)).toEqual([]);
    expect(readdirSync(tempDir)).toEqual([]);
  });

  it('before it began', async () => {
    const tempDir = rig.folder();
    await expect(rig.start({ tempDir, signal: AbortSignal.abort() })).rejects.toBeInstanceOf(CancelledError);
    expect(readdirSync(tempDir)).toEqual([]);
  });

  it('with whatever restored code has started and left behind', async () => {
    const tempDir = rig.folder();
    const scratch = await rig.start({ tempDir });
    // No one else's have these times.
    const [near, far] = [`1111.${process.pid}`, `2222.${process.pid}`];
    const started = `sleep ${near} >/dev/null 2>&1 & cd / && setsid sleep ${far} >/dev/null 2>&1 </dev/null & true`;
    await rig.ask(scratch, (psql) =>
      psql.exec('CREATE TEMP TABLE t (l text)', `COPY t FROM PROGRAM '${started}'`),
    );
    // A folder without rights, as code of the server's user can make it.
    await rig.ask(scratch, (psql) =>
      psql.exec(
        'CREATE TEMP TABLE t (l text)',
        `COPY t FROM PROGRAM 'mkdir -p ../locked/inside && touch ../locked/inside/x && chmod 000 ../locked/inside ../locked'`,
      ),
    );
    const sleeping = (): string[] =>
      readdirSync('/proc').filter((pid) => {
        try {
          const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
          return [near, far].some((time) => command === `sleep\0${time}\0`);
        } catch {
          return false;
        }
      });
    await until('both', () => (sleeping().length === 2 ? true : undefined));
    await scratch.stop();
    expect(sleeping()).toEqual([]);
    expect(processesOf(tempDir)).toEqual([]);
    expect(readdirSync(tempDir)).toEqual([]);
  });

  it.each(['postgres', 'sh'])('when its %s is killed by force', async (victim) => {
    const tempDir = rig.folder();
    const scratch = await rig.start({ tempDir });
    const pid = victim === 'sh' ? oldest(tempDir, /^\d+ sh -c umask 077\nexec 3/) : postmaster(tempDir);
    const memory = memoryOf(tempDir);
    killByForce(pid);
    await allGone(tempDir);
    expect(memory()).toBe(false);
    await expect(scratch.createDatabase('shop', libc('C'))).rejects.toThrow(
      /The scratch server has ended by itself/,
    );
    expect(rig.said.warnings.join()).toMatch(/The scratch server has ended by itself/);
    await scratch.stop();
  });
});

suite('a scratch server that does not start', () => {
  it('shows the end of its log', async () => {
    const tempDir = rig.folder();
    const server = await testServer(17);
    const postgres = join(rig.folder(), 'postgres');
    writeFileSync(
      postgres,
      `#!/bin/sh\nexec ${server.postgres} "$@" -c shared_preload_libraries=no_such_library\n`,
    );
    chmodSync(postgres, 0o755);
    await expect(rig.start({ tempDir, server: { ...server, postgres } })).rejects.toThrow(
      /could not be started: the server.*could not access file "no_such_library"/s,
    );
    expect(readdirSync(tempDir)).toEqual([]);
    expect(processesOf(tempDir)).toEqual([]);
  });

  it('says what initdb said', async () => {
    const tempDir = rig.folder();
    const server = await testServer(17);
    const initdb = join(rig.folder(), 'initdb');
    writeFileSync(initdb, `#!/bin/sh\n[ "$1" = --version ] || { echo "initdb: broken"; exit 1; }\n`);
    chmodSync(initdb, 0o755);
    await expect(rig.start({ tempDir, server: { ...server, initdb } })).rejects.toThrow(/initdb: broken/);
    expect(readdirSync(tempDir)).toEqual([]);
  });

  itAsRoot('says that no user may run it', async () => {
    const folder = rig.folder();
    const server = await testServer(17);
    const postgres = join(folder, 'postgres');
    writeFileSync(postgres, '');
    await expect(rig.start({ server: { ...server, postgres } })).rejects.toThrow(
      /PostgreSQL refuses to run as root.*nobody: .*chmod o\+x/,
    );
  });

  itAsRoot('says that its folder is not there', async () => {
    const tempDir = join(rig.folder(), 'gone');
    const scratch = await rig.start({ tempDir });
    expect(scratch.connection.target.host).toMatch(/^\/var\/tmp/);
  });

  itAsRoot('says that the disk is full', async () => {
    const tempDir = rig.folder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m,mode=755', 'pgkeep-test', tempDir]);
    try {
      await expect(rig.start({ tempDir })).rejects.toThrow(/The disk is full: free some space/);
      expect(readdirSync(tempDir)).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=120m', tempDir]);
      const scratch = await rig.start({ tempDir });
      await scratch.createDatabase('shop', libc('C'));
      const fill = rig.ask(
        scratch,
        (psql) =>
          psql.exec('CREATE TABLE public.t AS SELECT n, md5(n::text) FROM generate_series(1, 2500000) n'),
        'shop',
      );
      await expect(fill).rejects.toThrow(/No space left on device/);
      await scratch.stop();
      expect(readdirSync(tempDir)).toEqual([]);
    } finally {
      await rig.stopServers();
      execFileSync('umount', [tempDir]);
    }
  });
});
