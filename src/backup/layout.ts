/** The file that makes a backup exist; written last. */
export const MANIFEST = 'manifest.json';
export const RECOVERY = 'RECOVERY.md';
/** The newest verification; no part of the backup. */
export const VERIFIED = 'verified.json';

/** The folder in a family that holds the log of runs; its name can be no backup's id. */
export const LOG = '_log';

/** The key of one file of a backup. */
export function backupKey(name: string, id: string, file: string): string {
  return `${name}/${id}/${file}`;
}

/** The key of the log entry of one run. `time` is basic ISO, so that keys sort by time. */
export function logKey(name: string, time: Date, run: string): string {
  const stamp = time.toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `${name}/${LOG}/${stamp}-${run}.json`;
}
