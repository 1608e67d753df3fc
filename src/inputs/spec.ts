const ACTIONS_WITH_STORAGE = ['backup', 'restore', 'verify', 'check-migrations', 'prune', 'status'] as const;

/** The commands that are actions too. */
export const ACTIONS = [...ACTIONS_WITH_STORAGE, 'fleet'] as const;

export type Action = (typeof ACTIONS)[number];

/** The actions and commands that look into a storage. */
export const COMMANDS_WITH_STORAGE = [
  ...ACTIONS_WITH_STORAGE,
  'import',
  'list',
  'show',
  'delete',
  'stats',
  'log',
] as const;

/** The actions and commands that take inputs. */
export const COMMANDS_WITH_INPUTS = [...COMMANDS_WITH_STORAGE, 'fleet'] as const;

export type Command = (typeof COMMANDS_WITH_INPUTS)[number];

/** The headings that the help and the README sort inputs under, in this order. */
export const GROUPS = [
  'Database',
  'Storage',
  'What is dumped',
  'What is imported',
  'What is restored',
  'What is proved',
  'What is rehearsed',
  'What makes it red',
  'What is checked',
  'What the report shows',
  'How it is stored',
  'How it is read',
  'What is kept',
  'How it runs',
  'Who is told',
  'The fleet',
  'What a job of it reports',
] as const;

export type Group = (typeof GROUPS)[number];

interface Common {
  /** One sentence for users, Markdown code spans allowed, without a full stop. */
  description: string;
  /** The same for single commands, where it differs. */
  descriptions?: Partial<Record<Command, string>>;
  group: Group;
  /** The same for single commands, where it differs. */
  groups?: Partial<Record<Command, Group>>;
  commands: readonly Command[];
  /** What an input that is absent or empty is taken to be, as one would write it. */
  default?: string;
  /** The same for single commands, where it differs. */
  defaults?: Partial<Record<Command, string>>;
  /** What an action is given where its user gives nothing, if only GitHub can fill it in. */
  actionDefault?: string;
  /** What the README says where there is no default that could be written down. */
  defaultText?: string;
  /** The commands that cannot do without. */
  required?: readonly Command[];
  /** Only an action takes it: it is of the pull request, and a terminal has none. */
  actionOnly?: true;
  /** What stands for the value in the help: `URL`. */
  placeholder?: string;
}

/** What an input's text is read as. */
export type Kind =
  /** One line, unless it may be several. */
  | { type: 'string'; multiline?: true }
  /** Shown nowhere. */
  | { type: 'secret'; multiline?: true }
  /** One entry a line; blank lines do not count. */
  | { type: 'list' }
  | { type: 'boolean' }
  /** A number, or `auto` for as many as the machine has processors. */
  | { type: 'workers'; max: number }
  | { type: 'choice'; values: readonly string[] }
  /** One entry a line, each one of the values. */
  | { type: 'choices'; values: readonly string[] }
  /** `2025-01-31T02:00:00Z`: a Date once read. */
  | { type: 'time' }
  /** `500ms`, `60s`, `5m`, `2h`: milliseconds once read. */
  | { type: 'duration' }
  /** As a duration, in hours and days too: `36h`, `8d`. */
  | { type: 'age' }
  /** A whole number. */
  | { type: 'number'; min: number; max: number }
  /** How many backups: a whole number above 0, or `unlimited`. */
  | { type: 'count' }
  /** `1y5m7d2h`, as restic has it. */
  | { type: 'within' }
  /** `500GB`, `10GiB`, `1048576`: bytes once read. */
  | { type: 'size' }
  /** `50%`: 0.5 once read. */
  | { type: 'percent' }
  /** Which backup: `latest`, `latest-verified`, an id, `before:<time>`, `random:7d`. */
  | { type: 'selector' }
  /** `zstd`, `gzip:9`, `none`. */
  | { type: 'compression' }
  /** `auto` or a major version of PostgreSQL. */
  | { type: 'major' };

/** One input: everything that the action's metadata, the parser, the command line and the README know of it. */
export type InputSpec = Common & Kind;
