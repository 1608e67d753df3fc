// `npm run demo`: a small shop is backed up by the committed bundle, encrypted, and restored with stock programs alone.
// Needs Node 20 or newer on a Debian or Ubuntu; installs nothing system-wide.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PASSWORD, startPostgres } from '../__tests__/servers/postgres.mjs';
import { compare, CONTENTS, parseContents } from './compare.mjs';
import { choosePrograms, commandFolder, fetchServer, quote, readableCopy } from './programs.mjs';
import { recoveryCommands } from './recovery.mjs';
import { aside, bold, CommandError, dim, green, note, red, say, shell, step } from './terminal.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const NEEDS =
  "The first time, the demo needs the network: it fetches PostgreSQL's programs, age and zstd from this machine's package source where they are missing, and a PostgreSQL server from npm.";
const home = (path) => (path.startsWith(`${homedir()}/`) ? `~${path.slice(homedir().length)}` : path);

/** The user wants no more of it. */
class Stopped extends Error {}

/** Our own environment, without what would lead the programs to another database. */
function cleanEnvironment(extra) {
  const foreign = (name) => /^PG/.test(name) && name !== 'PGKEEP_PGDG_URL';
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign(name)));
  return { ...env, ...extra };
}

async function gather(pgkeep, work, signal) {
  step('The programs');
  const cacheFolder = pgkeep.cacheFolder(process.env);
  const cache = pgkeep.folderCache(() => cacheFolder);
  const reporter = { info: aside, warn: note, error: note, output() {}, progress() {}, mask() {} };
  reporter.group = (_title, work) => work();
  const env = cleanEnvironment({});
  const options = { cache, reporter, env, tempDir: work, signal, method: 'rootless' };
  const { client, major } = await choosePrograms(pgkeep, options);
  const tools = await pgkeep.installTools(['age', 'zstd'], options);
  const server = readableCopy(await fetchServer(major, { cache, work, env, signal }), work);
  note(`PostgreSQL ${client.version} programs: ${home(client.path('psql').replace(/\/[^/]*$/, ''))}`);
  for (const [name, { path }] of Object.entries(tools)) note(`${name}: ${home(path)}`);
  const bin = commandFolder(work, client, tools);
  return { bin: join(server, 'bin'), major, cacheFolder, path: `${bin}:${process.env.PATH}` };
}

