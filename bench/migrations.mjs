// What it costs a migration to be watched by `pgkeep check-migrations`, as a ratio to the same migration on the same kind
// of server while nobody watches; how long the looking before and after takes with 2,000 tables; how many locks of 50 ms
// are seen. Needs no S3.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from './measure.mjs';
import { cacheFolder, findPrograms, folderCache, silentReporter } from '../dist/index.js';
import { startPostgres } from '../__tests__/servers/postgres.mjs';

const LOCKS = 20;
const TABLES = 2000;

const lines = (count, line) => Array.from({ length: count }, (_, index) => line(index + 1)).join('\n');

const LOADS = {
  '2,000 changes of a schema': lines(
    500,
    (n) => `CREATE TABLE made_${n} (id int PRIMARY KEY, note text);
ALTER TABLE made_${n} ADD COLUMN at timestamptz DEFAULT now();
CREATE INDEX ON made_${n} (note);
ALTER TABLE made_${n} ALTER COLUMN note SET NOT NULL;`,
  ),
  'rewrite, index and update of 2 M rows': `ALTER TABLE orders ALTER COLUMN id TYPE bigint;
CREATE INDEX ON orders (note);
UPDATE orders SET total = total + 1;`,
  '5,000 inserts of one row': lines(5000, (n) => `INSERT INTO notes VALUES (${n}, 'note number ${n}');`),
};

const SHOP = `CREATE TABLE orders AS SELECT n AS id, md5(n::text) AS note, n / 100.0 AS total FROM generate_series(1, 2000000) n;
CREATE TABLE notes (id int PRIMARY KEY, note text);
${lines(LOCKS, (n) => `CREATE TABLE locked_${n} (id int);`)}`;

const WIDE = lines(
  TABLES,
  (n) => `CREATE TABLE t_${n} (id int PRIMARY KEY, name text NOT NULL, at date, total numeric, more jsonb);
INSERT INTO t_${n} SELECT n, 'name ' || n FROM generate_series(1, 20) n;`,
);

const HELD = lines(
  LOCKS,
  (n) => `BEGIN; LOCK TABLE locked_${n} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(0.05); COMMIT;`,
);

/** Runs a script of psql's before anything is watched, in sessions that the server logs nothing of. */
const unwatched = (command, path) => `\\setenv PGHOST :HOST
\\setenv PGPORT :PORT
\\setenv PGUSER :USER
\\setenv PGDATABASE :DBNAME
\\setenv PATH '${path}'
\\setenv PGOPTIONS '-c log_statement=none -c log_duration=off -c log_disconnections=off -c log_min_error_statement=panic'
\\! bash ${command}
`;

/** Runs a program that must end with one of the exit codes; returns what it prints. */
function must(program, args, env, codes = [0]) {
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (!codes.includes(status)) throw new Error(`exit ${status}: ${program} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

/** Writes the command, which times each load as it sees it, and how it is run unwatched. */
function writeScripts(work, path) {
  const psql = 'psql -Xq -v ON_ERROR_STOP=1 -o /dev/null';
  const timed = Object.values(LOADS).map((sql, index) => {
    const file = join(work, `${index}.sql`);
    writeFileSync(file, sql);
    return `from=$EPOCHREALTIME\n${psql} -f ${file}\necho "$from $EPOCHREALTIME" >> ${join(work, 'times')}\n`;
  });
  writeFileSync(join(work, 'held.sql'), HELD);
  const command = join(work, 'command.sh');
  writeFileSync(command, `set -e\n${timed.join('')}${psql} -f ${join(work, 'held.sql')}\n`);
  writeFileSync(join(work, 'unwatched.sql'), unwatched(command, path));
}

/** Seconds of each load of the last run. */
function takeTimes(work) {
  const file = join(work, 'times');
  const rows = readFileSync(file, 'utf8').trim().split('\n');
  rmSync(file);
  return rows.map((row) => row.split(' ').map(Number)).map(([from, to]) => to - from);
}

/** Prints what each costs. @param cli the bundle's command line */
export async function benchMigrations({ node, cli, runs, major }) {
  const work = mkdtempSync(join(tmpdir(), 'pgkeep-bench-migrations-'));
  const server = await startPostgres({ major });
  try {
    const find = { reporter: silentReporter, env: process.env, tempDir: work, method: 'rootless' };
    const programs = await findPrograms({
      ...find,
      cache: folderCache(() => cacheFolder(process.env)),
      major,
    });
    chmodSync(work, 0o755);
    const path = `${dirname(programs.path('psql'))}:${process.env.PATH}`;
    const env = { ...process.env, ...programs.env, PATH: path, TMPDIR: work };
    writeScripts(work, path);
    for (const [name, sql] of Object.entries({ shop: SHOP, wide: WIDE })) {
      const file = join(work, `${name}.sql`);
      writeFileSync(file, sql);
      must('psql', ['-Xq', '-d', server.url(), '-c', `CREATE DATABASE ${name}`], env);
      must(
        'psql',
        ['-Xq', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', server.url(name), '-f', file],
        env,
      );
      must(node, [cli, 'backup', '--storage', `file://${work}/store`], {
        ...env,
        DATABASE_URL: server.url(name),
      });
    }
    const check = (name, flags) => {
      const all = ['check-migrations', '--json', '--backup=latest', `--storage=file://${work}/store`];
      return JSON.parse(must(node, [cli, ...all, `--name=${name}`, ...flags], env, [0, 1]));
    };
    printCost(
      measureCost(work, runs, (flags) => check('shop', flags)),
      { runs, major },
    );
    printWide(runs, () => check('wide', ['--command=psql -Xqc "ALTER TABLE t_1 ADD COLUMN extra int"']));
  } finally {
    await server.stop('SIGQUIT');
    rmSync(work, { recursive: true, force: true });
  }
}

