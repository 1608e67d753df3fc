import { availableParallelism, freemem } from 'node:os';

/** What of a machine a scratch server may use. */
export interface Resources {
  /** Bytes that are free now, within the limits of our control group. */
  memory: number;
  cpus: number;
}

const MB = 1024 * 1024;

/** What this machine has now. */
export function readResources(): Resources {
  return {
    // Knows control groups; Node 20.13 and newer.
    memory: typeof process.availableMemory === 'function' ? process.availableMemory() : freemem(),
    cpus: availableParallelism(),
  };
}

/**
 * The settings of a server that is filled once, compared and thrown away: nothing is made durable, little is logged,
 * nothing happens by itself. They are given on the command line, where no `ALTER SYSTEM` of a restored script
 * can change them.
 */
export function scratchSettings(
  major: number,
  socketFolder: string,
  { memory, cpus }: Resources,
): Record<string, string> {
  const workers = Math.min(Math.max(cpus, 1), 8);
  return {
    // Reached by its socket alone.
    listen_addresses: '',
    port: '5432',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0777',
    max_connections: '64',
    // A schema dump locks every table at once, in one transaction.
    max_locks_per_transaction: '2048',

    // Nothing has to survive.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    wal_level: 'minimal',
    wal_skip_threshold: '0',
    wal_init_zero: 'off',
    max_wal_senders: '0',
    archive_mode: 'off',
    max_wal_size: '4GB',
    checkpoint_timeout: '1h',
    checkpoint_flush_after: '0',
    bgwriter_flush_after: '0',
    bgwriter_lru_maxpages: '0',
    restart_after_crash: 'off',

    // As many restores as processors build indexes at the same time.
    shared_buffers: megabytes(memory / 8, 32, 1024),
    maintenance_work_mem: megabytes(memory / 3 / workers, 64, 1024),
    work_mem: megabytes(memory / 32 / workers, 4, 64),
    max_parallel_maintenance_workers: String(Math.max(1, Math.floor(workers / 2))),
    max_parallel_workers: String(workers),
    max_worker_processes: String(workers + 8),
    huge_pages: 'off',
    // Files in the data folder: nothing is left in /dev/shm, which containers limit to 64 MB.
    dynamic_shared_memory_type: 'mmap',
    ...(major >= 14 ? { min_dynamic_shared_memory: megabytes(memory / 64, 0, 64) } : {}),
    jit: 'off',

    // Nothing happens by itself.
    autovacuum: 'off',
    max_logical_replication_workers: '0',
    track_counts: 'off',
    track_io_timing: 'off',

    // Errors of statements may hold values of rows: they go to their client, not to the log.
    log_destination: 'stderr',
    logging_collector: 'off',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_statement: 'none',
    log_min_duration_statement: '-1',
    log_checkpoints: 'off',
    log_autovacuum_min_duration: '-1',
    lc_messages: 'C',
  };
}

function megabytes(bytes: number, least: number, most: number): string {
  return `${Math.round(Math.min(Math.max(bytes / MB, least), most))}MB`;
}
