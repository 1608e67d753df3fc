import { describe, expect, it } from '@jest/globals';
import { nearest, unknownName } from '../../src/inputs/unknown.js';

const KNOWN = ['database-url', 'databases', 'storage', 'label', 'lock-timeout', 'jobs'];

describe('nearest', () => {
  it.each([
    ['lable', 'label'],
    ['database_url', 'database-url'],
    ['DATABASE-URL', 'database-url'],
    ['database', 'databases'],
    ['locktimeout', 'lock-timeout'],
    ['job', 'jobs'],
    ['retention', undefined],
    ['', undefined],
  ])('%j is nearest to %j', (word, expected) => {
    expect(nearest(word, KNOWN)).toBe(expected);
  });
});

describe('unknownName', () => {
  it('suggests the nearest name and lists all', () => {
    expect(unknownName('input', 'lable', KNOWN).message).toBe(
      'Unknown input "lable". Did you mean "label"? Known: database-url, databases, storage, label, lock-timeout, jobs.',
    );
  });

  it('suggests nothing where nothing is near', () => {
    expect(unknownName('input', 'retention', KNOWN).message).toMatch(/^Unknown input "retention"\. Known: /);
  });
});
