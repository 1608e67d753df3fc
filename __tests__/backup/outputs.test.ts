import { describe, expect, it } from '@jest/globals';
import type { Manifest } from '../../src/backup/manifest.js';
import { outputsOf } from '../../src/backup/outputs.js';
import type { BackupResult } from '../../src/backup/types.js';

const UNPRUNED = { pruned: [], pruneFailures: [] };

function result(database: string, problems: string[] = []): BackupResult {
  const manifest = {
    id: `id-${database}`,
    database,
    databaseBytes: 10,
    parts: [{ bytes: 3 }],
    totals: { tables: 1, rows: 2 },
  } as unknown as Manifest;
  return { manifest, locations: [`file:///b/${database}`], durationSeconds: 1, problems };
}

describe('outputsOf', () => {
  it('has no list for one database', () => {
    const outputs = outputsOf({ results: [result('a')], failures: [], ...UNPRUNED });
    expect(outputs).toMatchObject({ 'backup-id': 'id-a', bytes: 3, rows: 2 });
    expect(outputs.backups).toBeUndefined();
  });

  it('lists each of several databases, with what became of it', () => {
    const failures = [{ database: 'c', error: new Error('no') }];
    const outputs = outputsOf({
      results: [result('a'), result('b', ['one store failed'])],
      failures,
      ...UNPRUNED,
    });
    expect(outputs).toMatchObject({ 'backup-id': 'id-b', bytes: 6, rows: 4 });
    expect(outputs.backups).toEqual([
      expect.objectContaining({ database: 'a', outcome: 'success', 'backup-id': 'id-a', rows: 2 }),
      expect.objectContaining({ database: 'b', outcome: 'failure', 'backup-id': 'id-b' }),
      { database: 'c', outcome: 'failure' },
    ]);
  });

  it('lists databases that all failed', () => {
    const failures = ['a', 'b'].map((database) => ({ database, error: new Error('no') }));
    expect(outputsOf({ results: [], failures, ...UNPRUNED })).toEqual({
      backups: [
        { database: 'a', outcome: 'failure' },
        { database: 'b', outcome: 'failure' },
      ],
    });
  });
});
