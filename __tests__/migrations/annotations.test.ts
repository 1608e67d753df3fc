import { describe, expect, it } from '@jest/globals';
import { annotationsOf, reasonsBeside } from '../../src/migrations/annotations.js';
import type { Fact, MigrationReport } from '../../src/migrations/types.js';
import { sampleMigrations } from '../support/migration-report.js';

const options = { workspace: '/home/runner/work/shop/shop', workingDirectory: '.', namesToo: true };
const PATH = 'db/migrations/20261120_totals.sql';

/** The sample with the statement that drops a column found in the files, and its fact about it. */
function found(changes: Partial<MigrationReport> = {}): MigrationReport {
  const report = sampleMigrations(changes);
  return {
    ...report,
    facts: report.facts.map((fact) => (fact.fails ? { ...fact, statement: 3 } : fact)),
    statements: report.statements.map((statement, index) =>
      index === 3 ? { ...statement, file: { path: PATH, line: 9 } } : statement,
    ),
  };
}

const lines = (report: MigrationReport, more = {}): unknown[] =>
  annotationsOf(report, { ...options, ...more }).map(({ level, file }) => [level, file.path, file.line]);

describe('annotationsOf', () => {
  it('has what fails, rewrites and long locks at their lines, and no lock that nobody notices', () => {
    expect(lines(found())).toEqual([
      ['error', PATH, 9],
      ['warning', PATH, 3],
      ['warning', PATH, 3],
    ]);
    const messages = annotationsOf(found(), options).map(({ message }) => message);
    expect(messages[0]).toBe('Column public.customers.fax is gone, with 1,204 values.');
    expect(messages[1]).toMatch(/ACCESS EXCLUSIVE on public.orders was held .* Add a column/);
  });

  it('has nothing for what stands in no file', () => {
    const report = found();
    const statements = report.statements.map(({ sql, atMs, ms, session }) => ({ sql, atMs, ms, session }));
    expect(lines({ ...report, statements })).toEqual([]);
  });

  it('names files from the root of the repository', () => {
    expect(lines(found(), { workingDirectory: 'apps/shop' })[0]).toEqual(['error', `apps/shop/${PATH}`, 9]);
    const workingDirectory = `${options.workspace}/apps`;
    expect(lines(found(), { workingDirectory })[0]).toEqual(['error', `apps/${PATH}`, 9]);
  });

  it('warns only of a loss that was approved', () => {
    const approvedBy = { label: 'ok', by: 'ann' };
    expect(lines(found({ outcome: 'approved', approvedBy }))[0]).toEqual(['warning', PATH, 9]);
  });

  it('names nothing of the database where everybody can read it', () => {
    const texts = annotationsOf(found(), { ...options, namesToo: false }).map(({ message }) => message);
    expect(texts).toHaveLength(3);
    expect(texts[0]).toMatch(/^Data loss\. Names are left out here/);
    expect(texts.join(' ')).not.toMatch(/customers|orders|public\.|1,204/);
  });
});

describe('reasonsBeside', () => {
  const texts = (report: MigrationReport, namesToo = true): string[] =>
    reasonsBeside(report, namesToo).map(({ message }) => message);

  it('is why a run is red, but for what stands at a line', () => {
    expect(texts(sampleMigrations())).toEqual(['Column public.customers.fax is gone, with 1,204 values.']);
    expect(texts(found())).toEqual(['The migration check failed: 1 thing, at the lines above.']);
  });

  it('is nothing for a green run', () => {
    expect(texts(sampleMigrations({ outcome: 'passed' }))).toEqual([]);
    expect(texts(sampleMigrations({ outcome: 'approved' }))).toEqual([]);
  });

  it('names nothing where everybody can read it, and says each kind once', () => {
    const loss: Fact = {
      kind: 'data-loss',
      fails: true,
      message: 'Table public.orders has lost 4 rows of 5.',
    };
    const report = sampleMigrations({ facts: [loss, { ...loss, message: 'Table public.x is gone.' }] });
    expect(texts(report, false)).toEqual([expect.stringMatching(/^Data loss\. Names are left out/)]);
  });
});
