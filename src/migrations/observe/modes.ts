import { LOCK_MODES, type HeldLock, type LockMode } from '../types.js';

/** From `AccessExclusiveLock`, as `pg_locks` has it; undefined for what is no mode of a table. */
export function modeOf(name: string): LockMode | undefined {
  const words = name
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
  return LOCK_MODES.find((mode) => mode === words);
}

/** What has to wait while a mode is held (PostgreSQL documentation, table 13.2), of what applications do. */
export function blockedBy(mode: LockMode): HeldLock['blocks'] {
  if (mode === 'ACCESS EXCLUSIVE') return 'reads and writes';
  // SHARE and stronger conflict with ROW EXCLUSIVE, which INSERT, UPDATE and DELETE take.
  return isStronger(mode, 'SHARE UPDATE EXCLUSIVE') ? 'writes' : 'schema changes';
}

export function isStronger(mode: LockMode, than: LockMode): boolean {
  return LOCK_MODES.indexOf(mode) > LOCK_MODES.indexOf(than);
}
