// How long `pgkeep list` takes with many backups in S3: copies of one manifest, each under an id of its own.
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { createBucket, putObject } from './bucket.mjs';

const AT_ONCE = 16;

/** An id that sorts by its number. */
function idOf(number) {
  const time = new Date(Date.UTC(2025, 0, 1) + number * 3_600_000).toISOString().replace(/\.\d+/, '');
  return `${time.replaceAll(/[-:]/g, '')}-aaaa`;
}

/** Lists `count` backups and returns the seconds it took, the bundle's start included. */
export async function measureList({ server, env, manifest, count }) {
  await createBucket(server, 'list');
  const numbers = Array.from({ length: count }, (_, index) => index);
  while (numbers.length > 0) {
    await Promise.all(
      numbers.splice(0, AT_ONCE).flatMap((number) => {
        const id = idOf(number);
        const text = JSON.stringify({ ...manifest, name: 'shop', id }, null, 2);
        return [
          putObject(server, 'list', `shop/${id}/manifest.json`, text),
          putObject(server, 'list', `shop/${id}/RECOVERY.md`, 'x'),
          putObject(server, 'list', `shop/${id}/database.dump`, 'x'),
        ];
      }),
    );
  }
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(env.NODE, [env.CLI, 'list', '--storage', 's3://list'], {
    env,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const seconds = (performance.now() - started) / 1000;
  const lines = stdout.trim().split('\n').length - 1;
  if (status !== 0 || lines !== count) throw new Error(`list: exit ${status}, ${lines} lines\n${stderr}`);
  return seconds;
}
