/** What a file is, layer by layer: what encrypts it, what compresses it, what it is inside. */
export type Kind = 'age' | 'openssl' | 'gzip' | 'zstd' | 'lz4' | 'custom' | 'tar' | 'plain' | 'server';

/** So much of a file tells what it is. */
export const TELLING = 4096;

const MAGICS: readonly [Kind, Buffer][] = [
  ['age', Buffer.from('age-encryption.org/v1\n')],
  // `openssl enc` with a salt, which it has added by itself since OpenSSL 0.9.
  ['openssl', Buffer.from('Salted__')],
  ['gzip', Buffer.from([0x1f, 0x8b, 0x08])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['lz4', Buffer.from([0x04, 0x22, 0x4d, 0x18])],
  ['custom', Buffer.from('PGDMP')],
];

/** Where a tar archive says that it is one; pg_dump's own says so too. */
const USTAR = { at: 257, text: 'ustar' };

/** pg_dump begins with this comment, whatever it was told. */
const PLAIN = /^(?:--\r?\n)?-- PostgreSQL database dump\r?$/m;
/** And pg_dumpall with this one. */
const SERVER = /^(?:--\r?\n)?-- PostgreSQL database cluster dump\r?$/m;

/** What a file that begins like this is; undefined where it is none of them. */
export function kindOf(head: Buffer): Kind | undefined {
  const known = MAGICS.find(([, magic]) => head.subarray(0, magic.length).equals(magic));
  if (known !== undefined) return known[0];
  if (head.subarray(USTAR.at, USTAR.at + USTAR.text.length).toString('latin1') === USTAR.text) return 'tar';
  const text = head.subarray(0, 200).toString('latin1');
  // PostgreSQL would take a byte order mark for a part of the first statement.
  if (text.startsWith('\xef\xbb\xbf')) return undefined;
  if (SERVER.test(text)) return 'server';
  return PLAIN.test(text) ? 'plain' : undefined;
}
