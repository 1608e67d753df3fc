// Measures backups against `pg_dump -Fc -Z0 | cat > /dev/null` of the same database in the same run, each as a ratio:
// machines differ and are noisy, ratios of neighbouring runs are not. See docs/performance.md.
//
//   npm run bench -- [--gib 2] [--runs 5] [--major 15] [--only file,S3,gzip,verify]
//   npm run bench -- --only storage [--runs 5]      looking at many backups in S3; needs no database
//   npm run bench -- --only migrations [--runs 5]   what it costs a migration to be watched; needs no S3
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createBucket } from './bucket.mjs';
import { fillDatabase } from './database.mjs';
import { measureList } from './list.mjs';
import { measure, median } from './measure.mjs';
import { benchMigrations } from './migrations.mjs';
import { benchStorage } from './storage.mjs';
import { measureVerify, printVerify } from './verify.mjs';
import { findPrograms, folderCache, installTools, silentReporter } from '../dist/index.js';
import { missingCeph, startCeph } from '../__tests__/servers/ceph.mjs';
import { startPostgres } from '../__tests__/servers/postgres.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    gib: { type: 'string', default: '2' },
    runs: { type: 'string', default: '5' },
    major: { type: 'string', default: '15' },
    only: { type: 'string', default: '' },
    node: { type: 'string', default: process.execPath },
  },
});
const gib = Number(values.gib);
const runs = Number(values.runs);
const only = values.only === '' ? [] : values.only.split(',');

const MIB = 1024 * 1024;
const mib = (bytes) => (bytes === undefined ? '-' : String(Math.round(bytes / MIB)));

function storedBytes(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, info) => sum + (info.isFile() ? info.size : 0), 0);
}

const cleanups = [];
async function main() {
  if (values.only === 'storage')
    return benchStorage({ node: values.node, cli: join(root, 'dist', 'cli.js'), runs });
  if (values.only === 'migrations')
    return benchMigrations({
      node: values.node,
      cli: join(root, 'dist', 'cli.js'),
      runs,
      major: Number(values.major),
    });
  const work = mkdtempSync(join(tmpdir(), 'pgkeep-bench-'));
  cleanups.push(() => rmSync(work, { recursive: true, force: true }));
  const cache = folderCache(
    () => process.env.RUNNER_TOOL_CACHE ?? join(homedir(), '.cache', 'pgkeep', 'tools'),
  );
  const find = { cache, reporter: silentReporter, env: process.env, tempDir: work, method: 'rootless' };
  const programs = await findPrograms({ ...find, major: Number(values.major) });
  const tools = await installTools(['age', 'zstd'], find);
  const server = await startPostgres({
    major: Number(values.major),
    config: { shared_buffers: '512MB', max_wal_size: '4GB', autovacuum: 'off' },
  });
  cleanups.push(() => server.stop('SIGQUIT'));
  const env = {
    ...process.env,
    ...programs.env,
    PATH: `${dirname(programs.path('pg_dump'))}:${dirname(tools.age.path)}:${process.env.PATH}`,
  };
  console.error(`filling a database of ${gib} GiB on PostgreSQL ${values.major} ...`);
  const filling = performance.now();
  const bytes = fillDatabase({ psql: programs.path('psql'), env, url: server.url(), gib });
  console.error(`${mib(bytes)} MiB in ${Math.round((performance.now() - filling) / 1000)} s`);
  const ceph = missingCeph().length === 0 ? await startCeph({ store: 'bluestore', sizeGib: 40 }) : undefined;
  if (ceph === undefined)
    console.error('S3: NOT RUN: no Ceph gateway (ceph-mon, ceph-osd, radosgw) is installed');
  else {
    cleanups.push(() => ceph.stop());
    await createBucket(ceph, 'bench');
    Object.assign(env, ceph.env);
  }
  const key = spawnSync(join(dirname(tools.age.path), 'age-keygen'), {
    encoding: 'utf8',
    env: { ...env, ...tools.age.env },
  });
  const [identity, recipient] = [/AGE-SECRET-KEY-1\w+/, /age1\w+/].map((text) => text.exec(key.stdout)[0]);
  Object.assign(env, {
    PGKEEP_DATABASE_URL: server.url(),
    RAW_URL: server.url(),
    PGKEEP_POSTGRES_BIN: dirname(programs.path('pg_dump')),
    RECIPIENT: recipient,
    PGKEEP_IDENTITY: identity,
    NODE: values.node,
    CLI: join(root, 'dist', 'cli.js'),
    STORE: join(work, 'store'),
    PASTED: join(work, 'pasted'),
  });
  const pgkeep = '"$NODE" --import "$BENCH_PRELOAD" "$CLI" backup';
  const age = '--recipients "$RECIPIENT"';
  const s3 = 's3://bench/b';
  const contenders = {
    'pgkeep to file': { script: `${pgkeep} --storage "file://$STORE"`, stored: () => storedBytes(env.STORE) },
    'pgkeep to file, age': {
      script: `${pgkeep} --storage "file://$STORE" ${age}`,
      stored: () => storedBytes(env.STORE),
    },
    ...(ceph === undefined
      ? {}
      : {
          'pgkeep to S3': { script: `${pgkeep} --storage ${s3}` },
          'pgkeep to S3, age': { script: `${pgkeep} --storage ${s3} ${age}` },
        }),
    'pg_dump | gzip > file, then copy it': {
      script:
        'pg_dump "$RAW_URL" | gzip > "$RUNNER_TEMP/backup.sql.gz"; cp "$RUNNER_TEMP/backup.sql.gz" "$PASTED"',
      stored: () => statSync(env.PASTED).size,
    },
  };
  const chosen = Object.entries(contenders).filter(
    ([name]) => only.length === 0 || only.some((part) => name.includes(part)),
  );
  const results = new Map(chosen.map(([name]) => [name, []]));
  const raws = [];
  const raw = async () => {
    const result = await measure('pg_dump -Fc -Z0 "$RAW_URL" | cat > /dev/null', env);
    raws.push(result);
    return result.wall;
  };
  if (chosen.length > 0) await raw();
  raws.length = 0;
  for (let run = 1; run <= runs; run += 1) {
    for (const [name, { script, stored }] of chosen) {
      // The slow one says little more by being repeated.
      if (name.startsWith('pg_dump') && run > Math.min(runs, 2)) continue;
      rmSync(env.STORE, { recursive: true, force: true });
      const before = await raw();
      const result = await measure(script, env);
      results.get(name).push({ ...result, ratio: result.wall / before, stored: stored?.() });
      console.error(`${run}/${runs} ${name}: ${(result.wall / before).toFixed(2)} x raw`);
    }
  }
  if (raws.length > 0) print({ bytes, programs, raws, results });
  if (only.length === 0 || only.includes('verify')) {
    const store = ceph === undefined ? `file://${join(work, 'verify')}` : 's3://bench/v';
    const command = '"$NODE" "$CLI"';
    printVerify(
      await measureVerify({ major: Number(values.major), runs, work, env, store, pgkeep: command }),
      mib,
    );
  }
  await small(ceph, env, contenders['pgkeep to file'].script);
}

