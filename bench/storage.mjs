// What it costs to look at many backups in S3: the requests made, wall time, CPU and the peak memory of `pgkeep list`,
// `prune --dry-run` and `status`. Needs no database: the backups are manifests with small files beside them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBucket, putObject } from './bucket.mjs';
import { measure } from './measure.mjs';
import { startCeph } from '../__tests__/servers/ceph.mjs';

const AT_ONCE = 24;
const HOUR_MS = 3_600_000;

const stamp = (date) => date.toISOString().replaceAll(/[-:]|\.\d+/g, '');

function manifestOf(id, at) {
  const sha256 = '0'.repeat(64);
  const files = ['database.dump', 'globals.sql', 'fingerprint.json', 'RECOVERY.md'];
  return {
    version: 1,
    id,
    name: 'shop',
    database: 'shop',
    label: 'daily',
    startedAt: at,
    snapshotAt: at,
    finishedAt: at,
    server: { version: '17.7', encoding: 'UTF8', collate: 'C', ctype: 'C' },
    tools: { pgkeep: '0.1.0', pg_dump: '17.7', sameMajor: true },
    source: { databaseId: sha256, runUrl: 'https://github.com/acme/shop/actions/runs/1234567890' },
    options: { format: 'custom', content: 'all', compression: 'zstd:1', fingerprint: 'rows' },
    databaseBytes: 123_456_789,
    parts: files.map((file) => ({
      file,
      bytes: 1,
      sha256,
      compression: 'none',
      encryption: 'none',
      readBack: 'md5',
    })),
    totals: { tables: 42, rows: 1_234_567 },
    warnings: [],
  };
}

const verdictOf = (id, at) => ({
  version: 1,
  backupId: id,
  verdict: 'passed',
  startedAt: at,
  finishedAt: at,
  restoreSeconds: 1,
  compareSeconds: 1,
  totals: { equal: 100, different: 0, notMeasured: 0 },
  tables: 42,
  rows: 1_234_567,
});

const runOf = (at) => ({
  version: 1,
  action: 'backup',
  outcome: 'success',
  startedAt: at,
  seconds: 12,
  error: null,
  backup: null,
  runUrl: null,
  actor: null,
});

/** A backup an hour, each `verified`th of them verified, and two runs an hour in the log of the last month. */
function* objects(count, verified) {
  const now = Date.now() - HOUR_MS;
  for (let index = 0; index < count; index += 1) {
    const date = new Date(now - index * HOUR_MS);
    const [at, id] = [date.toISOString(), `${stamp(date)}-aaaa`];
    const manifest = manifestOf(id, at);
    for (const { file } of manifest.parts) yield [`shop/${id}/${file}`, 'x'];
    yield [`shop/${id}/manifest.json`, JSON.stringify(manifest, null, 2)];
    if (index % verified === 0) yield [`shop/${id}/verified.json`, JSON.stringify(verdictOf(id, at))];
  }
  for (let index = 0; index < 1400; index += 1) {
    const date = new Date(now - (index * HOUR_MS) / 2);
    yield [`shop/_log/${stamp(date)}-${index}.json`, JSON.stringify(runOf(date.toISOString()))];
  }
}

async function fill(server, bucket, count, verified) {
  await createBucket(server, bucket);
  const rest = objects(count, verified);
  const worker = async () => {
    for (const [key, text] of rest) await putObject(server, bucket, key, text);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Counts the requests of a Node process by what they are for, in a file that it leaves. */
const counter = (file) => `import http from 'node:http';
import { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const counts = {};
const { request } = http;
http.request = (options, ...rest) => {
  const { method, path = '' } = options;
  const [key] = path.split('?');
  const what = path.includes('list-type') ? 'LIST' : \`\${method} \${key.includes('/_log/') ? '_log' : key.split('/').at(-1)}\`;
  counts[what] = (counts[what] ?? 0) + 1;
  return request(options, ...rest);
};
syncBuiltinESMExports();
process.on('exit', () => writeFileSync(${JSON.stringify(file)}, JSON.stringify(counts)));
`;

/** Prints a line for each command. @param cli the bundle's command line */
export async function benchStorage({ node, cli, runs }) {
  const server = await startCeph();
  const work = mkdtempSync(join(tmpdir(), 'pgkeep-bench-storage-'));
  try {
    await fill(server, 'many', 5000, 7);
    await fill(server, 'some', 1000, 1);
    const [preload, counts] = [join(work, 'count.mjs'), join(work, 'counts.json')];
    writeFileSync(preload, counter(counts));
    const env = { ...process.env, ...server.env, NODE: node, CLI: cli, COUNT: preload };
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    console.log(`Node ${version}. 5,000 backups (list, prune) and 1,000 (status) in S3; times in seconds.\n`);
    console.log(
      '| command | wall | CPU | peak MiB | load | requests |\n| --- | ---: | ---: | ---: | ---: | --- |',
    );
    for (const command of [
      'list --storage s3://many --name shop',
      'prune --dry-run --keep-daily 30 --storage s3://many --name shop',
      'status --storage s3://some --name shop',
    ]) {
      for (let run = 1; run <= runs; run += 1) {
        const [load] = loadavg();
        const script = `"$NODE" --import "$BENCH_PRELOAD" --import "$COUNT" "$CLI" ${command} > /dev/null`;
        const { wall, cpu, nodePeak } = await measure(script, env);
        const asked = Object.entries(JSON.parse(readFileSync(counts, 'utf8')));
        const requests = asked.map(([what, count]) => `${count} ${what}`).join(', ');
        const figures = [wall.toFixed(1), cpu.toFixed(1), Math.round(nodePeak / 2 ** 20), load.toFixed(1)];
        console.log(`| ${[command.split(' ')[0], ...figures, requests].join(' | ')} |`);
      }
    }
  } finally {
    server.stop();
    rmSync(work, { recursive: true, force: true });
  }
}
