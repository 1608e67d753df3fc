// A database of a given size that looks like an application's: JSON, random keys, numbers, times, and messages that
// are put together from phrases, some of them common.
import { spawnSync } from 'node:child_process';

/** Rows of each table per GiB of database. */
const PER_GIB = { customers: 200_000, events: 1_600_000, orders: 2_000_000, messages: 220_000 };

/** Distinct phrases, and how many of them make the text that messages are cut from. */
const PHRASES = 6000;
const TEXT_PHRASES = 800_000;

const WORDS =
  'after again basket before blue box broken card change check city cold colour come copy damage date deliver door early every first gift glass green hand heavy home invoice key large late leave letter light long loose morning name near never note number office open order paper please post quick red ring road round second send sign size small stairs table thank today wait white window wrap'.split(
    ' ',
  );

function statements(gib) {
  const rows = (table) => Math.round(PER_GIB[table] * gib);
  const customers = rows('customers');
  const word = `(words)[1 + floor(random() * ${WORDS.length})::int]`;
  const number = (below) => `floor(random() * ${below})::int`;
  const words = `(SELECT '{${WORDS.join(',')}}'::text[] AS words OFFSET 0) w`;
  const phrase = Array.from({ length: 5 }, () => word).join(` || ' ' || `);
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
  ${word} || ' ' || ${word} || ' ' || ${word} AS note, now() - i * interval '3 second' AS at FROM generate_series(1, ${rows('orders')}) i, ${words};
CREATE TEMPORARY TABLE phrases AS SELECT i AS id, ${phrase} || '.' AS phrase FROM generate_series(1, ${PHRASES}) i, ${words};
CREATE TEMPORARY TABLE text AS SELECT convert_to(string_agg(phrase, ' ' ORDER BY n), 'UTF8') AS bytes
  FROM (SELECT n, 1 + floor(random() * ${PHRASES})::int AS id FROM generate_series(1, ${TEXT_PHRASES}) n OFFSET 0) chosen
  JOIN phrases USING (id);
-- The text is read once, as the outer side of the join, and not for each message.
CREATE TABLE messages AS SELECT i AS id, ${number(customers)} AS customer, now() - i * interval '9 second' AS at,
  convert_from(substr(t.bytes, 1 + ${number(TEXT_PHRASES * 25)}, 600 + ${number(800)}), 'UTF8') AS body
  FROM (SELECT bytes || ''::bytea AS bytes FROM text OFFSET 0) t,
    LATERAL generate_series(1, ${rows('messages')} + 0 * octet_length(t.bytes)) i;
ALTER TABLE customers ADD PRIMARY KEY (id);
ALTER TABLE events ADD PRIMARY KEY (id);
ALTER TABLE orders ADD PRIMARY KEY (id);
ALTER TABLE messages ADD PRIMARY KEY (id);
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
