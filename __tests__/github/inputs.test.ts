import { describe, expect, it } from '@jest/globals';
import { silentReporter } from '../../src/base/reporter.js';
import { readActionInputs } from '../../src/github/inputs.js';

function read(env: NodeJS.ProcessEnv) {
  const masked: string[] = [];
  const reporter = { ...silentReporter, mask: (secret: string) => masked.push(secret) };
  const inputs = (): unknown => readActionInputs('backup', reporter, env);
  return { inputs, masked };
}

describe('readActionInputs', () => {
  it('reads what the runner sets', () => {
    const { inputs } = read({
      INPUT_STORAGE: 's3://b/p\nfile:///x\n',
      'INPUT_LOCK-TIMEOUT': '5m',
      INPUT_LABEL: '',
      PATH: '/bin',
    });
    expect(inputs()).toMatchObject({
      storage: ['s3://b/p', 'file:///x'],
      lockTimeout: 300_000,
      label: undefined,
    });
  });

  it.each([
    ['INPUT_LABLE', 'Unknown input "lable". Did you mean "label"?'],
    ['INPUT_DATABASE_URL', 'Unknown input "database_url". Did you mean "database-url"?'],
    ['INPUT_FULL-MOON', 'Unknown input "full-moon".'],
  ])('refuses %s', (variable, message) => {
    expect(read({ INPUT_STORAGE: 'file:///x', [variable]: 'x' }).inputs).toThrow(message);
    expect(read({ INPUT_STORAGE: 'file:///x', [variable]: ' ' }).inputs).not.toThrow();
  });

  it('masks secrets first, whatever else is wrong, and takes them out of the environment', () => {
    const env = { 'INPUT_DATABASE-URL': 'postgres://u:pw@h/d', INPUT_PASSPHRASE: 'secret', INPUT_LABLE: 'x' };
    const { inputs, masked } = read(env);
    expect(inputs).toThrow('Unknown input');
    expect(masked).toEqual(['postgres://u:pw@h/d', 'secret']);
    expect(Object.keys(env)).toEqual(['INPUT_LABLE']);
  });

  it('does so with the keys of a verification', () => {
    const key = '# public key: age1x\nAGE-SECRET-KEY-1A\n';
    const env = {
      INPUT_STORAGE: 'file:///x',
      INPUT_IDENTITY: key,
      'INPUT_SCRATCH-URL': 'postgres://u:pw@h/d',
    };
    const masked: string[] = [];
    const reporter = { ...silentReporter, mask: (secret: string) => masked.push(secret) };
    expect(readActionInputs('verify', reporter, env)).toMatchObject({
      identity: key.trim(),
      scratchUrl: 'postgres://u:pw@h/d',
    });
    expect(masked.sort()).toEqual([key, 'postgres://u:pw@h/d']);
    expect(Object.keys(env)).toEqual(['INPUT_STORAGE']);
  });
});
