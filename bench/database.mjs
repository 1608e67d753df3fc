// A database of a given size that looks like an application's: text that repeats, JSON, random keys, numbers, times.
import { spawnSync } from 'node:child_process';

/** Rows of each table per GiB of database. */
const PER_GIB = { customers: 250_000, events: 2_300_000, orders: 3_000_000 };

const WORDS =
  'after again basket before blue box broken card change check city cold colour come copy damage date deliver door early every first gift glass green hand heavy home invoice key large late leave letter light long loose morning name near never note number office open order paper please post quick red ring road round second send sign size small stairs table thank today wait white window wrap'.split(
    ' ',
  );

function statements(gib) {
  const rows = (table) => Math.round(PER_GIB[table] * gib);
  const customers = rows('customers');
  const word = `(words)[1 + floor(random() * ${WORDS.length})::int]`;
  const text = (count) => Array.from({ length: count }, () => word).join(` || ' ' || `);
  const number = (below) => `floor(random() * ${below})::int`;
  const words = `(SELECT '{${WORDS.join(',')}}'::text[] AS words OFFSET 0) w`;
  return `
SET synchronous_commit = off;
CREATE TABLE customers AS SELECT i AS id, ${word} || '.' || ${word} || i || '@example.com' AS email, md5(random()::text) AS token,
  now() - random() * interval '900 days' AS created FROM generate_series(1, ${customers}) i, ${words};
CREATE TABLE events AS SELECT i AS id, ${number(customers)} AS customer, md5(random()::text)::uuid AS key,
  now() - i * interval '1 second' AS at, jsonb_build_object('path', '/shop/' || ${word} || '/' || ${number(100_000)},
    'agent', 'Mozilla/5.0 (X11; Linux x86_64) ' || ${number(90)}, 'ms', ${number(3000)},
    'ip', ${number(255)} || '.' || ${number(255)} || '.' || ${number(255)} || '.' || ${number(255)}) AS data
  FROM generate_series(1, ${rows('events')}) i, ${words};
CREATE TABLE orders AS SELECT i AS id, ${number(customers)} AS customer, ${number(100_000)} / 100.0 AS amount,
  ${text(9)} AS note, now() - i * interval '3 second' AS at FROM generate_series(1, ${rows('orders')}) i, ${words};
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
