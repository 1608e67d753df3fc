import type { Blindness, Fact } from '../types.js';
import type { Seen } from './facts.js';
import type { Policy } from './policy.js';

/** Green means that what `fail-on` asks for was looked at. What nobody asks for is among what was not measured, no more. */
export function ofBlindness({ blind, hiding }: Seen, { failOn, maxLockMs }: Policy): Fact[] {
  const asked: Record<Blindness, boolean> = {
    statements: failOn.includes('error'),
    locks: failOn.includes('lock') || maxLockMs !== undefined,
    rows: failOn.includes('data-loss'),
  };
  return blind
    .filter((what) => asked[what])
    .map((what) => ({
      kind: 'not-measured',
      fails: true,
      ...(what === 'statements' && hiding.length > 0 ? hidden(hiding) : BLIND[what]),
    }));
}

function hidden(settings: readonly string[]): Pick<Fact, 'message' | 'advice'> {
  return {
    message: `Statements may have failed unseen: the command changed ${settings.map((name) => `\`${name}\``).join(', ')}, which hides them from the server's log.`,
    advice:
      'Leave these settings alone in the command: in `SET`, `ALTER ROLE`, `ALTER DATABASE` and `PGOPTIONS`.',
  };
}

const BLIND: Record<Blindness, Pick<Fact, 'message' | 'advice'>> = {
  statements: {
    message: 'Statements could not be observed to the end, so some may have failed unseen.',
    advice: 'Let the command leave the server, its other sessions and its other databases alone.',
  },
  locks: {
    message: 'Locks could not be watched to the end, so some may have been held for longer than is accepted.',
    advice: 'Let the command leave the server, its other sessions and its other databases alone.',
  },
  rows: {
    message: 'Tables could not be counted after the command, so rows of them may be lost.',
    advice: 'What was not measured names them.',
  },
};
