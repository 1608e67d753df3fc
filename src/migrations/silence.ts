import { isIdle } from './judge/index.js';
import type { Rehearsed } from './rehearse.js';

const SILENCE =
  'The command ended well and sent nothing to the restored database, so nothing was tried. Tools ask it at least what they have run before: let them read its address from `DATABASE_URL` or `PG*`.';

/** What to say of a command that never spoke to the database: it may have worked on another one. */
export function silenceOf({
  command,
  observed,
  blind,
}: Pick<Rehearsed, 'command' | 'observed' | 'blind'>): string[] {
  return isIdle({ ...observed, command, blind }) ? [SILENCE] : [];
}
