import { describe, expect, it } from '@jest/globals';
import { publicReason } from '../../src/backup/log.js';
import { refusal } from '../../src/restore/refusal.js';

describe('a restore that is refused', () => {
  const nobody = { target: { host: undefined, user: undefined }, secrets: [] };
  const more = '; the log of that run says more.';

  it.each([
    [
      '"shop" is not empty: it holds schema my plans, index secret_pkey. To go on, set confirm: shop.',
      '"..." is not empty',
    ],
    [
      'Database "shop" is not empty (it holds schema my plans), and mode is fresh.',
      'Database "..." is not empty',
    ],
    ['Database "a\\"b: (secret)" is not empty: it holds table secret.', 'Database "..." is not empty'],
    [
      'Privileges cannot be restored: these roles, which have privileges, are not there: secret; plans. Create them.',
      'Privileges cannot be restored',
    ],
    ['A plain backup is restored as a whole.', 'A plain backup is restored as a whole'],
  ])('%j tells the log no name', (reason, expected) => {
    const error = refusal(reason);
    expect(error.message).toBe(reason);
    expect(publicReason(error, nobody)).toBe(expected + more);
  });
});
