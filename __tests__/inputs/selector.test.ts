import { describe, expect, it } from '@jest/globals';
import { parseSelector, type BackupSelector } from '../../src/inputs/selector.js';

const DAY = 86_400_000;

describe('parseSelector', () => {
  it.each<[string, BackupSelector]>([
    ['latest', { kind: 'latest' }],
    ['latest-verified', { kind: 'latest-verified' }],
    ['20261120T020000Z-k3fd', { kind: 'id', id: '20261120T020000Z-k3fd' }],
    ['random:7d', { kind: 'random', withinMs: 7 * DAY }],
    ['random:36h', { kind: 'random', withinMs: 1.5 * DAY }],
    ['random:2w', { kind: 'random', withinMs: 14 * DAY }],
  ])('%s', (text, selector) => {
    expect(parseSelector(text)).toEqual(selector);
  });

  it.each([
    ['2026-11-20T09:00:00Z', '2026-11-20T09:00:00.000Z'],
    ['2026-11-20T09:00Z', '2026-11-20T09:00:00.000Z'],
    ['2026-11-20T09:00:00.250Z', '2026-11-20T09:00:00.250Z'],
    ['2026-11-20T09:00:00+02:00', '2026-11-20T07:00:00.000Z'],
    ['2026-11-20T09:00:00-0530', '2026-11-20T14:30:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
  ])('before:%s is %s', (text, iso) => {
    expect(parseSelector(`before:${text}`)).toEqual({ kind: 'before', time: new Date(iso), text });
  });

  it.each([
    ...['', ' latest', 'LATEST', 'newest', 'latest:1', 'latest-'],
    ...['20261120T020000Z', '20261120T020000Z-k3f1', '20261120T020000Z-K3FD', '../20261120T020000Z-k3fd'],
    ...['before:', 'before:yesterday', 'before:2026-13-01', 'before:2026-11-20T25:00:00Z'],
    // Another moment on another machine.
    'before:2026-11-20T09:00:00',
    ...['random:', 'random:7', 'random:0d', 'random:-1d', 'random:1.5d', 'random:7d ', 'after:2026-11-20'],
  ])('%j is none', (text) => {
    expect(parseSelector(text)).toBeUndefined();
  });
});
