import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Psql } from '../../src/postgres/psql.js';
import { installServers } from '../servers/install.mjs';
import { freePort, listening, PASSWORD, type PostgresServer } from '../servers/postgres.mjs';

const NOBODY = 65534;
const asUser = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

export interface Standby {
  url(database: string): string;
  stop(): Promise<void>;
}

/** Starts a hot standby that streams from `primary` (15 or newer); `psql` is a superuser's session there. */
export async function startStandby(primary: PostgresServer, psql: Psql): Promise<Standby> {
  const folder = mkdtempSync(join(tmpdir(), 'pgkeep-standby-'));
  const data = join(folder, 'data');
  await psql.exec(`SELECT pg_backup_start('standby', true)`);
  cpSync(join(primary.folder, 'data'), data, {
    recursive: true,
    filter: (path) => !path.endsWith('postmaster.pid') && !/pg_wal\/.|pg_replslot\/./.test(path),
  });
  const label = await psql.value('SELECT labelfile FROM pg_backup_stop()');
  writeFileSync(join(data, 'backup_label'), `${label}\n`);
  writeFileSync(join(data, 'standby.signal'), '');
  const port = await freePort();
  appendFileSync(
    join(data, 'postgresql.conf'),
    `port = ${port}\nunix_socket_directories = '${folder}'\n` +
      `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres password=''${PASSWORD}'''\n`,
  );
  for (const entry of readdirSync(folder, { recursive: true }))
    if (asUser.uid !== undefined) chownSync(join(folder, String(entry)), NOBODY, NOBODY);
  if (asUser.uid !== undefined) chownSync(folder, NOBODY, NOBODY);
  chmodSync(data, 0o700);
  const bin = join(await installServers(), 'node_modules', `pg${primary.major}`, 'native', 'bin');
  const server = spawn(join(bin, 'postgres'), ['-D', data], { ...asUser, stdio: 'ignore' });
  const kill = (): void => void server.kill('SIGQUIT');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await listening(port);
  return {
    url: (database) => primary.url(database).replace(`:${primary.port}/`, `:${port}/`),
    stop: async () => {
      process.removeListener('exit', kill);
      if (server.exitCode === null && server.signalCode === null) kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
