/** The actions and commands that take inputs. */
export type Command = 'backup' | 'list' | 'show';

/** The headings that the help and the README sort inputs under, in this order. */
export const GROUPS = ['Database', 'Storage', 'What is dumped', 'How it is stored', 'How it runs'] as const;

interface Common {
  /** One sentence for users, Markdown code spans allowed, without a full stop. */
  description: string;
  /** The same for the commands that only read backups, where it differs. */
  reading?: string;
  group: (typeof GROUPS)[number];
  commands: readonly Command[];
  /** What an input that is absent or empty is taken to be, as one would write it. */
  default?: string;
  /** The commands that the default is for; all that take the input when absent. */
  defaultFor?: readonly Command[];
  /** What the README says where there is no default that could be written down. */
  defaultText?: string;
  required?: true;
  /** What stands for the value in the help: `URL`. */
  placeholder?: string;
}

/** What an input's text is read as. */
export type Kind =
  | { type: 'string' }
  /** Shown nowhere. */
  | { type: 'secret' }
  /** One entry a line; blank lines do not count. */
  | { type: 'list' }
  | { type: 'boolean' }
  | { type: 'integer'; min: number; max: number }
  | { type: 'choice'; values: readonly string[] }
  /** `500ms`, `60s`, `5m`, `2h`: milliseconds once read. */
  | { type: 'duration' }
  /** `zstd`, `gzip:9`, `none`. */
  | { type: 'compression' }
  /** `auto` or a major version of PostgreSQL. */
  | { type: 'major' };

/** One input: everything that the action's metadata, the parser, the command line and the README know of it. */
export type InputSpec = Common & Kind;
