// Looks at every row of two databases.

/** One row for each table and view: its name, how many rows it has, and a hash of all of them; the same of all sequences. */
export const CONTENTS = `
SELECT format(
  'SELECT %L, count(*), md5(coalesce(string_agg(t::text, E''\\n'' ORDER BY t::text COLLATE "C"), '''')) FROM %s AS t',
  oid::regclass, oid::regclass)
FROM pg_class
WHERE relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition
  AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
ORDER BY relkind = 'm', relkind = 'v', oid::regclass::text
\\gexec
SELECT 'SELECT ''sequences'', count(*), md5(string_agg(s::text, '','' ORDER BY s::text COLLATE "C")) FROM ('
  || string_agg(format('SELECT %L, last_value, is_called FROM %s', oid::regclass, oid::regclass), ' UNION ALL ') || ') AS s'
FROM pg_class
WHERE relkind = 'S'
\\gexec
`;

/** What `psql -XAt` printed for CONTENTS. */
export function parseContents(text) {
  const rows = text
    .trim()
    .split('\n')
    .map((line) => line.split('|'));
  return new Map(rows.map(([name, count, hash]) => [name, { count: Number(count), hash }]));
}

/** One entry for everything that either side has. */
export function compare(source, restored) {
  return [...new Set([...source.keys(), ...restored.keys()])].map((name) => {
    const [before, after] = [source.get(name), restored.get(name)];
    const same = before?.count === after?.count && before?.hash === after?.hash;
    return { name, source: before?.count, restored: after?.count, same };
  });
}
