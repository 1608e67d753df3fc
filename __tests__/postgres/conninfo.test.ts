import { describe, expect, it } from '@jest/globals';
import { UserError } from '../../src/base/errors.js';
import { formatKeywords, parseKeywords } from '../../src/postgres/connection/options.js';
import { isUri, parseUri } from '../../src/postgres/connection/uri.js';

const uri = (text: string): Record<string, string> => Object.fromEntries(parseUri(text).options);
const keywords = (text: string): Record<string, string> => Object.fromEntries(parseKeywords(text));

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error('was not refused');
}

describe('parseUri', () => {
  // Each pair was compared with what libpq's PQconninfoParse returns.
  it.each<[string, Record<string, string>]>([
    ['postgres://', {}],
    ['postgresql:///db', { dbname: 'db' }],
    ['postgres://host', { host: 'host' }],
    ['postgres://host:5433', { host: 'host', port: '5433' }],
    ['postgres://host:/db', { host: 'host', dbname: 'db' }],
    ['postgres://host/db?', { host: 'host', dbname: 'db' }],
    ['postgres://user@host/db', { user: 'user', host: 'host', dbname: 'db' }],
    ['postgres://user:pw@host:1/db', { user: 'user', password: 'pw', host: 'host', port: '1', dbname: 'db' }],
    ['postgres://user:@host', { user: 'user', host: 'host' }],
    ['postgres://:pw@host', { password: 'pw', host: 'host' }],
    [
      'postgres://us%65r:p%40s%2Fs%25%3a@h/d%20b',
      { user: 'user', password: 'p@s/s%:', host: 'h', dbname: 'd b' },
    ],
    ['postgres://user:p:w@host', { user: 'user', password: 'p:w', host: 'host' }],
    // libpq ends user and password at the first `@` before a `/`; these need no encoding.
    ['postgres://u:a#b&c?d=e+f@host/db', { user: 'u', password: 'a#b&c?d=e+f', host: 'host', dbname: 'db' }],
    ['postgres://[::1]:5433/db', { host: '::1', port: '5433', dbname: 'db' }],
    ['postgres://[2001:db8::1%25eth0]', { host: '2001:db8::1%eth0' }],
    ['postgres://u@a:1,b:2,[::1]/db', { user: 'u', host: 'a,b,::1', port: '1,2,', dbname: 'db' }],
    ['postgres://a,b/db', { host: 'a,b', port: ',', dbname: 'db' }],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/db', { host: '/var/run/postgresql', dbname: 'db' }],
    ['postgres:///db?host=/var/run&port=6', { dbname: 'db', host: '/var/run', port: '6' }],
    ['postgres://first/db?host=second', { dbname: 'db', host: 'second' }],
    ['postgres://h/a/b', { host: 'h', dbname: 'a/b' }],
    ['postgres://h/db?ssl=true', { host: 'h', dbname: 'db', sslmode: 'require' }],
    ['postgres://h/d%40b', { host: 'h', dbname: 'd@b' }],
    ['postgres://h?requiressl=0', { host: 'h', sslmode: 'prefer' }],
    [
      'postgres://h/db?sslmode=verify-full&sslrootcert=%2Fa%20b&',
      { host: 'h', dbname: 'db', sslmode: 'verify-full', sslrootcert: '/a b' },
    ],
    ['postgres://h?options=-c%20work_mem%3D1MB', { host: 'h', options: '-c work_mem=1MB' }],
    ['postgres://h/db?password=p%26w', { host: 'h', dbname: 'db', password: 'p&w' }],
    ['postgres://ünï@h/dé', { user: 'ünï', host: 'h', dbname: 'dé' }],
  ])('reads %s', (text, expected) => {
    expect(isUri(text)).toBe(true);
    expect(uri(text)).toEqual(expected);
  });

  it.each<[string, RegExp]>([
    ['postgres://u:S3cret%@host/db', /password holds a raw `%`[^]*%25/],
    ['postgres://u:S3cret%zz@host/db', /password holds a raw `%`/],
    ['postgres://u:S3cret%ff@host/db', /bytes of the password are not UTF-8/],
    ['postgres://S3cret%00@host/db', /user name holds %00/],
    ['postgres://u:p@S3cret@host/db', /raw `@`[^]*%40/],
    ['postgres://u:p@S3cret:x@host/db', /raw `@`/],
    ['postgres://u:S3cret/x@host/db', /raw `\/`[^]*%2F/],
    ['postgres://u:S3cret/x', /port behind the host is not a number/],
    ['postgres://h:S3cret', /port behind the host is not a number/],
    ['postgres://u:?S3cret/y@host', /parameter behind `\?`/],
    ['postgres://h/d?port=b=S3cret', /parameter behind `\?`/],
    ['postgres://h/d?port=1&&b=S3cret', /parameter behind `\?`/],
    ['postgres://h/d?S3cret%20x=1', /no connection option of one name/],
    ['postgres://u:12/b?S3cret=x@host/d', /no connection option of one name/],
    ['postgres://h/d?ssl=S3cret', /no connection option `ssl`/],
    ['postgres://u:12/S3cret@host/db', /raw `\/` in the password: write it as %2F[^]*%40/],
    ['postgres://u:p@12/S3cret@host/db', /raw `\/` in the password/],
    ['postgres://[::S3cret', /has no `\]`/],
    ['postgres://[]/S3cret', /is empty/],
    ['postgres://[::1]S3cret', /must be followed/],
  ])('refuses %s without showing any of it', (text, expected) => {
    const message = refusal(() => parseUri(text));
    expect(message).toMatch(expected);
    expect(message).not.toContain('S3cret');
  });

  it('keeps the password as written, and what looks like one', () => {
    expect(parseUri('postgres://u:p%40w@h/d').writtenPassword).toBe('p%40w');
    expect(parseUri('postgres://u:12/pw?user=a@h').strayed).toBe('u:12/pw?user=a');
    expect(parseUri('postgres://u:12@h/d').strayed).toBeUndefined();
  });

  it('takes only the schemes that libpq takes', () => {
    expect(isUri('POSTGRES://h')).toBe(false);
    expect(isUri('postgres:/h')).toBe(false);
    expect(isUri('jdbc:postgresql://h')).toBe(false);
  });
});

