import { UserError } from '../base/errors.js';

/** A file that is nothing pgkeep could take, whatever is done to it here. */
export class NoDumpError extends UserError {}

type Test = (head: Buffer, text: string) => boolean;

const starts =
  (...bytes: number[]): Test =>
  (head) =>
    head.subarray(0, bytes.length).equals(Buffer.from(bytes));

const says =
  (pattern: RegExp): Test =>
  (_, text) =>
    pattern.test(text);

/** What people take for a dump, or keep dumps in, and what to do then. */
const KNOWN: readonly [Test, string][] = [
  [
    says(/^\s*(<!doctype|<html|<\?xml|<error)/i),
    'is a page or a message in HTML or XML, most likely the error that a server answered with in place of the file. Fetch the dump again',
  ],
  [
    says(/^\s*(pg_dump|pg_dumpall|psql|pg_restore): /),
    'holds an error message of a program and no dump: the backup failed when it was made',
  ],
  [says(/^-- (MySQL|MariaDB) dump/m), 'is a dump of MySQL or MariaDB, which PostgreSQL cannot restore'],
  [says(/^SQLite format 3\0/), 'is a database of SQLite'],
  [
    says(/^-----BEGIN AGE ENCRYPTED FILE-----/),
    'is an age file in text form. Make it binary with `age -d`, and import what comes out with --recipients',
  ],
  [
    says(/^U2FsdGVkX1/),
    'is the output of `openssl enc` in base64. Decode it with `openssl base64 -d -A`, and import the result',
  ],
  [
    says(/^-----BEGIN PGP MESSAGE-----/),
    'is encrypted with OpenPGP. Decrypt it with `gpg -d`, and import the result with --recipients',
  ],
  [
    starts(0x85),
    'looks like a file of OpenPGP. Decrypt it with `gpg -d`, and import the result with --recipients',
  ],
  [
    starts(0x8c),
    'looks like a file of OpenPGP. Decrypt it with `gpg -d`, and import the result with --recipients',
  ],
  [
    starts(0xfd, 0x37, 0x7a, 0x58, 0x5a),
    'is compressed with xz. Unpack it with `xz -d`, and import the result',
  ],
  [says(/^BZh[1-9]/), 'is compressed with bzip2. Unpack it with `bzip2 -d`, and import the result'],
  [starts(0x50, 0x4b, 0x03, 0x04), 'is a zip archive. Unpack it, and import the dump in it'],
  [
    says(/^(\xff\xfe|\xfe\xff)/),
    'is text in UTF-16, as `>` of PowerShell writes it. Convert it with `iconv -f UTF-16 -t UTF-8`, and make dumps with `pg_dump --file`',
  ],
  [
    starts(0xef, 0xbb, 0xbf),
    "begins with a byte order mark, which pg_dump does not write. Remove it with `sed -i '1s/^\\xEF\\xBB\\xBF//'`",
  ],
];

/** The refusal of a file that is no dump, by what its first bytes say. */
export function notADump(file: string, head: Buffer): NoDumpError {
  const text = head.subarray(0, 512).toString('latin1');
  const known = KNOWN.find(([test]) => test(head, text));
  return new NoDumpError(
    known === undefined
      ? `${file} is no dump that pgkeep knows: neither pg_dump's (plain, custom, tar, directory), nor one that gzip, zstd, lz4, age or \`openssl enc\` was used on.`
      : `${file} ${known[1]}.`,
  );
}

/** What holds nothing, or nothing once it is unpacked. */
export function nothingIn(file: string, unpacked: boolean): UserError {
  return new UserError(
    unpacked
      ? `${file} holds nothing: what compresses or encrypts it was given an empty dump, as happens when pg_dump fails in a pipe. It is no backup.`
      : `${file} is empty: it is no backup.`,
  );
}
