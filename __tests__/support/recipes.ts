import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackage } from '../servers/private-package.mjs';

const here = fileURLToPath(new URL('../migrations/recipes/', import.meta.url));

/** A migration tool, with a folder of its name in `__tests__/migrations/recipes/`: `base` is what the main branch holds, the others what pull requests add. */
export interface Tool {
  name: string;
  /** What its user would write. */
  command: string;
  /** Its tables are `<prefix>_orders` and `<prefix>_items`. */
  prefix: string;
  /** Where it notes what has run. */
  ledger: string;
  /** Where there is a branch `failing`: what the tool itself prints of `could not create unique index`. */
  prints?: RegExp;
  /** Where its migrations are SQL: the file and line of the branch `bad` that the report names. */
  drops?: string;
  /** A program that must be there, beside Node and npm, with the arguments that show it. */
  needs?: string[];
}

export const TOOLS: readonly Tool[] = [
  // The first one: it begins with an empty database only.
  {
    name: 'prisma',
    command: 'npx prisma migrate deploy',
    prefix: 'prisma',
    ledger: '_prisma_migrations',
    prints: /Unique constraint failed/,
    drops: 'prisma/migrations/20260102000000_drop_note/migration.sql:8',
  },
  {
    name: 'psql',
    command: 'bash migrate.sh',
    prefix: 'psql',
    ledger: 'psql_migrations',
    drops: 'migrations/V2__drop.sql:1',
  },
  {
    name: 'knex',
    command: 'npx knex migrate:latest',
    prefix: 'knex',
    ledger: 'knex_migrations',
    prints: /could not create unique index/,
  },
  { name: 'node-pg-migrate', command: 'npx node-pg-migrate up', prefix: 'node', ledger: 'pgmigrations' },
  {
    name: 'drizzle',
    command: 'npx drizzle-kit migrate',
    prefix: 'drizzle',
    ledger: 'drizzle.__drizzle_migrations',
    prints: /applying migrations/,
    drops: 'drizzle/0001_drop.sql:1',
  },
  {
    name: 'typeorm',
    command: 'npx typeorm migration:run -d data-source.mjs',
    prefix: 'typeorm',
    ledger: 'typeorm_migrations',
  },
  {
    name: 'sequelize',
    command: 'npx sequelize-cli db:migrate --url "$DATABASE_URL"',
    prefix: 'sequelize',
    ledger: '"SequelizeMeta"',
    prints: /ERROR: Validation error/,
  },
  {
    name: 'dbmate',
    command: 'npx dbmate --no-dump-schema migrate',
    prefix: 'dbmate',
    ledger: 'dbmate_migrations',
    prints: /could not create unique index/,
    drops: 'db/migrations/20260102000000_drop.sql:2',
  },
  {
    name: 'golang-migrate',
    command: 'migrate -path migrations -database "$DATABASE_URL" up',
    prefix: 'golang',
    ledger: 'schema_migrations',
    prints: /could not create unique index/,
    drops: 'migrations/000002_drop.up.sql:2',
    needs: ['migrate', '-version'],
  },
  {
    name: 'alembic',
    command: 'alembic upgrade head',
    prefix: 'alembic',
    ledger: 'alembic_version',
    needs: ['alembic', '--version'],
  },
  {
    name: 'django',
    command: '/usr/bin/python3 manage.py migrate --noinput',
    prefix: 'django',
    ledger: 'django_migrations',
    needs: ['/usr/bin/python3', '-c', 'import django, psycopg2'],
  },
];

/** Why a tool cannot run here, or undefined. */
export function missing({ needs }: Tool): string | undefined {
  const [program, ...args] = needs ?? [];
  if (program === undefined) return undefined;
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  return status === 0 ? undefined : `\`${(needs ?? []).join(' ')}\` does not work`;
}

/** The folder with what npm installs (15 s, once). @throws without a network */
export const installed = (): Promise<string> => installPackage('recipes', here);

/** A repository as the pull request's job checks it out. */
export function checkOut(
  { name }: Tool,
  branch: 'base' | 'good' | 'bad' | 'failing',
  packages: string,
  folder: string,
): string {
  const repository = mkdtempSync(join(folder, `${name}-${branch}-`));
  for (const layer of new Set(['base', branch]))
    cpSync(join(here, name, layer), repository, { recursive: true });
  symlinkSync(join(packages, 'node_modules'), join(repository, 'node_modules'));
  return repository;
}
