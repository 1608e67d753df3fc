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
import { setStage, type Stage } from './place.js';
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
  notMeasured: string[];
}

/** Restores a backup, changes what must not be seen, runs the command and looks what it did. Nothing of it is left. */
export async function rehearse(options: MigrationOptions, staged: StagedBackup): Promise<Rehearsed> {
  const { inputs, reporter } = options;
  const restoring = stopwatch();
  const stage = await setStage({ ...options, inputs: { ...inputs, scratchUrl: undefined } }, staged);
  const { place, rehearsal } = stage;
  try {
    // What the command must not see does not lie beside it.
    await staged.remove();
    const restore = restoring();
    const sanitizing = stopwatch();
    if (inputs.sanitize !== undefined) {
      const file = resolve(workspaceOf(options), inputs.sanitize);
      await reporter.group(`Sanitizing with ${inputs.sanitize}`, () => sanitize(rehearsal, file));
    }
    const sanitized = sanitizing();
    const looking = stopwatch();
    const before = await reporter.group('Before the migrations', () => pictureOf(rehearsal));
    const beforeSeconds = looking();
    const { end, observed } = await reporter.group('Migrations', () =>
      tryCommand(options, stage, before.facts),
    );
    const lookingAgain = stopwatch();
    const after = await reporter.group('After the migrations', () =>
      pictureAfter(rehearsal, (error) => place.scratch.explain(error)),
    );
    return {
      serverVersion: place.scratch.version,
      command: end,
      observed,
      effects: effectsOf(before.facts, after.facts),
      schema: diffSchemas(before.schema, after.schema),
      newRoles: newRoles(before.facts, after.facts),
      blind: [
        ...new Set([
          ...observed.blind,
          ...(hasUncounted(before.facts, after.facts) ? ['rows' as const] : []),
        ]),
      ],
      seconds: {
        restore,
        sanitize: sanitized,
        before: beforeSeconds,
        command: end.seconds,
        after: lookingAgain(),
      },
      notMeasured: [
        ...new Set([
          ...stage.otherwise,
          ...before.notMeasured,
          ...after.notMeasured,
          ...observed.notMeasured,
        ]),
      ],
    };
  } catch (error) {
    throw (await place.scratch.explain(error)) as Error;
  } finally {
    await place.scratch.stop();
  }
}

async function pictureOf(rehearsal: Rehearsal): Promise<Picture> {
  const [facts, schema] = await Promise.all([takeFacts(rehearsal), readSchema(rehearsal)]);
  return { facts, schema, notMeasured: facts.notMeasured };
}

/** A command may have dropped or renamed the database itself: then everything is lost. */
async function pictureAfter(
  rehearsal: Rehearsal,
  explain: (error: unknown) => Promise<unknown>,
): Promise<Picture> {
  try {
    return await pictureOf(rehearsal);
  } catch (error) {
    if (error instanceof DatabaseGoneError)
      return { facts: NOTHING, schema: [], notMeasured: [error.message] };
    const told = await explain(error);
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

function stopwatch(): () => number {
  const began = performance.now();
  return () => (performance.now() - began) / 1000;
}
