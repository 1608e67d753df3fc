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
