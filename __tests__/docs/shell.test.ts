// The shell blocks of the pages, run as they stand: on a real server, a storage with a verified backup, and a key.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fetchCommand } from '../../src/backup/fetch-command.js';
import { run } from '../../src/base/process.js';
import { shell } from '../../src/base/text.js';
import { ROOT } from '../house/files.js';
import { PASSWORD } from '../servers/postgres.mjs';
import { nextSecond, Rig, rigMissing } from '../support/backup-rig.js';
import { missingPrograms, systemPrograms } from '../support/clients.js';
import { toolCache } from '../support/e2e.js';
import { postgresBin } from '../support/servers.js';
import { verify } from '../support/verify-rig.js';
import { blocksOf, blockUnder, PAGES } from './pages.js';

const blocks = PAGES.flatMap((page) => blocksOf(page, 'sh'));

/** What cannot be run here, and why. It is read by bash all the same, and its commands are looked at. */
const NOT_RUN: { begins: string; why: string }[] = [
  { begins: 'npm ci && npm run demo', why: 'a part of .ci/run by itself' },
  { begins: 'npm ci && npm test', why: 'it is what runs this' },
  { begins: 'npm ci\n', why: 'what .ci/run does' },
  { begins: 'PATH=$(.ci/tools):$PATH npm test', why: 'a suite of its own' },
  { begins: 'gh secret set DATABASE_URL', why: 'needs a repository on GitHub' },
  { begins: 'gh workflow run', why: 'needs a repository on GitHub' },
  { begins: 'gh api', why: 'needs a repository on GitHub' },
  { begins: 'gh api --paginate', why: 'needs a repository on GitHub' },
  { begins: 'aws s3api', why: 'needs the AWS command line' },
];

/** Commands of clouds, as their documentation has them. */
const CLOUD = [
  /^gh secret set [A-Z_]+( --env \w+ < key\.txt)?$/,
  /^gh workflow run \w+\.yml$/,
  /^gh run watch$/,
  /^gh api --paginate 'repos\/[\w-]+\/[\w-]+\/actions\/artifacts\?per_page=100&name=pgkeep\.\w+\.manifest\.json' --jq '[^']+'$/,
  /^gh api --method PUT 'repos\/\{owner\}\/\{repo\}\/environments\/\w+'$/,
  /^gh api repos\/[\w-]+\/[\w-]+ --jq '[^']+'$/,
  /^aws s3api put-bucket-(versioning|lifecycle-configuration) --bucket [\w-]+ --\1 \S+( lifecycle\.json\)")?$/,
  /^aws s3api put-bucket-versioning --bucket [\w-]+ --versioning-configuration Status=Enabled$/,
  /^aws s3api put-object-lock-configuration --bucket [\w-]+ --object-lock-configuration \S?'?[^']+'$/,
  /^npm (ci|run \w+|test)( && npm (ci|run \w+|test))*$/,
  /^\.ci\/run$/,
  /^PATH=\$\(\.ci\/tools\):\$PATH npm test -- __tests__\/[\w/]+$/,
];

/** The part of `aws s3` that the pages use, on a folder that stands for the bucket. */
const AWS = `#!/usr/bin/env bash
set -euo pipefail
key() { echo "$STORE/\${1#s3://my-backups/prod/}"; }
case "$1 $2 $3" in
  's3 ls --recursive') cd "$STORE" && find "\${4#s3://my-backups/prod/}" -type f ;;
  's3 cp --recursive') cp -r "$(key "$4")." "$5" ;;
  's3 cp '*) cat "$(key "$3")" ;;
  *) echo "unknown: $*" >&2 && exit 2 ;;
esac
`;

/** How RECOVERY.md fetches a backup from artifacts. */
const FROM_ARTIFACTS = fetchCommand(
  'artifact://',
  'artifact://octo-org/octo-repo/shop/20261120T020000Z-k3fd',
  { GITHUB_RUN_ID: '4711' },
);

