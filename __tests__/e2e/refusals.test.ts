import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '../servers/postgres.mjs';
import { annotations, clientsAreHere, files, newFolder, toolCache, visible } from '../support/e2e.js';
import { runStep } from '../support/runner.js';

const here = clientsAreHere('bad input and broken connections');

(here ? describe : describe.skip)('a run that cannot work', () => {
  let server: PostgresServer;
  const store = newFolder();
  const file = join(store, 'not-a-folder');

  beforeAll(async () => {
    server = await startPostgres({ major: 15 });
    writeFileSync(file, '');
  });

  afterAll(async () => {
    await server.stop();
    rmSync(store, { recursive: true, force: true });
  });

  // One of them leaves a backup, as it should.
  afterEach(() => rmSync(join(store, 'backups'), { recursive: true, force: true }));

  const base = (): Record<string, string> => ({
    'database-url': server.url(),
    storage: `file://${store}/backups`,
  });
  const at = (text: string): string => server.url().replace(/:\/\/.*@/, `://${text}@`);

  const cases: [string, () => Record<string, string>, RegExp][] = [
    ['wrong password', () => ({ 'database-url': server.url('postgres', 'postgres', 'wrong') }), /password/i],
    ['no password', () => ({ 'database-url': at('postgres') }), /password/i],
    ['database missing', () => ({ 'database-url': server.url('nowhere') }), /nowhere/],
    ['nobody listens', () => ({ 'database-url': 'postgresql://u:pw12345@127.0.0.1:1/db' }), /refused/i],
    [
      'host unknown',
      () => ({ 'database-url': 'postgresql://u:pw12345@no-such-host.invalid/db' }),
      /no-such-host\.invalid/,
    ],
    ['raw @ in the password', () => ({ 'database-url': at('postgres:pa@ss') }), /%40/],
    ['bad percent in the password', () => ({ 'database-url': at('postgres:100%zz') }), /%25/],
    ['bad recipient', () => ({ recipients: 'age1qqqq' }), /1 of input "recipients" is damaged/],
    ['secret key as recipient', () => ({ recipients: 'AGE-SECRET-KEY-1QQQQ' }), /secret key/],
    ['unknown compression', () => ({ compression: 'brotli' }), /compression.*zstd/s],
    ['unknown input', () => ({ compresion: 'zstd' }), /compresion.*compression/s],
    ['unknown storage', () => ({ storage: 'ftp://x/y' }), /ftp/],
    ['storage below a file', () => ({ storage: `file://${file}/backups` }), /not-a-folder/],
    [
      'credentials in the storage URL',
      () => ({ storage: 's3://KEY:SECRET@bucket/x' }),
      /without user, password or port/,
    ],
    ['no storage', () => ({ storage: '' }), /storage/],
    ['database that is not there among several', () => ({ databases: 'postgres\nnowhere' }), /nowhere/],
  ];

  it.each(cases)('%s', async (_title, inputs, message) => {
    const step = await runStep('backup', { toolCache: toolCache ?? '', inputs: { ...base(), ...inputs() } });
    expect(step.code).toBe(1);
    expect(step.outputs['outcome']).toBe('failure');
    const errors = annotations(step.log);
    expect(errors).toHaveLength(1);
    expect(decodeURIComponent(errors[0]?.replaceAll(/%(?![0-9A-F]{2})/g, '%25') ?? '')).toMatch(message);
    expect(visible(step.log)).not.toMatch(/pw12345|AGE-SECRET-KEY-1QQQQ|\bSECRET\b|^\s+at .*\.js/m);
    const manifests = files(store).filter((name) => name.endsWith('manifest.json'));
    // Of several databases those that work are backed up.
    expect(manifests).toHaveLength(_title.startsWith('database that is not there among') ? 1 : 0);
    expect(step.summary).toMatch(/fail/i);
    expect(step.summary).not.toMatch(/pw12345|AGE-SECRET-KEY-1QQQQ|KEY:SECRET/);
  });
});
