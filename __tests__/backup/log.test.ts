import { describe, expect, it } from '@jest/globals';
import { publicReason } from '../../src/backup/log.js';

describe('the reason in the log of runs', () => {
  const target = { host: 'db.example.com', user: 'app_owner' };
  const connection = { target, secrets: ['S3cret-word'] };

  it.each([
    [
      'No SELECT right on table "secret_plans": grant it.\nDETAIL: more',
      'No SELECT right on table "...": grant it.',
    ],
    ['Nobody listens at db.example.com:5432 for app_owner.', 'Nobody listens at ...:5432 for ....'],
    ['GRANT `SELECT ON t` to "x"', 'GRANT "..." to "..."'],
    [String.raw`No table "a\"secret\"b" of "c".`, 'No table "..." of "...".'],
    ['Disk full.', 'Disk full.'],
    ['It may not read public.orders of other.example.net: S3cret-word.', 'It may not read ... of ...: ***.'],
    ['pg_dump 16.2 cannot dump PostgreSQL 17.1.', 'pg_dump 16.2 cannot dump PostgreSQL 17.1.'],
  ])('%j holds no name of a table, server or user', (message, expected) => {
    expect(publicReason(message, connection)).toBe(expected);
  });

  it('does without a host', () => {
    expect(publicReason('Cancelled.', { target: { host: undefined, user: undefined }, secrets: [] })).toBe(
      'Cancelled.',
    );
  });
});
