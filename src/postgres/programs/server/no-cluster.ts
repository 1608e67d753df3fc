import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.js';
import { run } from '../../../base/process.js';
import type { Privilege } from '../apt/privilege.js';
import type { AptSession } from '../apt/session.js';
import type { InstallOptions } from '../types.js';

/** Where Debian's packages read whether a new server comes with a cluster that is started. */
const CONF = '/etc/postgresql-common/createcluster.conf';

/**
 * Installs packages of servers without the cluster that Debian would make and start. The file that says so is
 * afterwards as it was.
 */
export async function installWithoutCluster(
  session: AptSession,
  packages: readonly string[],
  right: Exclude<Privilege, 'none'>,
  options: InstallOptions,
): Promise<void> {
  const read = (): Promise<string | undefined> => readFile(CONF, 'utf8').catch(() => undefined);
  // The package that brings the file asks about one that is there already.
  if ((await read()) === undefined) await session.install(['postgresql-common'], right);
  const text = await read();
  if (text === undefined) throw new UserError(`${CONF} cannot be read.`);
  const folder = await mkdtemp(join(options.tempDir, 'pgkeep-cluster-'));
  const put = async (content: string): Promise<void> => {
    const file = join(folder, 'createcluster.conf');
    await writeFile(file, content);
    // Without the option `-p`, the owner and rights of the file that is written over stay. Not to be cancelled.
    const { code, stderr } = await run(
      right === 'root' ? 'cp' : 'sudo',
      [...(right === 'root' ? [] : ['-n', 'cp']), '--', file, CONF],
      { env: options.env },
    );
    if (code !== 0) throw new UserError(`${CONF} could not be written: ${stderr}`);
  };
  try {
    await put(`${text.replace(/\n*$/, '\n')}create_main_cluster = false\n`);
    try {
      await session.install(packages, right);
    } finally {
      await put(text);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