async function story(work, servers, signal) {
  const pgkeep = await import('../dist/index.js');
  const { bin, major, cacheFolder, path } = await gather(pgkeep, work, signal).catch((error) => {
    signal.throwIfAborted();
    throw new CommandError(`${error.message}\n\n${NEEDS}`);
  });
  const start = async () => {
    const server = await startPostgres({ major, bin });
    servers.push(server);
    signal.throwIfAborted();
    return { PGHOST: '127.0.0.1', PGPORT: String(server.port), PGUSER: 'postgres', PGPASSWORD: PASSWORD };
  };
  const run = (command, { cwd = root, env = {}, ...rest } = {}) =>
    shell(command, { cwd, signal, env: cleanEnvironment({ PATH: path, ...env }), ...rest });
  // pgkeep finds its programs by itself, as it does for anyone.
  const { PATH } = process.env;
  const runPgkeep = (command, { env = {}, ...rest } = {}) => run(command, { env: { PATH, ...env }, ...rest });

  step(`A shop in a throwaway PostgreSQL ${major}`);
  const source = await start();
  await run('createdb shop', { env: source });
  await run('psql -X -q -v ON_ERROR_STOP=1 -d shop -f demo/shop.sql', { env: source });

  step('A key pair: backups are encrypted to the public half, the job never sees the other');
  await run('age-keygen -o key.txt', { cwd: work, quiet: true });
  const recipient = /public key: (age1\S+)/.exec(readFileSync(join(work, 'key.txt'), 'utf8'))[1];
  aside(`public key: ${recipient}`);

  step('Back up');
  const storage = `--storage=file://${work}/backups`;
  const url = `postgresql://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${source.PGPORT}/shop`;
  const typed = [`node dist/cli.js backup ${storage}`, `--recipients=${recipient}`];
  note(`${green('$')} export DATABASE_URL='${url.replace(encodeURIComponent(PASSWORD), '********')}'`);
  await runPgkeep(typed.join(' '), { env: { DATABASE_URL: url }, shown: typed.join(' \\\n       ') });

  step('Look at it');
  await runPgkeep(`node dist/cli.js list ${storage}`);
  const [{ id }] = JSON.parse(
    await runPgkeep(`node dist/cli.js list --json ${storage}`, { quiet: true, shown: false }),
  );
  await runPgkeep(`node dist/cli.js show ${id} ${storage}`);

  step('Prove that it restores: in a throwaway server, compared with what the shop held');
  const reading = `${storage} --identity-file=${work}/key.txt`;
  await runPgkeep(`node dist/cli.js verify ${reading}`);

  step('A pull request drops a column. Its migration is tried on the backup first');
  const migration = 'ALTER TABLE shop.customers DROP COLUMN email';
  const typedCheck = `node dist/cli.js check-migrations ${reading} --command='psql -c "${migration}"'`;
  await runPgkeep(`! ${typedCheck}`, { env: { PATH: path }, shown: typedCheck });

  step('Restore on another, empty server, with age, zstd and pg_restore as its RECOVERY.md says');
  const target = await start();
  const restore = join(work, 'restore');
  mkdirSync(restore);
  await run(`cp ${work}/backups/shop/${id}/* .`, { cwd: restore });
  await run('cp ../key.txt .', { cwd: restore });
  const settings = [];
  for (const { title, commands } of recoveryCommands(readFileSync(join(restore, 'RECOVERY.md'), 'utf8'))) {
    aside(`# ${title}`);
    for (const command of commands) {
      if (command.startsWith('#')) aside(command);
      else if (/^\w+=\S*\s*(#.*)?$/.test(command)) {
        settings.push(command);
        note(`${green('$')} ${command}`);
      } else await run([...settings, command].join('\n'), { cwd: restore, env: target, shown: command });
    }
  }

  step('Compare every row');
  const contents = join(work, 'contents.sql');
  writeFileSync(contents, CONTENTS);
  const read = async (env, database) =>
    parseContents(
      await run(`psql -XAt -v ON_ERROR_STOP=1 -d ${database} -f ${quote(contents)}`, {
        env: { ...env, PGOPTIONS: '-c timezone=UTC' },
        quiet: true,
        shown: false,
      }),
    );
  const before = await read(source, 'shop');
  const requireEqual = (after) => {
    if (report(compare(before, after)) > 0 || before.size === 0)
      throw new CommandError('The restored database is not equal to the source.');
  };
  requireEqual(await read(target, 'restored'));

  step('Somebody deletes every order. Restore: refused, until you name what is replaced');
  await run('psql -X -d shop -c "DELETE FROM shop.orders"', { env: source });
  const typedRestore = `node dist/cli.js restore --backup=latest --mode=replace ${reading}`;
  const restoreEnv = { env: { DATABASE_URL: url } };
  await runPgkeep(`! ${typedRestore}`, { ...restoreEnv, shown: typedRestore });
  await runPgkeep(`${typedRestore} --confirm=shop`, restoreEnv);
  requireEqual(await read(source, 'shop'));
  return { cacheFolder };
}

/** Prints the comparison; returns how many differ. */
function report(results) {
  const width = Math.max(...results.map(({ name }) => name.length));
  const count = (number) => (number === undefined ? 'missing' : number.toLocaleString('en')).padStart(10);
  note(dim(`${'rows in'.padEnd(width)}${'source'.padStart(10)}${'restored'.padStart(10)}`));
  for (const { name, source, restored, same } of results)
    note(
      `${name.padEnd(width)}${count(source)}${count(restored)}  ${same ? green('equal') : red('DIFFERENT')}`,
    );
  return results.filter(({ same }) => !same).length;
}

/** Why the demo cannot run here, or undefined. */
function obstacle() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return `The demo's PostgreSQL server is a Linux x64 program, and this is ${process.platform} ${process.arch}. Run the demo on a Debian or Ubuntu of that kind, such as a container.`;
  if (!existsSync(join(root, 'dist', 'index.js'))) return 'dist/ is missing. Run `npm run build` first.';
  return undefined;
}

async function main() {
  const problem = obstacle();
  if (problem !== undefined) throw new CommandError(problem);
  const began = Date.now();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => stop.abort(new Stopped('Stopped; everything was removed again.')));
  const work = mkdtempSync(join(tmpdir(), 'pgkeep-demo-'));
  process.once('exit', () => rmSync(work, { recursive: true, force: true }));
  // The servers must enter it when root runs the demo; they run as another user then.
  if (process.getuid() === 0) chmodSync(work, 0o755);
  process.env.TMPDIR = work;
  say(
    bold(
      'pgkeep demo: back up a shop, encrypted, prove it, try a migration on it, and restore it with pgkeep and without',
    ),
  );
  const servers = [];
  try {
    const { cacheFolder } = await story(work, servers, stop.signal);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    say(`\n${green('Every row is there.')} ${seconds} s.`);
    say(dim(`Servers, backup and key are removed again; the programs stay in ${home(cacheFolder)}.`));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(work, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    const heading = error instanceof Stopped ? '' : `${red('The demo failed.')} `;
    process.stderr.write(`\n${heading}${error.message}\n`);
    process.exit(1);
  },
);
