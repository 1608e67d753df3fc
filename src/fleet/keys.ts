import { ACTIONS, type Action, type InputSpec } from '../inputs/spec.js';
import { inputsOf, type InputName } from '../inputs/table.js';

/** The actions that run on every database of a fleet. */
export const FLEET_ACTIONS = ['backup', 'verify'] as const satisfies readonly Action[];

export type FleetAction = (typeof FLEET_ACTIONS)[number];

/** A word of the config file that is an input of an action. */
export interface FleetKey {
  /** `database-url-secret`: a secret is given by its name. */
  key: string;
  input: InputName;
  spec: InputSpec;
}

/** What is no input of an action: the environment of the repository that a job of the database runs in. */
export const ENVIRONMENT = 'environment';

/** Whose name stands behind the name of a database that says no more. */
export const URL_KEY = 'database-url-secret';

/** Inputs that the file cannot give: each job has a token of its own. */
export const NO_KEYS: readonly string[] = ['github-token'];

const SECRET = '-secret';

/** What an action can be given for one database, in the table's order. */
export function keysOf(action: FleetAction): FleetKey[] {
  return inputsOf(action)
    .filter(([input]) => !NO_KEYS.includes(input))
    .map(([input, spec]) => ({ key: spec.type === 'secret' ? `${input}${SECRET}` : input, input, spec }));
}

/** Every input that any of the actions takes, by its word in the file. */
export const FLEET_KEYS: ReadonlyMap<string, FleetKey> = new Map(
  FLEET_ACTIONS.flatMap(keysOf).map((known) => [known.key, known]),
);

/** Every word that may stand in the file for a database. */
export const KNOWN_KEYS: readonly string[] = [ENVIRONMENT, ...FLEET_KEYS.keys()];

/** Whether a word is an input that is secret, so that only the name of a secret may stand in the file. */
export function isSecretInput(word: string): boolean {
  return FLEET_KEYS.has(`${word}${SECRET}`);
}

/** The other actions that take a word as an input; empty where none does. */
export function actionsWith(word: string): Action[] {
  return ACTIONS.filter((action) => inputsOf(action).some(([input]) => input === word));
}
