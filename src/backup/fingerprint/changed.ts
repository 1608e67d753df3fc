/**
 * Something was truncated, rewritten, altered, renamed or dropped between the snapshot and the moment it was read. Such
 * changes ignore snapshots, so the dump and the fingerprint no longer describe one point in time. A second try usually works.
 */
export class ChangedWhileDumpingError extends Error {
  override readonly name = 'ChangedWhileDumpingError';
}
