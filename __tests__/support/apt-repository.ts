import { execFile } from 'node:child_process';
import {
  copyFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, normalize } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** A throw-away signing key: the public half, and the signing of files with the private one. */
export interface SigningKey {
  asc: string;
  sign(args: readonly string[]): Promise<void>;
  remove(): Promise<void>;
}

export async function makeKey(name: string): Promise<SigningKey> {
  // A short path: the agent's socket is in it.
  const home = mkdtempSync(join(tmpdir(), 'gpg-'));
  const gpg = (args: readonly string[]): Promise<{ stdout: string }> =>
    exec('gpg', ['--homedir', home, '--batch', '--yes', '--quiet', ...args]);
  await gpg(['--passphrase', '', '--quick-generate-key', name, 'rsa3072', 'sign', 'never']);
  const { stdout: asc } = await gpg(['--armor', '--export']);
  return {
    asc,
    sign: async (args) => {
      await gpg(args);
    },
    remove: async () => {
      await exec('gpgconf', ['--homedir', home, '--kill', 'all']).catch(() => undefined);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Makes a signed repository of one suite and component in `folder` that holds these package files. */
export async function buildRepository(
  folder: string,
  options: { debs: readonly string[]; suite: string; key: SigningKey },
): Promise<void> {
  const { suite, key } = options;
  const { stdout } = await exec('dpkg', ['--print-architecture']);
  const arch = stdout.trim();
  const pool = join(folder, 'pool', 'main');
  const binary = join(folder, 'dists', suite, 'main', `binary-${arch}`);
  for (const each of [pool, binary]) mkdirSync(each, { recursive: true });
  for (const deb of options.debs) copyFileSync(deb, join(pool, basename(deb)));
  const packages = await exec('apt-ftparchive', ['packages', 'pool'], { cwd: folder });
  writeFileSync(join(binary, 'Packages'), packages.stdout);
  const fields = { Origin: 'test', Suite: suite, Codename: suite, Architectures: arch, Components: 'main' };
  const release = await exec(
    'apt-ftparchive',
    [
      ...Object.entries(fields).flatMap(([name, value]) => [
        '-o',
        `APT::FTPArchive::Release::${name}=${value}`,
      ]),
      'release',
      join('dists', suite),
    ],
    { cwd: folder },
  );
  const file = join(folder, 'dists', suite, 'Release');
  writeFileSync(file, release.stdout);
  await key.sign(['--clearsign', '--output', join(folder, 'dists', suite, 'InRelease'), file]);
  await key.sign(['--armor', '--detach-sign', '--output', `${file}.gpg`, file]);
}

export interface HttpFolder {
  url: string;
  /** The paths that were asked for. */
  requests: string[];
  close(): Promise<void>;
}

/** Serves the files of a folder on a free port of 127.0.0.1. */
export async function serveFolder(folder: string): Promise<HttpFolder> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    requests.push(path);
    const file = join(folder, path);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': stat.size });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
