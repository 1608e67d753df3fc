import { majors } from '../servers/install.mjs';

/**
 * The majors of PostgreSQL servers for suites that run against each: all that there are, or those that
 * `PGKEEP_TEST_MAJORS` lists (`17`, `16,17`), by which the project's CI spreads them over jobs. Suites about one
 * certain major do not ask.
 * @throws when it lists one that there is no server of.
 */
export function testMajors(): number[] {
  const wanted = process.env['PGKEEP_TEST_MAJORS']?.trim() ?? '';
  if (wanted === '') return majors();
  return wanted.split(/[\s,]+/).map((text) => {
    const major = majors().find((known) => String(known) === text);
    if (major === undefined)
      throw new Error(`PGKEEP_TEST_MAJORS names ${text}; there are servers of ${majors().join(', ')}.`);
    return major;
  });
}

/**
 * The oldest and the newest of them, for suites whose SQL differs between majors at the borders if at all, and which
 * take long. Where `PGKEEP_TEST_MAJORS` lists some, those.
 */
export function borderMajors(): number[] {
  const all = testMajors();
  if ((process.env['PGKEEP_TEST_MAJORS']?.trim() ?? '') !== '') return all;
  return [...new Set([all[0], all.at(-1)])].filter((major) => major !== undefined);
}

/**
 * The newest of them, for suites that take longest, and whose parts are tried on other majors by suites of their own.
 * Where `PGKEEP_TEST_MAJORS` lists some, those.
 */
export function newestMajors(): number[] {
  const borders = borderMajors();
  return (process.env['PGKEEP_TEST_MAJORS']?.trim() ?? '') === '' ? borders.slice(-1) : borders;
}
