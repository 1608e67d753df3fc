import { describe, expect, it } from '@jest/globals';
import { checkDumpArgs } from '../../src/inputs/dump-args.js';

const check =
  (arg: string, format: 'custom' | 'plain' = 'custom', content: 'all' | 'data' = 'all') =>
  () =>
    checkDumpArgs([arg], format, content);

describe('checkDumpArgs', () => {
  it.each([
    '--no-comments',
    '--no-security-labels',
    '--no-subscriptions',
    '--no-toast-compression',
    '--no-privileges',
    '-x',
    '--inserts',
    '--column-inserts',
    '--rows-per-insert=100',
    '--load-via-partition-root',
    '--disable-dollar-quoting',
  ])('lets %s pass', (arg) => {
    expect(check(arg)).not.toThrow();
  });

  it.each([
    ['-n', 'schemas'],
    ['-nsales', 'schemas'],
    ['--schema=sales', 'schemas'],
    ['-Nsales', 'exclude-schemas'],
    ['--exclude-schema=x', 'exclude-schemas'],
    ['-tx', 'tables'],
    ['--table=x', 'tables'],
    ['--table-and-children=x', 'tables'],
    ['-T', 'exclude-tables'],
    ['--exclude-table=x', 'exclude-tables'],
    ['--exclude-table-data=x', 'exclude-table-data'],
    ['-a', 'content'],
    ['-s', 'content'],
    ['--data-only', 'content'],
    ['--section=data', 'content'],
    ['-Fp', 'format'],
    ['--format=plain', 'format'],
    ['-Z0', 'compression'],
    ['--compress=zstd', 'compression'],
    ['-j4', 'jobs'],
    ['--lock-wait-timeout=1', 'lock-timeout'],
    ['-f/tmp/x', 'storage'],
    ['--file=/tmp/x', 'storage'],
    ['-dpostgres', 'database-url'],
    ['-hexample.com', 'database-url'],
    ['-p5433', 'database-url'],
    ['-Uadmin', 'database-url'],
    ['-W', 'database-url'],
    ['--role=owner', 'database-url'],
  ])('refuses %s for the input %s', (arg, input) => {
    expect(check(arg)).toThrow(new RegExp(`^Input "dump-args": .*"${input}"`));
  });

  it.each([
    '--snapshot=1',
    '--serializable-deferrable',
    '--enable-row-security',
    '--extra-float-digits=0',
    '-c',
    '--clean',
    '--encoding=LATIN1',
    '-C',
    '-v',
    '-b',
    '-B',
    '--no-blobs',
    '--extension=x',
    '--filter=f',
    '--include-foreign-data=s',
    '--no-publications',
    '--no-unlogged-table-data',
    '--statistics',
    '--version',
    '-?',
  ])('refuses %s', (arg) => {
    expect(check(arg)).toThrow('is refused');
  });

  // getopt_long takes every unambiguous start of an option for the option.
  it.each([
    '--snap=1',
    '--fil=x',
    '--schem=x',
    '--dat',
    '--no-comm',
    '--ins',
    '--form=p',
    '--exclude-table-d=x',
  ])('refuses the abbreviation %s', (arg) => {
    expect(check(arg)).toThrow('each written in full');
  });

  it.each(['-xFp', '-xa', '-x=1', '-Oa', '--no-comments=1', '--inserts --file=x', '--no-comments '])(
    'refuses %j, where more hides behind an allowed option',
    (arg) => {
      expect(check(arg, 'plain')).toThrow('Input "dump-args"');
    },
  );

  it.each(['postgres', '--', '-', 'host=x dbname=y', ''])('refuses %j, which is no option', (arg) => {
    expect(check(arg)).toThrow('is not an option');
  });

  it.each([
    '--rows-per-insert',
    '--rows-per-insert=',
    '--rows-per-insert=0',
    '--rows-per-insert=5 -a',
    '--rows-per-insert 5',
  ])('refuses %j without a proper value', (arg) => {
    expect(check(arg)).toThrow('needs its value');
  });

  it('keeps to the plain format what an archive would ignore', () => {
    expect(check('--no-owner')).toThrow('plain format only');
    expect(check('-O', 'plain')).not.toThrow();
    expect(check('--disable-triggers', 'plain')).toThrow('content: data');
    expect(check('--disable-triggers', 'plain', 'data')).not.toThrow();
  });

  it('shows no value that might be secret', () => {
    expect(check('--dbname=postgres://u:hunter2@h/d')).not.toThrow(/hunter2/);
    expect(check('-dpostgres://u:hunter2@h/d')).not.toThrow(/hunter2/);
  });
});
