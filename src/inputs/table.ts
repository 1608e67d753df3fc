import type { Action, Command, Group, InputSpec } from './spec.js';
import { DUMP } from './table/dump.js';
import { MEMBERS } from './table/fleet.js';
import { GITHUB } from './table/github.js';
import { IMPORT } from './table/import.js';
import { MIGRATIONS } from './table/migrations.js';
import { NOTIFY } from './table/notify.js';
import { PLACE } from './table/place.js';
import { RETENTION } from './table/retention.js';
import { RESTORE } from './table/restore.js';
import { RUN } from './table/run.js';
import { STATUS } from './table/status.js';
import { STORED } from './table/stored.js';
import { VERIFY } from './table/verify.js';

/**
 * Every input, once. The typed reader, the command line and its help, each action.yml and the README's tables come
 * from here; `npm run docs` writes the generated ones.
 */
export const TABLE = {
  ...PLACE,
  ...DUMP,
  ...IMPORT,
  ...RESTORE,
  ...VERIFY,
  ...MIGRATIONS,
  ...STATUS,
  ...STORED,
  ...RETENTION,
  ...RUN,
  ...NOTIFY,
  ...GITHUB,
  ...MEMBERS,
} as const satisfies Record<string, InputSpec>;

export type InputName = keyof typeof TABLE;

/** The inputs that an action or command takes, in the table's order. */
export function inputsOf(command: Command): [InputName, InputSpec][] {
  return (Object.entries(TABLE) as [InputName, InputSpec][]).filter(([, spec]) =>
    spec.commands.includes(command),
  );
}

/** What an absent input is for a command, as one would write it; undefined when there is no default. */
export function defaultOf(spec: InputSpec, command: Command): string | undefined {
  return spec.defaults?.[command] ?? spec.default;
}

/** What an action's metadata gives for an input that its user does not give. */
export function actionDefaultOf(spec: InputSpec, action: Action): string | undefined {
  return spec.actionDefault ?? defaultOf(spec, action);
}

/** Whether a command cannot do without an input. */
export function isRequired(spec: InputSpec, command: Command): boolean {
  return spec.required?.includes(command) === true;
}

/** The heading that an input stands under. */
export function groupOf(spec: InputSpec, command: Command): Group {
  return spec.groups?.[command] ?? spec.group;
}

/** What an input means for a command, in one sentence without a full stop. */
export function describe(spec: InputSpec, command: Command): string {
  return spec.descriptions?.[command] ?? spec.description;
}
