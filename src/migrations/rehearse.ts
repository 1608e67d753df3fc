import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { CancelledError, messageOf, UserError } from '../base/errors.js';
import { Mask } from '../base/mask.js';
import { formatDuration } from '../base/units.js';
import type { StagedBackup } from '../restore/types.js';
import {
  commandEnvironment,
  databaseUrl,
  openRelay,
  redactor,
  runShell,
  sanitize,
  secretsOf,
} from './command/index.js';
import {
  DatabaseGoneError,
  diffSchemas,
  effectsOf,
  namesOf,
  hasUncounted,
  newRoles,
  NOTHING,
  readSchema,
  takeFacts,
  type DatabaseFacts,
  type SchemaObject,
} from './facts/index.js';
import { startObserving, type Observed } from './observe/index.js';
import type { MigrationOptions } from './options.js';
import { workingFolder, workspaceOf } from './paths.js';
import { setStage, type Stage } from './stage.js';
import type { Blindness, CommandEnd, Effects, MigrationReport, Rehearsal, SchemaChange } from './types.js';

/** What was seen of a command on a restored backup. */
export interface Rehearsed {
  serverVersion: string;
  command: CommandEnd;
  observed: Observed;
  effects: Effects;
  schema: SchemaChange[];
  newRoles: string[];
  blind: Blindness[];
  seconds: MigrationReport['seconds'];
  notMeasured: string[];
}

/** What the database is like at one moment. */
interface Picture {
  facts: DatabaseFacts;
  schema: SchemaObject[];
}

/** Restores a backup, changes what must not be seen, runs the command and looks what it did. Nothing of it is left. */
export async function rehearse(options: MigrationOptions, staged: StagedBackup): Promise<Rehearsed> {
  const copyOptions = { ...options, inputs: { ...options.inputs, scratchUrl: undefined } };
  const { result: stage, seconds } = await timed(() => setStage(copyOptions, staged));
  const { scratch } = stage.place;
  try {
    // What the command must not see does not lie beside it.
    await staged.remove();
    return await rehearseOn(stage, options, seconds);
  } catch (error) {
    throw (await scratch.explain(error)) as Error;
  } finally {
    await scratch.stop();
  }
}

/** @param restore how many seconds restoring took */
async function rehearseOn(stage: Stage, options: MigrationOptions, restore: number): Promise<Rehearsed> {
  const { reporter } = options;
  const { place, rehearsal, otherwise } = stage;
  const sanitizing = await timed(() => sanitizeFirst(rehearsal, options));
  const looking = await timed(() => reporter.group('Before the migrations', () => pictureOf(rehearsal)));
  const before = looking.result;
  const { end, observed } = await reporter.group('Migrations', () =>
    tryCommand(options, stage, before.facts),
  );
  const lookingAgain = await timed(() => reporter.group('After the migrations', () => pictureAfter(stage)));
  const after = lookingAgain.result;
  const uncounted: Blindness[] = hasUncounted(before.facts, after.facts) ? ['rows'] : [];
  return {
    serverVersion: place.scratch.version,
    command: end,
    observed,
    effects: effectsOf(before.facts, after.facts),
    schema: diffSchemas(before.schema, after.schema),
    newRoles: newRoles(before.facts, after.facts),
    blind: distinct(observed.blind, uncounted),
    seconds: {
      restore,
      sanitize: sanitizing.seconds,
      before: looking.seconds,
      command: end.seconds,
      after: lookingAgain.seconds,
    },
    notMeasured: distinct(otherwise, before.facts.notMeasured, after.facts.notMeasured, observed.notMeasured),
  };
}

async function sanitizeFirst(rehearsal: Rehearsal, options: MigrationOptions): Promise<void> {
  const { inputs, reporter } = options;
  if (inputs.sanitize === undefined) return;
  const file = resolve(workspaceOf(options), inputs.sanitize);
  await reporter.group(`Sanitizing with ${inputs.sanitize}`, () => sanitize(rehearsal, file));
}

async function pictureOf(rehearsal: Rehearsal): Promise<Picture> {
  const [facts, schema] = await Promise.all([takeFacts(rehearsal), readSchema(rehearsal)]);
  return { facts, schema };
}

/** A command may have dropped or renamed the database itself: then everything is lost. */
async function pictureAfter({ place, rehearsal }: Stage): Promise<Picture> {
  try {
    return await pictureOf(rehearsal);
  } catch (error) {
    if (error instanceof DatabaseGoneError)
      return { facts: { ...NOTHING, notMeasured: [error.message] }, schema: [] };
    const told = await place.scratch.explain(error);
    if (error instanceof CancelledError || told !== error) throw told as Error;
    throw new UserError(
      `The restored database can no longer be looked at, so nobody knows what the command did to it. It was fine before: leave the server's roles, its settings and its own catalog out of the command.\n${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function tryCommand(
  { inputs, env, reporter, signal }: MigrationOptions,
  { door, place }: Stage,
  before: DatabaseFacts,
): Promise<{ end: CommandEnd; observed: Observed }> {
  const { passphrase, identity, githubToken } = inputs;
  const ours = [passphrase, identity, githubToken].filter((secret) => secret !== undefined);
  const { login, meanwhile } = door;
  reporter.mask(login.password);
  const host = place.scratch.connection.target.host ?? '';
  const relay = await openRelay(join(host, '.s.PGSQL.5432'));
  try {
    const reached = { ...login, port: relay.port };
    const given = commandEnvironment(env, reached, ours);
    const mask = new Mask();
    for (const secret of [...ours, login.password, databaseUrl(reached), ...secretsOf(given)])
      mask.add(secret);
    const redact = redactor();
    await door.open();
    const observation = await startObserving(meanwhile, { tables: namesOf(before) });
    const end = await runShell({
      command: inputs.command,
      cwd: workingFolder({ env, inputs }),
      env: given,
      limitMs: inputs.maxDuration,
      clean: (line) => mask.apply(redact(line)),
      onLine: (line) => reporter.output('command', line),
      signal,
    });
    reporter.info(`The command ${end.outcome} after ${formatDuration(end.seconds)}.`);
    return { end, observed: await observation.finish((psql) => door.shut(psql)) };
  } finally {
    await relay.close();
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000 };
}

function distinct<T>(...lists: T[][]): T[] {
  return [...new Set(lists.flat())];
}