/** What does not depend on the database: the first line, and a list of many backups like the one `contender` makes. */
async function small(ceph, env, contender) {
  const started = performance.now();
  const child = spawn(values.node, [env.CLI, 'backup', '--storage', 'file:///nowhere'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await once(child.stderr, 'data');
  console.log(
    `\nFirst line of \`pgkeep backup\` after ${((performance.now() - started) / 1000).toFixed(2)} s.`,
  );
  child.kill();
  if (ceph === undefined) return;
  await measure(contender, env);
  const manifests = readdirSync(env.STORE, { recursive: true }).filter((name) =>
    name.endsWith('manifest.json'),
  );
  const manifest = JSON.parse(readFileSync(join(env.STORE, manifests[0]), 'utf8'));
  const seconds = await measureList({ server: ceph, env, manifest, count: 2000 });
  console.log(`\`pgkeep list\` of 2,000 backups in S3: ${seconds.toFixed(1)} s.`);
}

function print({ bytes, programs, raws, results }) {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'dist', 'index.js')))
    .digest('hex')
    .slice(0, 8);
  console.log(
    `\nPostgreSQL ${values.major}, database ${mib(bytes)} MiB, pg_dump ${programs.version}, ${cpus().length} cores, Node ${spawnSync(values.node, ['--version'], { encoding: 'utf8' }).stdout.trim()}, bundle ${digest}, medians of ${runs} paired runs\n`,
  );
  const line = (cells) => console.log(`| ${cells.join(' | ')} |`);
  line(['', 'time / raw', 'wall s', 'CPU s', 'Node peak MiB', 'temporary disk MiB', 'stored MiB']);
  line(['---', '---:', '---:', '---:', '---:', '---:', '---:']);
  line([
    'raw: `pg_dump -Fc -Z0 \\| cat > /dev/null`',
    '1.00',
    median(raws.map((r) => r.wall)).toFixed(1),
    median(raws.map((r) => r.cpu)).toFixed(1),
    '-',
    '0',
    '-',
  ]);
  for (const [name, list] of results) {
    const of = (pick) => median(list.map(pick));
    line([
      name.replaceAll('|', '\\|'),
      of((r) => r.ratio).toFixed(2),
      of((r) => r.wall).toFixed(1),
      of((r) => r.cpu).toFixed(1),
      mib(list[0].nodePeak === undefined ? undefined : of((r) => r.nodePeak)),
      mib(of((r) => r.tempPeak)),
      mib(list[0].stored),
    ]);
  }
  console.log(
    '\nCPU is that of the programs on the client side; the database server and the S3 server share the same cores.',
  );
}

async function cleanUp() {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void cleanUp().then(() => process.exit(1)));
try {
  await main();
} finally {
  await cleanUp();
}
process.exit();