describe('parseKeywords', () => {
  it.each<[string, Record<string, string>]>([
    ['host=h', { host: 'h' }],
    [' host = h\n\tport\v=\f5 ', { host: 'h', port: '5' }],
    ["user='a b' dbname=''", { user: 'a b', dbname: '' }],
    ["password='it\\'s \\\\ \\x'", { password: "it's \\ x" }],
    ['password=a\\ b\\\\c', { password: 'a b\\c' }],
    ["user=a'b", { user: "a'b" }],
    ["user='a'dbname=b", { user: 'a', dbname: 'b' }],
    ['user= dbname=b', { user: 'dbname=b' }],
    ['host=a host=b', { host: 'b' }],
    ['requiressl=1', { sslmode: 'require' }],
    ['host=h user=a\\', { host: 'h', user: 'a' }],
    ['host=', { host: '' }],
  ])('reads %j', (text, expected) => {
    expect(keywords(text)).toEqual(expected);
  });

  it.each<[string, RegExp]>([
    ['host=h password=two S3cret user=u', /single quotes/],
    ["host=h password='S3cret", /not closed/],
    ['host=h S3cret', /no `=`/],
    ['host=h S3cret!=x', /word 2 sets what is no connection option/],
    ['=S3cret', /word 1 sets/],
    ['host=h host=i password=two S3cret=x', /word 4 sets[^]*single quotes/],
    ['host=h Password=S3cret', /word 2 sets/],
  ])('refuses %j without showing any of it', (text, expected) => {
    const message = refusal(() => parseKeywords(text));
    expect(message).toMatch(expected);
    expect(message).not.toContain('S3cret');
  });

  it('reads back what it writes', () => {
    const options = new Map([
      ['host', '/var/run'],
      ['dbname', 'it\'s a \\ "db" \n=é'],
      ['user', ''],
    ]);
    expect(parseKeywords(formatKeywords(options))).toEqual(options);
  });
});
