/**
 * What a scratch server needs so that a rehearsal can be observed: every statement is logged when it begins and its
 * duration when it has ended, errors with the statement, sessions when they end; as CSV, which every major since 13
 * writes and in which no statement can be mistaken for a line of its own. On the command line, where neither the
 * restored database nor `ALTER SYSTEM` can change those that a session may not.
 */
export const REHEARSAL_SETTINGS: Readonly<Record<string, string>> = {
  logging_collector: 'on',
  log_destination: 'csvlog',
  // One file: whoever asks for a rotation gets the same one, which is appended to.
  log_directory: 'log',
  log_filename: 'rehearsal.log',
  log_file_mode: '0600',
  log_rotation_age: '0',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'off',
  log_timezone: 'UTC',

  // The text once, at the beginning: also of what never ends, and of the statement that switches this off.
  log_statement: 'all',
  // And durations without the text, of each step of the extended protocol.
  log_duration: 'on',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_transaction_sample_rate: '0',
  log_min_messages: 'error',
  log_min_error_statement: 'error',
  // Who comes must be seen to go.
  log_connections: 'on',
  log_disconnections: 'on',
  // How a session ended is told by what its process was called last.
  update_process_title: 'on',

  // Values of parameters may come out of rows.
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_error_verbosity: 'terse',
};

/** For sessions of ours: nothing of them is logged but what they write there by `RAISE LOG`. */
export const UNSEEN: Readonly<Record<string, string>> = {
  log_statement: 'none',
  log_duration: 'off',
  log_min_messages: 'log',
};
