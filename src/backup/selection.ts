import type { BackupInputs } from '../inputs/values.js';
import type { Selection } from '../postgres/argv.js';

/** What of the database the inputs choose. */
export function selectionOf(inputs: BackupInputs): Selection {
  const { content, schemas, excludeSchemas, tables, excludeTables, excludeTableData } = inputs;
  return { content, schemas, excludeSchemas, tables, excludeTables, excludeTableData };
}

/** The inputs that shaped a backup, as its manifest records them: only what was given, and nothing secret. */
export function recordedOptions(inputs: BackupInputs): Record<string, unknown> {
  const { format, content, fingerprint, compression, globals, jobs, dumpArgs } = inputs;
  const lists = {
    schemas: inputs.schemas,
    'exclude-schemas': inputs.excludeSchemas,
    tables: inputs.tables,
    'exclude-tables': inputs.excludeTables,
    'exclude-table-data': inputs.excludeTableData,
    'dump-args': dumpArgs,
  };
  return {
    format,
    content,
    fingerprint,
    compression:
      compression.level === undefined ? compression.method : `${compression.method}:${compression.level}`,
    globals,
    jobs,
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  };
}
