import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { blocksOf } from '../docs/pages.js';
import { stepsIn } from '../house/workflow-files.js';
import type { Programs } from '../../src/postgres/types.js';
import { psqlFolder } from './migration-rig.js';

/** What a step is given. */
export interface ShownStep {
  inputs: Record<string, string>;
  env: Record<string, string>;
}

/** The migration check that a page shows, as the runner would start it with these secrets. */
export function shownCheck(page: string, secrets: Readonly<Record<string, string>>): ShownStep {
  const step = blocksOf(page, 'yaml')
    .flatMap(({ text }) => stepsIn(text))
    .find(({ uses }) => uses?.includes('/check-migrations@'));
  if (step === undefined) throw new Error(`${page} shows no migration check`);
  const filled = (values: Readonly<Record<string, unknown>> = {}): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        String(value).replace(/^\$\{\{ secrets\.(\w+) \}\}$/, (_, secret: string) => {
          const text = secrets[secret];
          if (text === undefined) throw new Error(`${page} asks for the secret ${secret}`);
          return text;
        }),
      ]),
    );
  return { inputs: filled(step.with), env: filled(step.env) };
}

/** The event of a pull request of the repository itself. */
export const PULL_REQUEST = {
  repository: { private: true },
  pull_request: {
    number: 7,
    head: { repo: { full_name: 'octo/shop' } },
    base: { repo: { full_name: 'octo/shop' } },
  },
};

/**
 * A checkout whose one migration is this SQL, and a `npx` that stands for Prisma's: the real one has a test of its own.
 * It leaves its environment in the file `environment`.
 * @returns the environment of a step in it
 */
export function checkedOut(folder: string, programs: Programs, sql: string): Record<string, string> {
  const workspace = mkdtempSync(join(folder, 'workspace-'));
  const migrations = join(workspace, 'prisma', 'migrations', '1_change');
  mkdirSync(migrations, { recursive: true });
  mkdirSync(join(workspace, 'db'));
  writeFileSync(join(migrations, 'migration.sql'), sql);
  writeFileSync(
    join(workspace, 'db', 'sanitize.sql'),
    `UPDATE app.customers SET email = id || '@example.org';\n`,
  );
  const bin = psqlFolder(folder, programs);
  const run = `test "$*" = "prisma migrate deploy" && env -0 >environment && exec psql -X -q -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -f prisma/migrations/1_change/migration.sql\n`;
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n${run}`, { mode: 0o755 });
  return {
    PATH: [bin, process.env['PATH'] ?? ''].join(delimiter),
    GITHUB_WORKSPACE: workspace,
    GITHUB_EVENT_NAME: 'pull_request',
  };
}
