// Measures verifications against a plain `pg_restore` of the same database into an untuned server, in the same run.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startPostgres } from '../__tests__/servers/postgres.mjs';
import { measure, median } from './measure.mjs';

/** What `postgres` itself is set to: the test servers are faster than that. */
const UNTUNED = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  autovacuum: 'on',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
};

/** Runs a command that must succeed. */
function must(script, env) {
  const { status, stderr } = spawnSync('bash', ['-c', script], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`exit ${status}: ${script}\n${stderr}`);
}

/**
 * @param store where `pgkeep backup` puts the backups and `pgkeep verify` reads them
 * @returns lines: the name of a run, and its medians
 */
export async function measureVerify({ major, runs, work, env, store, pgkeep }) {
  const dump = join(work, 'plain.dump');
  must(`pg_dump -Fc -f "${dump}" "$RAW_URL"`, env);
  for (const level of ['rows', 'content'])
    must(
      `${pgkeep} backup --storage ${store}/${level} --fingerprint ${level} --recipients "$RECIPIENT"`,
      env,
    );
  const plain = [];
  const found = new Map([
    ['rows', []],
    ['content', []],
  ]);
  for (let run = 1; run <= runs; run += 1) {
    for (const [level, results] of found) {
      const server = await startPostgres({ major, config: UNTUNED });
      // It forces its files to the disk first, and takes connections before it takes sessions.
      must('until psql -XqAt -c "SELECT 1" "$TARGET"; do sleep 0.1; done', { ...env, TARGET: server.url() });
      const restored = await measure(`pg_restore -d "$TARGET" "${dump}"`, { ...env, TARGET: server.url() });
      await server.stop('SIGQUIT');
      plain.push(restored.wall);
      const result = await measure(
        `"$NODE" --import "$BENCH_PRELOAD" "$CLI" verify --json --storage ${store}/${level}`,
        env,
      );
      const { seconds, totals } = JSON.parse(result.output);
      results.push({ ...result, ...seconds, totals, ratio: result.wall / restored.wall });
      console.error(
        `${run}/${runs} verify, ${level}: ${(result.wall / restored.wall).toFixed(2)} x pg_restore`,
      );
    }
  }
  return { plain: median(plain), found };
}

export function printVerify({ plain, found }, mib) {
  const line = (cells) => console.log(`| ${cells.join(' | ')} |`);
  console.log('');
  line([
    '',
    'time / pg_restore',
    'wall s',
    'fetch s',
    'restore s',
    'compare s',
    'Node peak MiB',
    'temporary disk MiB',
  ]);
  line(['---', ...Array.from({ length: 7 }, () => '---:')]);
  line([
    '`pg_restore` into an untuned server',
    '1.00',
    plain.toFixed(1),
    '-',
    plain.toFixed(1),
    '-',
    '-',
    '-',
  ]);
  for (const [level, results] of found) {
    const of = (pick) => median(results.map(pick));
    line([
      `pgkeep verify, \`fingerprint: ${level}\``,
      of((r) => r.ratio).toFixed(2),
      of((r) => r.wall).toFixed(1),
      of((r) => r.fetch).toFixed(1),
      of((r) => r.restore).toFixed(1),
      of((r) => r.compare).toFixed(1),
      mib(of((r) => r.nodePeak)),
      mib(of((r) => r.tempPeak)),
    ]);
  }
}
