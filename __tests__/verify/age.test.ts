import { expect, it } from '@jest/globals';
import { ageOf } from '../../src/verify/age.js';

const HOUR = 3_600_000;
const NOW = new Date('2026-11-20T12:00:00Z');

it.each([
  ['young enough', '2026-11-20T02:00:00Z', '2026-11-20T02:05:00Z', 'equal'],
  ['as old as it may be', '2026-11-20T00:00:00Z', '2026-11-20T00:05:00Z', 'equal'],
  ['too old', '2026-11-19T23:59:59Z', '2026-11-20T00:05:00Z', 'different'],
  ['made by a server whose clock is ahead', '2027-01-01T00:00:00Z', '2026-11-20T02:05:00Z', 'equal'],
  ['made long ago by such a server', '2027-01-01T00:00:00Z', '2026-11-10T02:05:00Z', 'different'],
])('a backup %s', (_title, snapshotAt, finishedAt, verdict) => {
  expect(ageOf({ snapshotAt, finishedAt }, 12 * HOUR, NOW).verdict).toBe(verdict);
});