/** Pairs of runs, unwatched and watched, of which now the one and now the other is the first. */
function measureCost(work, runs, check) {
  const pairs = [];
  const seen = [];
  for (let run = 1; run <= runs; run += 1) {
    const pair = {};
    for (const kind of run % 2 === 1 ? ['plain', 'watched'] : ['watched', 'plain']) {
      const flags =
        kind === 'plain'
          ? [`--sanitize=${join(work, 'unwatched.sql')}`, '--command=true']
          : [`--command=bash ${join(work, 'command.sh')}`];
      const { command, locks } = check(flags);
      if (command.outcome !== 'succeeded') throw new Error(command.tail.join('\n'));
      pair[kind] = takeTimes(work);
      if (kind === 'watched')
        seen.push(
          new Set(locks.map(({ table }) => table.name).filter((name) => name.startsWith('locked_'))).size,
        );
    }
    pairs.push(pair);
    const ratios = pair.watched.map((seconds, index) => (seconds / pair.plain[index]).toFixed(2));
    console.error(`${run}/${runs} watched / plain: ${ratios.join(', ')}; ${seen.at(-1)} of ${LOCKS} locks`);
  }
  return { pairs, seen };
}

function printCost({ pairs, seen }, { runs, major }) {
  const line = (cells) => console.log(`| ${cells.join(' | ')} |`);
  console.log(
    `\nPostgreSQL ${major}, medians of ${runs} pairs of runs, load ${loadavg()[0].toFixed(1)} at the end\n`,
  );
  line(['', 'watched / not', 'not watched, s', 'watched, s']);
  line(['---', '---:', '---:', '---:']);
  Object.keys(LOADS).forEach((name, index) => {
    const of = (pick) => median(pairs.map(pick));
    const ratio = of(({ plain, watched }) => watched[index] / plain[index]);
    const [plain, watched] = [of((pair) => pair.plain[index]), of((pair) => pair.watched[index])];
    line([name, ratio.toFixed(2), plain.toFixed(2), watched.toFixed(2)]);
  });
  const all = seen.reduce((sum, count) => sum + count, 0);
  console.log(`\nLocks of 50 ms seen: ${all} of ${LOCKS * runs}.`);
}

function printWide(runs, check) {
  const results = Array.from({ length: runs }, () => {
    const from = performance.now();
    const { seconds } = check();
    return { ...seconds, wall: (performance.now() - from) / 1000 };
  });
  const of = (pick) => median(results.map(pick)).toFixed(1);
  const whole = of(({ wall }) => wall);
  console.log(
    `${TABLES} tables: looked at before in ${of(({ before }) => before)} s, after (and compared) in ${of(({ after }) => after)} s; the whole check ${whole} s, of which ${of(({ restore }) => restore)} s restored.`,
  );
}
