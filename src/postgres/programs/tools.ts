import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CancelledError, messageOf, UserError } from '../../base/errors.js';
import { run } from '../../base/process.js';
import { debSemver } from './apt/parse.js';
import { privilege } from './apt/privilege.js';
import { AptSession } from './apt/session.js';
import { unpackPackages } from './apt/unpack.js';
import { brewEnv, brewInstallArgs } from './homebrew.js';
import { libraryEnv } from './libraries.js';
import { isDebianFamily, machineName, machineTag, readMachine } from './machine.js';
import type { InstallOptions } from './types.js';
import { which } from './which.js';

/** Small programs that we use or that users restore with; the package has the same name everywhere. */
export type ToolName = 'zstd' | 'lz4' | 'age';

export interface Tool {
  /** Its absolute path; what its package brings besides (`age-keygen`) stands in the same folder. */
  path: string;
  /** What it needs in its environment. */
  env: Record<string, string>;
}

export type Tools<Name extends ToolName = ToolName> = Record<Name, Tool>;

/**
 * Programs by name: from the `PATH`, the tool cache, or installed now like PostgreSQL's clients.
 * @throws UserError that says which is missing and what to do.
 */
export async function installTools<Name extends ToolName>(
  names: readonly Name[],
  options: InstallOptions,
): Promise<Tools<Name>> {
  const tools: Partial<Tools<Name>> = {};
  for (const name of names)
    tools[name] =
      (await onPath(name, options)) ?? (await cached(name, options)) ?? (await install(name, options));
  return tools as Tools<Name>;
}

async function onPath(name: ToolName, options: InstallOptions): Promise<Tool | undefined> {
  const path = await which(name, options.env);
  return path === undefined ? undefined : { path, env: {} };
}

/** The name in the tool cache. */
async function toolCacheName(name: ToolName, options: InstallOptions): Promise<string> {
  return `pgkeep-${name}-${machineTag(options.machine ?? (await readMachine()))}`;
}

async function cached(name: ToolName, options: InstallOptions): Promise<Tool | undefined> {
  const inCache = await toolCacheName(name, options);
  for (const version of options.cache.versions(inCache)) {
    const root = options.cache.find(inCache, version);
    const tool = root === undefined ? undefined : await unpackedTool(root, name, options);
    if (tool !== undefined) return tool;
  }
  return undefined;
}

/** The tool in a folder that its package was unpacked into, if it runs. */
async function unpackedTool(
  root: string,
  name: ToolName,
  options: InstallOptions,
): Promise<Tool | undefined> {
  const tool = { path: join(root, 'usr', 'bin', name), env: await libraryEnv(root, options.env) };
  const { code } = await run(tool.path, ['--version'], {
    env: { ...options.env, ...tool.env },
    timeoutMs: 30_000,
  });
  return code === 0 ? tool : undefined;
}

async function install(name: ToolName, options: InstallOptions): Promise<Tool> {
  const machine = options.machine ?? (await readMachine());
  const manual = `Install ${name} and put it on the PATH.`;
  if (isDebianFamily(machine)) {
    const right = await privilege(options);
    if (right !== 'none') {
      const tool = await installed(name, right, options);
      if (tool !== undefined) return tool;
    }
    return unpack(name, options);
  }
  if (machine.platform === 'darwin' && (await which('brew', options.env)) !== undefined) {
    const { code, stderr } = await run('brew', brewInstallArgs(name), { env: brewEnv(options.env) });
    const tool = code === 0 ? await onPath(name, options) : undefined;
    if (tool !== undefined) return tool;
    throw new UserError(`Homebrew could not install ${name}: ${stderr}\n${manual}`);
  }
  throw new UserError(`The program ${name} is missing on ${machineName(machine)}. ${manual}`);
}

async function installed(
  name: ToolName,
  right: 'root' | 'sudo',
  options: InstallOptions,
): Promise<Tool | undefined> {
  const session = await AptSession.open(options, undefined, { missing: [], pretended: [] });
  try {
    if ((await session.candidates([name])).length === 0) await session.updateSystem();
    await session.install([name], right);
    return await onPath(name, options);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    options.reporter.info(`${messageOf(error)} Unpacking it into the tool cache instead.`);
    return undefined;
  } finally {
    await session.close();
  }
}

async function unpack(name: ToolName, options: InstallOptions): Promise<Tool> {
  const folder = await mkdtemp(join(options.tempDir, `pgkeep-${name}-`));
  try {
    const { files, path } = await unpackPackages([name], folder, options);
    const version = debSemver(files.find((file) => file.startsWith(`${name}_`)) ?? '');
    const found = await path(name);
    const stored = await options.cache.store(await toolCacheName(name, options), version, folder);
    const tool = await unpackedTool(stored, name, options);
    if (tool !== undefined) return tool;
    throw new UserError(`${name} was unpacked into ${dirname(found)}, but does not run.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
