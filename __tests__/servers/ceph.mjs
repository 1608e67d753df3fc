// Starts a real S3 server in a temporary folder: one Ceph monitor, one OSD and its gateway, on free ports of 127.0.0.1.
// Debian and Ubuntu: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './postgres.mjs';

const PROGRAMS = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];

export const ACCESS_KEY = 'PGKEEPTESTACCESSKEY1';
export const SECRET_KEY = 'pgkeep/test+secret-key-0000000000000001';

/** The programs that are not installed here. */
export function missingCeph() {
  return PROGRAMS.filter((name) => !existsSync(join('/usr/bin', name)));
}

function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(join('/usr/bin', program), args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: options.env,
    });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    child.stdin.on('error', () => undefined).end(options.input ?? '');
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${program} ${args.join(' ')}: exit ${code}\n${text}`)),
    );
  });
}

async function until(what, seconds, test) {
  const end = Date.now() + seconds * 1000;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`${what}: not after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

function config(dir, fsid, monPort, rgwPort, store, sizeGib) {
  return `[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${monPort}]
keyring = ${dir}/keyring
ms bind ipv6 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth allow insecure global id reclaim = false
paxos propose interval = 0.02
paxos min wait = 0.01
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 2000
mon data avail crit = 1
mon data avail warn = 2
osd crush chooseleaf type = 0
run dir = ${dir}/run
admin socket = ${dir}/run/$name.asok
pid file = ${dir}/run/$name.pid
log file = ${dir}/log/$name.log
mon cluster log file = ${dir}/log/cluster.log
crash dir = ${dir}/log
mon data = ${dir}/mon
osd data = ${dir}/osd
osd objectstore = ${store}
memstore device bytes = ${sizeGib}g
bluestore block size = ${sizeGib}g
osd memory target = 1g
[client.rgw.a]
rgw data = ${dir}/rgw
rgw frontends = beast endpoint=127.0.0.1:${rgwPort}
`;
}

/**
 * Starts the server. `memstore` is quick and holds 1 GiB at most; `bluestore` holds `sizeGib` in a sparse file.
 * @param {{store?: 'memstore' | 'bluestore', sizeGib?: number, folder?: string}} [options]
 * @returns {Promise<{endpoint: string, port: number, accessKey: string, secretKey: string,
 *   env: Record<string, string>, folder: string, stop: () => void}>}
 * `env` is what the AWS programs need to reach it.
 */
export async function startCeph({ store = 'memstore', sizeGib = 6, folder = tmpdir() } = {}) {
  const dir = mkdtempSync(join(folder, 'pgkeep-ceph-'));
  const guard = startGuard(dir);
  const stop = () => {
    stopAll(dir);
    guard.stdin.end();
  };
  try {
    const rgwPort = await freePort();
    await bringUp(dir, await freePort(), rgwPort, store, sizeGib);
    const endpoint = `http://127.0.0.1:${rgwPort}`;
    const env = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    };
    return { endpoint, port: rgwPort, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, env, folder: dir, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

async function bringUp(dir, monPort, rgwPort, store, sizeGib) {
  for (const name of ['mon', 'osd', 'run', 'log', 'rgw']) mkdirSync(join(dir, name));
  const [fsid, osd, conf, keyring] = [
    randomUUID(),
    randomUUID(),
    join(dir, 'ceph.conf'),
    join(dir, 'keyring'),
  ];
  writeFileSync(conf, config(dir, fsid, monPort, rgwPort, store, sizeGib));
  const env = { PATH: process.env.PATH, LC_ALL: 'C', CEPH_CONF: conf };
  const ceph = (program, ...args) => run(program, args, { env });
  const key = (name, ...caps) =>
    ceph('ceph-authtool', '--create-keyring', join(dir, `key.${name}`), '--gen-key', '-n', name, ...caps);
  await Promise.all([
    key('mon.', '--cap', 'mon', 'allow *'),
    key('client.admin', '--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *'),
    key('client.rgw.a', '--cap', 'mon', 'allow rwx', '--cap', 'osd', 'allow rwx'),
    key(
      'osd.0',
      '--cap',
      'mon',
      'allow profile osd',
      '--cap',
      'mgr',
      'allow profile osd',
      '--cap',
      'osd',
      'allow *',
    ),
    ceph(
      'monmaptool',
      '--create',
      '--fsid',
      fsid,
      '--addv',
      'a',
      `[v2:127.0.0.1:${monPort}]`,
      join(dir, 'monmap'),
    ),
  ]);
  const keys = readdirSync(dir).filter((name) => name.startsWith('key.'));
  writeFileSync(keyring, keys.map((name) => readFileSync(join(dir, name), 'utf8')).join(''), { mode: 0o600 });
  await ceph('ceph-mon', '--mkfs', '-i', 'a', '--monmap', join(dir, 'monmap'), '--keyring', keyring);
  await ceph('ceph-mon', '-i', 'a');
  // From the file: what a program printed may not have been read yet when it has ended.
  const secret = /\[osd\.0\][^[]*\bkey = (\S+)/.exec(readFileSync(keyring, 'utf8'))?.[1];
  // Waits for the monitor by itself.
  await run('ceph', ['--connect-timeout', '20', 'osd', 'new', osd, '-i', '-'], {
    env,
    input: JSON.stringify({ cephx_secret: secret }),
  });
  await ceph('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd);
  await ceph('ceph-osd', '-i', '0');
  await until('the OSD is up', 60, async () => / 1 up/.test(await ceph('ceph', 'osd', 'stat')));
  const user = [
    '--uid=pgkeep',
    '--display-name=pgkeep',
    `--access-key=${ACCESS_KEY}`,
    `--secret-key=${SECRET_KEY}`,
  ];
  await ceph('radosgw-admin', 'user', 'create', ...user);
  await ceph('radosgw', '-n', 'client.rgw.a');
  const url = `http://127.0.0.1:${rgwPort}/`;
  await until('the gateway answers', 60, () =>
    fetch(url).then(
      (answer) => answer.ok,
      () => false,
    ),
  );
}

/** Ends the daemons also when this process is killed: its standard input closes then, in whatever way that happens. */
function startGuard(dir) {
  const script = 'read _; for f in "$1"/run/*.pid; do kill -9 "$(cat "$f")"; done; rm -rf "$1"';
  const guard = spawn('sh', ['-c', script, 'guard', dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.stdin.on('error', () => undefined).unref();
  guard.unref();
  return guard;
}

/** Kills the daemons (they are asked nothing: without its monitor the gateway would hang) and removes the folder. */
function stopAll(dir) {
  const run = join(dir, 'run');
  if (!existsSync(run)) return;
  for (const name of readdirSync(run).filter((file) => file.endsWith('.pid'))) {
    const pid = Number(readFileSync(join(run, name), 'utf8'));
    try {
      if (pid > 1) process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}
