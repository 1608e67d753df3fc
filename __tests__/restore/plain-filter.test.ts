import { describe, expect, it } from '@jest/globals';
import { plainBytes } from '../../src/restore/archive/run/plain-filter.js';

const OPTIONS = { content: 'all', owner: true, privileges: true, singleTransaction: false } as const;

function filter(command: string): string {
  const piece = { kind: 'command', bytes: Buffer.from(`${command}\n`), first: true, last: true } as const;
  return plainBytes({ piece, entry: { kind: 'definition', title: undefined } }, OPTIONS).toString();
}

describe('what a plain dump tells psql', () => {
  it.each([
    '\\restrict abc',
    '\\unrestrict abc',
    '\\connect shop',
    // Before a \connect to a database whose name is not of letters and digits alone.
    '\\encoding SQL_ASCII',
    `\\connect -reuse-previous=on "dbname='my-shop'"`,
  ])('is left out: %s', (command) => expect(filter(command)).toBe(''));

  it.each([
    '\\! id',
    '\\encoding LATIN1',
    '\\encodingSQL_ASCII',
    '\\i file',
    '\\connectx',
    '\\copy t FROM x',
  ])('is refused: %s', (command) => expect(() => filter(command)).toThrow(/no dump of PostgreSQL does/));
});

describe('what --clean drops before it makes it', () => {
  const run = (statement: string, title?: string): string => {
    const piece = { kind: 'sql', bytes: Buffer.from(statement), first: true, last: true } as const;
    return plainBytes({ piece, entry: { kind: 'definition', title } }, OPTIONS).toString();
  };

  it.each([
    'DROP DATABASE shop;',
    'DROP DATABASE IF EXISTS shop;',
    'DROP TABLE public.orders;',
    'DROP EXTENSION hstore;',
    'ALTER TABLE ONLY public.items DROP CONSTRAINT items_order_fkey;',
    'ALTER TABLE IF EXISTS public.orders ALTER COLUMN id DROP DEFAULT;',
    'ALTER TABLE ONLY public.log DETACH PARTITION public.log_2025;',
    'ALTER DATABASE shop IS_TEMPLATE = false;',
    "SELECT pg_catalog.lo_unlink('16686');",
  ])('is left out: %s', (statement) => expect(run(statement)).toBe(''));

  it.each([
    ['SET statement_timeout = 0;', undefined],
    ["SELECT pg_catalog.set_config('search_path', '', false);", undefined],
    // The user's own words, in an entry.
    ['CREATE FUNCTION app.f() RETURNS void LANGUAGE sql AS $$ DROP TABLE x $$;', 'f(); Type: FUNCTION'],
    ['ALTER TABLE ONLY public.orders ADD CONSTRAINT "drop" CHECK (true);', 'orders drop; Type: CONSTRAINT'],
  ])('is not: %s', (statement, title) => expect(run(statement, title)).toBe(statement));
});
