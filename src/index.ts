// Everything in one bundle; what each entry does not need is loaded only when it is used.

import type { Action } from './inputs/spec.js';

/** The actions by name: `dist/<name>.js` runs one of them. */
export const actions: Record<Action, () => Promise<never>> = {
  backup: async () => (await import('./actions/backup.js')).backupAction(),
  restore: async () => (await import('./actions/restore.js')).restoreAction(),
  prune: async () => (await import('./actions/prune.js')).pruneAction(),
  status: async () => (await import('./actions/status.js')).statusAction(),
  'check-migrations': async () => (await import('./actions/check-migrations.js')).checkMigrationsAction(),
  fleet: async () => (await import('./actions/fleet.js')).fleetAction(),
  verify: async () => (await import('./actions/verify.js')).verifyAction(),
};

export { runCli } from './cli/main.js';

// For the demo and the bench, which run what users run.
export { findAnyPrograms, findPrograms, folderCache, installTools } from './postgres/programs/index.js';
export { cacheFolder } from './cli/commands/machine.js';
export { silentReporter } from './base/reporter.js';
