// A database of a given size that looks like an application's: text that repeats, JSON, random keys, numbers, times.
import { spawnSync } from 'node:child_process';

/** Rows of each table per GiB of database. */
const PER_GIB = { customers: 280_000, events: 2_500_000, orders: 2_800_000 };

function statements(gib) {
  const rows = (table) => Math.round(PER_GIB[table] * gib);
  const customers = rows('customers');
  return `
SET synchronous_commit = off;
CREATE TABLE customers AS SELECT i AS id, 'customer' || i || '@example.com' AS email, md5(i::text) AS token,
  now() - i * interval '1 minute' AS created FROM generate_series(1, ${customers}) i;
CREATE TABLE events AS SELECT i AS id, (i::int8 * 7919) % ${customers} AS customer, md5(random()::text)::uuid AS key,
  now() - i * interval '1 second' AS at, jsonb_build_object('path', '/shop/' || (i % 977) || '/item/' || (i % 7919),
    'agent', 'Mozilla/5.0 (X11; Linux x86_64) ' || (i % 37), 'ms', (random() * 1000)::int,
    'ip', (i % 223) || '.' || (i % 199) || '.' || (i % 251) || '.' || (i % 241)) AS data
  FROM generate_series(1, ${rows('events')}) i;
CREATE TABLE orders AS SELECT i AS id, (i::int8 * 31) % ${customers} AS customer, (random() * 100000)::int / 100.0 AS amount,
  'note ' || md5((i % 1000)::text) || ' lorem ipsum dolor sit amet consectetur ' || i AS note,
  now() - i * interval '3 second' AS at FROM generate_series(1, ${rows('orders')}) i;
ALTER TABLE customers ADD PRIMARY KEY (id);
ALTER TABLE events ADD PRIMARY KEY (id);
ALTER TABLE orders ADD PRIMARY KEY (id);
VACUUM ANALYZE;
CHECKPOINT;
`;
}

/** Fills the database at `url`; returns its size in bytes. */
export function fillDatabase({ psql, env, url, gib }) {
  const run = (args, input) => {
    const { status, stdout, stderr } = spawnSync(psql, ['-XqAt', '-v', 'ON_ERROR_STOP=1', ...args, url], {
      env,
      input,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`psql failed: ${stderr}`);
    return stdout;
  };
  run([], statements(gib));
  return Number(run(['-c', 'SELECT pg_database_size(current_database())']));
}
