import type { PassedOver } from '../restore/types.js';
import type { Finding } from './types.js';

/** Newer backups that are damaged: whoever asks for the latest believes to have what was made last, and nobody has it. */
export function newerFindings(passedOver: readonly PassedOver[] = []): Finding[] {
  return passedOver
    .filter(({ state }) => state === 'damaged')
    .map(({ id, why }) => ({ kind: 'newer backup', name: id, verdict: 'different', why }));
}

/** What is newer and no backup is no reason to fail: one may be under way. */
export function newerWarnings(passedOver: readonly PassedOver[] = []): string[] {
  return passedOver.filter(({ state }) => state === 'unfinished').map(({ why }) => why);
}