const skipped = (text: string): boolean => NOT_RUN.some(({ begins }) => text.startsWith(begins));
const lines = (text: string): string[] =>
  text
    .replaceAll('\\\n', '')
    .split('\n')
    .map((line) =>
      line
        .replace(/\s+#.*$/, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '');

describe('the shell blocks of the pages', () => {
  it.each(blocks.map(({ page, heading, text }) => [`${page}, ${heading}`, text]))(
    'are shell: %s',
    (_name, text) => {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    },
  );

  it.each(NOT_RUN)('are not run for a reason, and look right: $begins', ({ begins }) => {
    const found = blocks.filter(({ text }) => text.startsWith(begins));
    expect(found).not.toHaveLength(0);
    for (const line of found.flatMap(({ text }) => lines(text)))
      expect([line, line === FROM_ARTIFACTS || CLOUD.some((shape) => shape.test(line))]).toEqual([
        line,
        true,
      ]);
  });
});

const stock = systemPrograms();
const absent = missingPrograms(['age', 'age-keygen', 'zstd']);
const why =
  rigMissing ??
  (stock === undefined
    ? 'no PostgreSQL programs on the machine'
    : absent.length > 0
      ? `missing: ${absent.join(', ')}`
      : undefined);
if (why !== undefined) process.stderr.write(`NOT RUN: shell blocks of the documentation: ${why}\n`);

(why === undefined ? describe : describe.skip)('the shell blocks of the pages, run', () => {
  const major = stock?.major ?? 0;
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-shell-'));
  let source: Rig;
  let target: Rig;
  let bin: string;
  let id: string;
  let recipient: string;

  beforeAll(async () => {
    [source, target] = await Promise.all([Rig.start(major), Rig.start(major)]);
    const shop = await source.database(
      'shop',
      'CREATE ROLE app',
      'CREATE TABLE orders AS SELECT n AS id FROM generate_series(1, 100) n',
      'ALTER TABLE orders OWNER TO app',
    );
    await shop.close();
    writeFileSync(join(folder, 'aws'), AWS, { mode: 0o755 });
    mkdirSync(join(folder, 'old-dumps'));
    const dumps = ['-Fc "$URL" > shop.dump', '"$URL" | gzip > backup_20250131_020000.sql.gz'];
    for (const dump of dumps)
      await run('sh', ['-c', `"$PG_DUMP" ${dump}`], {
        cwd: join(folder, 'old-dumps'),
        env: {
          ...process.env,
          ...source.programs.env,
          PG_DUMP: source.programs.path('pg_dump'),
          URL: source.server.url('shop'),
        },
      });
    const key = await run('age-keygen', []);
    writeFileSync(join(folder, 'key.txt'), key.stdout.toString(), { mode: 0o600 });
    recipient = /public key: (\S+)/.exec(key.stdout.toString())?.[1] ?? '';
    const storage = `file://${folder}/store`;
    const made = await source.backup({
      'database-url': source.server.url('shop'),
      storage,
      recipients: recipient,
      globals: 'true',
    });
    if (made.error !== undefined) throw made.error as Error;
    id = made.result?.results[0]?.manifest.id ?? '';
    const identity = /^AGE-SECRET-KEY-1\w+$/m.exec(key.stdout.toString())?.[0] ?? '';
    const proof = await verify(major, { storage, identity }, { tempDir: folder });
    if (proof.error !== undefined) throw proof.error as Error;
    bin = (await postgresBin(major)) ?? '';
    await nextSecond();
  }, 120_000);
  afterAll(async () => {
    await source?.stop();
    await target?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A folder like that of a checkout, with a key, a migration, the file of a fleet and the storage. */
  function sandbox(text: string): { cwd: string; store: string } {
    const cwd = mkdtempSync(join(folder, 'cwd-'));
    const store = mkdtempSync(join(folder, 'store-'));
    cpSync(join(folder, 'store'), store, { recursive: true });
    cpSync(join(folder, 'old-dumps'), join(cwd, 'old-dumps'), { recursive: true });
    symlinkSync(join(ROOT, 'dist'), join(cwd, 'dist'));
    if (!text.includes('age-keygen -o')) cpSync(join(folder, 'key.txt'), join(cwd, 'key.txt'));
    writeFileSync(join(cwd, 'migrate.sh'), '#!/bin/sh\npsql -c "ALTER TABLE orders ADD note text"\n');
    chmodSync(join(cwd, 'migrate.sh'), 0o755);
    writeFileSync(join(cwd, 'pgkeep.yml'), blockUnder('docs/fleet.md', 'The file', 'yaml'));
    return { cwd, store };
  }

  /** The names of the page in place of those of its reader. */
  function ours(text: string, store: string): string {
    const url = (rig: Rig, database: string): string => rig.server.url(database);
    const zstd = readdirSync(join(store, 'shop', id)).some((file) => file.includes('.zst'));
    const named = text
      .replaceAll("'postgresql://user:password@host/db'", `'${url(source, 'shop')}'`)
      .replaceAll("'postgresql://user:password@host/new'", `'${url(target, 'shop')}'`)
      .replaceAll("'postgresql://user:password@new-host/shop'", `'${url(target, 'shop')}'`)
      .replaceAll("'postgresql://user:password@host/shop_before'", `'${url(source, 'shop_before')}'`)
      .replaceAll('file:///var/backups/pg', `file://${store}`)
      .replaceAll("--storage='s3://my-backups/prod?region=eu-central-1'", `--storage='file://${store}'`)
      .replaceAll('20261120T020000Z-k3fd', id)
      .replaceAll('before:2026-11-20T09:04:00Z', `before:${new Date().toISOString()}`)
      .replaceAll('age1...', recipient)
      .replace(
        'PGHOST=... PGUSER=... PGPASSWORD=...',
        `PGHOST=127.0.0.1 PGUSER=postgres PGPASSWORD=${shell(PASSWORD)} PGPORT=${target.server.port}`,
      );
    return zstd ? named : named.replaceAll('.zst', '').replace(/^zstd -d .*$/m, '');
  }

  it.each(
    blocks
      .filter(({ text }) => !skipped(text))
      .map(({ page, heading, text }) => [`${page}, ${heading}`, text]),
  )(
    'do what they say: %s',
    async (_name, text) => {
      const { cwd, store } = sandbox(text);
      const path = [folder, dirname(stock?.path('psql') ?? ''), process.env['PATH']].join(delimiter);
      const script = join(cwd, 'block.sh');
      writeFileSync(script, `set -eu -o pipefail\n${ours(text, store)}`);
      for (const database of ['shop', 'restored']) await drop(target, database);
      await drop(source, 'shop_before');
      const { code, stdout, stderr } = await run('bash', [script], {
        cwd,
        env: {
          PATH: path,
          HOME: cwd,
          STORE: store,
          RUNNER_TOOL_CACHE: toolCache,
          PGKEEP_POSTGRES_BIN: bin,
        },
      });
      expect([code, code === 0 ? '' : `${stdout.toString()}\n${stderr}`]).toEqual([0, '']);
      if (text.includes('--dbname=restored')) expect(await rowsOf(target, 'restored')).toBe('100');
      if (text.includes('new-host') || text.includes('--create'))
        expect(await rowsOf(target, 'shop')).toBe('100');
      if (text.includes('shop_before')) expect(await rowsOf(source, 'shop_before')).toBe('100');
    },
    240_000,
  );

  async function drop(rig: Rig, database: string): Promise<void> {
    const psql = await rig.psql();
    await psql.exec(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await psql.close();
  }

  async function rowsOf(rig: Rig, database: string): Promise<string> {
    const psql = await rig.psql(database);
    return psql.value('SELECT count(*) FROM public.orders').finally(() => psql.close());
  }
});
