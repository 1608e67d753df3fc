import type { PassedOver } from '../restore/types.js';
import type { Finding } from './types.js';

/** Newer backups that cannot be read: whoever asks for the latest believes to have what was made last, and does not. */
export function newerFindings(passedOver: readonly PassedOver[] = []): Finding[] {
  return passedOver
    .filter(({ state }) => state === 'unreadable')
    .map(({ id, why }) => ({ kind: 'newer backup', name: id, verdict: 'different', why }));
}

/** What is newer and no backup is no reason to fail: one may be under way. */
export function newerWarnings(passedOver: readonly PassedOver[] = []): string[] {
  return passedOver.filter(({ state }) => state === 'unfinished').map(({ why }) => why);
}
